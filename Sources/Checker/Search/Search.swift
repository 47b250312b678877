/// A search of all states that a system can reach, nearest first, so that the first broken rule has the shortest way.
///
/// Shards, one per core, own the states that spread to them. They expand a level together in rounds and hand over what
/// they find for each other in between.
public struct Search<System: TransitionSystem>: Sendable {
    /// What is searched.
    public let system: System
    /// How far.
    public let limits: SearchLimits
    /// On how many cores.
    public let cores: Int
    /// How many states each core expands between two meetings: enough to make these cheap.
    var roundSize = 32_768

    /// Creates a search. At least one core is used.
    public init(_ system: System, limits: SearchLimits = SearchLimits(), cores: Int = 1) {
        self.system = system
        self.limits = limits
        self.cores = max(cores, 1)
    }

    /// Runs it. States, steps and the length of a counterexample are the same on any number of cores.
    ///
    /// - Parameter watch: Is told how far the search has come, many times a second on a fast system; what it returns ends
    ///   the search. Here a caller counts time, listens for an interrupt and shows progress.
    public func run(watch: (SearchProgress) -> SearchEnd? = { _ in nil }) async -> SearchResult<System> {
        await explore(watch: watch).result
    }
}

extension Search {
    /// A search that ended, with all that it found.
    struct Exploration {
        let result: SearchResult<System>
        let known: [KnownStates<System.Word>]
    }

    func explore(watch: (SearchProgress) -> SearchEnd?) async -> Exploration {
        let shards = (0..<cores).map { Shard(ShardSearch(self, number: $0)) }
        var progress = SearchProgress()
        var mail = seeds()
        var opensLevel = true
        var finding: Finding<System.Word>?
        var end: SearchEnd?
        while end == nil {
            let rounds = await Self.rounds(of: shards, mail, opensLevel: opensLevel)
            progress.states = rounds.reduce(0) { $0 + $1.states }
            progress.transitions += rounds.reduce(0) { $0 + $1.transitions }
            progress.bytes = rounds.reduce(0) { $0 + $1.bytes }
            mail = shards.indices.map { owner in rounds.map { $0.mail[owner] } }
            finding = rounds.lazy.compactMap(\.finding).first
            opensLevel = rounds.allSatisfy { $0.left == 0 && $0.mail.allSatisfy(\.isEmpty) }
            if finding != nil {
                end = .violation
            } else if rounds.contains(where: \.isFull) {
                end = .memory
            } else if opensLevel {
                end = nextLevel(rounds, &progress)
            }
            end = end ?? watch(progress)
        }
        var known: [KnownStates<System.Word>] = []
        for shard in shards { known.append(await shard.known) }
        return Exploration(
            result: SearchResult(
                progress: progress, end: end ?? .complete,
                counterexample: finding.map { counterexample($0, among: known) }, stepsToRest: nil),
            known: known)
    }

    /// The initial states, by the shard that owns them.
    private func seeds() -> [[Mail<System.Word>]] {
        let words = system.initial.map(system.representative)
        return (0..<cores).map { owner in [Mail(words.filter { $0.shard(of: cores) == owner })] }
    }

    /// A level is done: is there another one?
    private func nextLevel(_ rounds: [Round<System>], _ progress: inout SearchProgress) -> SearchEnd? {
        guard rounds.contains(where: { $0.next > 0 }) else { return .complete }
        if let depth = limits.depth, progress.depth + 1 >= depth { return .depth }
        progress.depth += 1
        return nil
    }

    /// Lets every shard do a round, all at the same time.
    private static func rounds(
        of shards: [Shard<System>], _ mail: [[Mail<System.Word>]], opensLevel: Bool
    ) async -> [Round<System>] {
        await withTaskGroup(of: (Int, Round<System>).self) { group in
            for (number, shard) in shards.enumerated() {
                let mail = mail[number]
                group.addTask { (number, await shard.round(mail, opensLevel: opensLevel)) }
            }
            var rounds = shards.map { _ in Round<System>(mail: []) }
            for await (number, round) in group { rounds[number] = round }
            return rounds
        }
    }
}
