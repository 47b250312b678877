import Foundation
import ScenarioReplay
import Testing

/// Managers that end at every moment of every command of the scenarios, or at a sample of them.
struct CrashSweep {
    let settings: Settings
    let shim: String

    /// What is swept, by the environment: `scripts/crash-sweep` sets it.
    struct Settings {
        /// How many runs, drawn by the seed; nil: all.
        let sample: Int?
        let seed: UInt64
        /// The scenarios; nil: drawn from all.
        let files: [String]?
        /// The only run, as a former sweep has named it.
        let only: String?
        let hows: [CrashPoint.How]
        /// The only file whose moments are swept; nil: all, and the exchanges with the host.
        var place: String?

        init(environment: [String: String]) {
            let size = environment["TDISPCTL_CRASH_SWEEP"]
            sample = size == "all" ? nil : size.flatMap { Int($0) } ?? 24
            seed = environment["TDISPCTL_CRASH_SEED"].flatMap { UInt64($0) } ?? 1
            files = environment["TDISPCTL_CRASH_SCENARIOS"].map { $0.split(separator: ":").map { String($0) } }
            only = environment["TDISPCTL_CRASH_POINT"]
            let words = environment["TDISPCTL_CRASH_HOW"]?.split(separator: ",").map { String($0) }
            hows = words?.compactMap { CrashPoint.How(rawValue: $0) } ?? CrashPoint.How.allCases
        }
    }

    /// What was swept and what came of it.
    struct Report {
        /// Moments at which the world outside changes.
        var points = 0
        /// In how many ways the manager may end at them, all told.
        var ways = 0
        var omitted: [String: Int] = [:]
        var results: [CrashResult] = []

        /// Those whose manager really ended where it was to.
        var reached: Int { results.count { $0.phase != CrashResult.notReached } }
    }

    /// Builds the shim with the system's compiler.
    static func with<Result>(_ settings: Settings, _ body: (CrashSweep) async throws -> Result) async throws -> Result {
        try await Tool.withoutHost { tool in
            let shim = tool.scratch + "/crashpoints.so"
            let built = try await tool.shell(
                "cc -shared -fPIC -O1 -o '\(shim)' '\(Project.path)/Tests/CrashPoints/crashpoints.c'")
            try #require(built.status == 0, "\(built.err)")
            return try await body(CrashSweep(settings: settings, shim: shim))
        }
    }

    func run() async throws -> Report {
        let scripts = try files().map(CrashScript.init(file:))
        var report = Report()
        for name in scripts.flatMap(\.omitted) { report.omitted[name, default: 0] += 1 }
        let counted = try await Self.concurrently(scripts.filter { $0.acts.contains { $0.command != nil } }) { script in
            try await CrashStage.with(script, shim: shim) { try await $0.runs(settings.hows) }
        }
        var runs = counted.flatMap { $0 }
        if let place = settings.place { runs = runs.filter { $0.point.file == place } }
        report.ways = runs.count
        report.points = Set(runs.map { "\($0.script.file) \($0.point.act) \($0.point.number)" }).count
        if let only = settings.only { runs = runs.filter { $0.name == only } }
        if let sample = settings.sample { runs = draw(sample, from: runs) }
        report.results = try await Self.concurrently(runs) { run in
            let result = try await CrashStage.with(run.script, shim: shim) { try await $0.play(run) }
            show(result)
            return result
        }
        return report
    }

    /// The scenarios that were named, or all, or as many as a sample needs.
    private func files() throws -> [String] {
        if let files = settings.files { return try ScenarioFiles.find(files) }
        let all = try ScenarioFiles.find([Project.path + "/Scenarios"])
        return settings.sample.map { draw(max(3, $0 / 4), from: all) } ?? all
    }

    private func draw<Item>(_ count: Int, from items: [Item]) -> [Item] {
        var generator = SampleGenerator(seed: settings.seed)
        return Array(items.shuffled(using: &generator).prefix(count))
    }

    private func show(_ result: CrashResult) {
        guard !result.complaints.isEmpty else { return }
        let (run, point) = (result.run, result.run.point)
        print(
            """
            failed  \(run.script.file): act \(point.act), \(point.kind.rawValue) \(point.number) of \(point.file), \(run.how)
              seen    \(result.complaints.joined(separator: "\n          "))
              again   scripts/crash-sweep --point \(run.name) \(run.script.file)
            """)
    }

    /// As many at a time as there are processors, twice: most of the time goes by in other processes.
    private static func concurrently<Item: Sendable, Result: Sendable>(
        _ items: [Item], _ body: @escaping @Sendable (Item) async throws -> Result
    ) async throws -> [Result] {
        try await withThrowingTaskGroup(of: Result.self) { group in
            var rest = items.makeIterator()
            for _ in 0..<(2 * ProcessInfo.processInfo.activeProcessorCount) {
                if let item = rest.next() { group.addTask { try await body(item) } }
            }
            var results: [Result] = []
            while let result = try await group.next() {
                results.append(result)
                if let item = rest.next() { group.addTask { try await body(item) } }
            }
            return results
        }
    }
}

extension CrashSweep.Report: CustomStringConvertible {
    /// How many points there are, and where the devices were found after the restart, by how the manager ended.
    var description: String {
        let hows = Dictionary(grouping: results, by: \.run.how)
        let lines = CrashPoint.How.allCases.compactMap { how -> String? in
            guard let runs = hows[how] else { return nil }
            let phases = Dictionary(grouping: runs, by: \.phase).mapValues(\.count).sorted { $0.key < $1.key }
            return "  \(how.rawValue)\t\(runs.count) runs: "
                + phases.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        }
        let omitted = omitted.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        return """
            \(points) crash points, \(ways) ways to end at them; \(results.count) run, \(reached) reached, \(results.count { !$0.complaints.isEmpty }) failed
            \(lines.joined(separator: "\n"))
              acts that no command does: \(omitted.isEmpty ? "none" : omitted)
            """
    }
}
