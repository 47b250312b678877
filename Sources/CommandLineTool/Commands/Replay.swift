internal import ArgumentParser
internal import ScenarioReplay
internal import StrictYAML

/// `tdispctl replay`
struct Replay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Replay scenarios on an emulated host of their own and compare what happens with what they expect.",
        discussion: """
            Prints a line for each and ends with 'N passed, N failed'; a failure shows the first difference with file and \
            line. A replay is bit-identical: the same scenario gives the same trace. Exit code 1 when any failed.
            """)

    @Argument(help: ArgumentHelp("Scenario files, or folders that hold them.", valueName: "path"), completion: .file())
    var paths: [String]

    @Option(name: [.short, .long], help: "How results are printed.")
    var output: OutputFormat = .table

    @Flag(help: "Print what happened, step by step.")
    var trace = false

    @Flag(name: [.short, .long], help: "Print failures and the count only.")
    var quiet = false

    func run() async throws {
        try await reporting(output) {
            let files: [String]
            do throws(YAMLError) { files = try ScenarioFiles.find(paths) } catch {
                throw Failure(.notFound, "\(error)")
            }
            var results: [ScenarioResult] = []
            for file in files {
                let result = await ScenarioRunner.run(try scenario(file))
                if output == .table { show(result) }
                results.append(result)
            }
            let failed = results.count { !$0.passed }
            switch output {
            case .json: Console.outJSON("ReplayList", results)
            case .table: Console.out("\(results.count - failed) passed, \(failed) failed\n")
            }
            if failed > 0 { throw ExitStatus.failed.exitCode }
        }
    }

    private func scenario(_ file: String) throws(Failure) -> Scenario {
        do throws(YAMLError) { return try Scenario(contentsOfFile: file) } catch { throw Failure(.usage, "\(error)") }
    }

    private func show(_ result: ScenarioResult) {
        if !quiet || !result.passed { Console.out(result.summary + "\n") }
        if let difference = result.difference { Console.out("\(difference)".indented + "\n") }
        if trace { Console.out("\(result.trace)".indented + "\n") }
    }
}
