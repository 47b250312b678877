/// A search of all that can happen to a host of some devices and VMs, and what it found.
///
/// The searches are generic, and fast only where the compiler sees system and search together: here.
public struct HostCheck: Sendable {
    /// What is modelled.
    public let model: CheckerModel
    /// How many devices there are, all alike.
    public let devices: Int
    /// How far to go.
    public let limits: SearchLimits
    /// On how many cores.
    public let cores: Int

    /// Creates a check.
    public init(_ model: CheckerModel, devices: Int = 1, limits: SearchLimits = SearchLimits(), cores: Int = 1) {
        self.model = model
        self.devices = devices
        self.limits = limits
        self.cores = cores
    }

    /// What a check found. Unless ``end`` is `complete`, it says nothing about states that were not visited.
    public struct Report: Sendable {
        /// What one device can go through, the host seen from it.
        public let lanes: Int
        /// How far it came.
        public let progress: SearchProgress
        /// Why it ended.
        public let end: SearchEnd
        /// The rule that is broken; nil: none was found.
        public let violation: Violation?
        /// The shortest way there, one clause a step; for a way that never ends, the shortest into what goes on for ever.
        public let trace: [String]
        /// The most steps to rest from anywhere once faults have stopped; nil: not worked out, as it did not finish.
        public let stepsToRest: Int?
    }

    /// How many lanes are worked out at most before the search: more do not fit the memory that is left to it.
    private var laneLimit: Int { max(1, limits.bytes / 256) }

    /// Runs it; `watch` as in ``Search/run(watch:)``. A host that does not fit one word of 128 bits, or a device that has
    /// more lanes than memory, ends with `memory`.
    public func run(watch: (SearchProgress) -> SearchEnd?) async -> Report {
        guard let automaton = LaneAutomaton(model, untilBroken: true, limit: laneLimit) else {
            return Report(
                lanes: laneLimit, progress: SearchProgress(), end: .memory, violation: nil, trace: [], stepsToRest: nil)
        }
        if let system = HostSystem<UInt64>(automaton, devices: devices) {
            return report(await Search(system, limits: limits, cores: cores).runToRest(watch: watch), automaton)
        }
        if let system = HostSystem<UInt128>(automaton, devices: devices) {
            return report(await Search(system, limits: limits, cores: cores).runToRest(watch: watch), automaton)
        }
        return Report(
            lanes: automaton.count, progress: SearchProgress(), end: .memory, violation: nil, trace: [],
            stepsToRest: nil)
    }

    private func report<Word: StateWord>(
        _ result: SearchResult<HostSystem<Word>>, _ automaton: LaneAutomaton
    ) -> Report {
        Report(
            lanes: automaton.count, progress: result.progress, end: result.end,
            violation: result.counterexample?.violation,
            trace: result.counterexample?.steps.map { "\($0.label)" } ?? [], stepsToRest: result.stepsToRest)
    }
}
