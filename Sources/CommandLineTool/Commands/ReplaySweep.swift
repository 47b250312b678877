internal import ArgumentParser
internal import Foundation
internal import ScenarioReplay
internal import Synchronization

/// `tdispctl replay --sweep`
struct SweepOptions: ParsableArguments {
    @Flag(help: "Play each scenario once for everything that can go wrong in it.")
    var sweep = false

    @Option(help: ArgumentHelp("Of all those runs only so many, drawn by the seed.", valueName: "count"))
    var sample: Int?

    @Option(help: "What the sample is drawn by.")
    var seed: UInt64 = 1

    @Option(help: ArgumentHelp("Only faults whose words contain this.", valueName: "words"))
    var only: String?

    /// One run: a scenario, and what goes wrong in it.
    private struct Run: Sendable {
        let scenario: Scenario
        let fault: SweptFault
    }

    func requireSweep() throws {
        guard sweep || (sample == nil && only == nil) else {
            throw ValidationError("--sample and --only belong to --sweep")
        }
        guard sample ?? 1 > 0 else { throw ValidationError("--sample takes a number of runs, 1 or more") }
    }

    /// Plays what was asked for, on as many cores as there are. A failure is printed as soon as it is there.
    func run(_ scenarios: [Scenario], _ output: OutputFormat, showsTrace: Bool) async throws {
        let faults = await Parallel.map(scenarios) { scenario in
            await FaultSweep.faults(of: scenario).map { Run(scenario: scenario, fault: $0) }
        }
        var runs = faults.flatMap { $0 }.filter { run in only.map { "\(run.fault)".contains($0) } ?? true }
        guard !runs.isEmpty else {
            throw Failure(
                .notFound, only.map { "there is no fault whose words contain '\($0)'" } ?? "nothing can go wrong here",
                next: "replay --sweep --sample 1 prints the words of one")
        }
        if let sample {
            var generator = SampleGenerator(seed: seed)
            runs = Array(runs.shuffled(using: &generator).prefix(sample))
        }
        let progress = SweepProgress(of: runs.count)
        let results = await Parallel.map(runs) { run in
            defer { progress.step() }
            let (result, trace) = await FaultSweep.run(run.scenario, with: run.fault)
            if output == .table, !result.isSound || showsTrace { show(result, showsTrace ? trace : nil) }
            return result
        }
        let broken = results.count { !$0.isSound }
        switch output {
        case .json: Console.outJSON("SweepList", results.map { SweepView($0) })
        case .table:
            var matrix = FaultMatrix()
            for result in results { matrix.count(result) }
            Console.out("\(matrix)\n\(results.count) runs of \(scenarios.count) scenarios, \(broken) failed\n")
        }
        if broken > 0 { throw ExitStatus.failed.exitCode }
    }

    private func show(_ result: SweepResult, _ trace: Trace?) {
        var text = (result.isSound ? "" : "failed  ") + "\(result)\n"
        if !result.isSound {
            text += "  again   tdispctl replay --sweep --trace --only '\(result.fault)' \(result.file)\n"
        }
        if let trace { text += "\(trace)".indented + "\n" }
        Console.out(text)
    }
}

/// Says on standard error how far a long sweep is: each tenth of it.
private final class SweepProgress: Sendable {
    private let all: Int
    private let done = Mutex(0)

    init(of all: Int) { self.all = all }

    func step() {
        let done = done.withLock { done in
            done += 1
            return done
        }
        guard all >= 1000, done * 10 / all > (done - 1) * 10 / all else { return }
        Console.err("\(done * 100 / all) % of \(all) runs\n")
    }
}

/// A run of a sweep, as JSON.
struct SweepView: Encodable {
    let file: String
    let cause: String
    let moment: String
    let outcome: String
    let seen: String?

    init(_ result: SweepResult) {
        file = result.file
        cause = result.fault.cause.rawValue
        moment = "\(result.fault.moment)"
        outcome = result.outcome.rawValue
        seen = result.seen.isEmpty ? nil : result.seen
    }
}

/// Work on as many cores as there are.
enum Parallel {
    /// The results, in the order of the items.
    static func map<Item: Sendable, Result: Sendable>(
        _ items: [Item], _ body: @escaping @Sendable (Item) async -> Result
    ) async -> [Result] {
        await withTaskGroup(of: (Int, Result).self) { group in
            var rest = items.indices.makeIterator()
            func add() {
                guard let index = rest.next() else { return }
                group.addTask { (index, await body(items[index])) }
            }
            for _ in 0..<ProcessInfo.processInfo.activeProcessorCount { add() }
            var results: [Int: Result] = [:]
            while let (index, result) = await group.next() {
                results[index] = result
                add()
            }
            return items.indices.compactMap { results[$0] }
        }
    }
}
