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
            line. A replay is bit-identical: the same scenario gives the same trace. A counterexample ('breaks: RULE') fails as \
            long as the rule is broken, and passes when it no longer reproduces. Exit code 1 when any failed.

            With --sweep, each scenario is played again and again with one more fault: every effect fails, times out, or \
            has an unknown outcome, every message is lost, duplicated, corrupted, the manager dies at every effect. Prints \
            causes by where devices ended; nothing may end anywhere else than at rest.
            """)

    @Argument(help: ArgumentHelp("Scenario files, or folders that hold them.", valueName: "path"), completion: .file())
    var paths: [String]

    @Option(name: [.short, .long], help: "How results are printed.")
    var output: OutputFormat = .table

    @Flag(
        help: ArgumentHelp(
            "Print the smallest scenario that fails in the same way as this one.",
            discussion: "Exit code 2 when it does not fail, as there is nothing to make smaller."))
    var minimize = false

    @Flag(help: "Print what happened, step by step.")
    var trace = false

    @Flag(name: [.short, .long], help: "Print failures and the count only.")
    var quiet = false

    @OptionGroup(title: "Sweep") var sweep: SweepOptions

    func validate() throws {
        try sweep.requireSweep()
        guard !minimize || paths.count == 1 && output == .table && !trace && !sweep.sweep else {
            throw ValidationError("--minimize takes one scenario, and prints one")
        }
    }

    func run() async throws {
        try await reporting(output) {
            if minimize { return try await printSmallest() }
            let files: [String]
            do throws(YAMLError) { files = try ScenarioFiles.find(paths) } catch {
                throw Failure(.notFound, "\(error)")
            }
            if sweep.sweep { return try await sweep.run(try files.map(scenario), output, showsTrace: trace) }
            var results: [ScenarioResult] = []
            for file in files {
                let result = await ScenarioRunner.run(try scenario(file))
                if output == .table { show(result) }
                results.append(result)
            }
            let failed = results.count { !$0.passed }
            switch output {
            case .json: Console.outJSON("ReplayList", results)
            case .table: Console.out(Self.count(results, failed))
            }
            if failed > 0 { throw ExitStatus.failed.exitCode }
        }
    }

    private static func count(_ results: [ScenarioResult], _ failed: Int) -> String {
        let gone = results.count { $0.counterexample == .gone }
        let aside = gone == 0 ? "" : ", of which \(gone) no longer \(gone == 1 ? "reproduces" : "reproduce")"
        return "\(results.count - failed) passed\(aside), \(failed) failed\n"
    }

    private func printSmallest() async throws {
        let scenario = try scenario(paths[0])
        guard let smaller = await ScenarioMinimizer.minimize(scenario) else {
            throw Failure(.usage, "\(paths[0]) does not fail: there is nothing to make smaller")
        }
        if !quiet {
            let count =
                "\(scenario.stepCount) steps, now \(smaller.scenario.stepCount), after \(smaller.replays) replays"
            Console.err("\(count); it fails as before: \(smaller.failure)\n")
        }
        Console.out(smaller.scenario.text)
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
