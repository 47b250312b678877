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

    /// How far a check has come.
    public enum Progress: Hashable, Sendable {
        /// It finds out what one device can go through: so many lanes were held against the rules.
        case device(Int)
        /// It finds out which of a device's states are alike.
        case folding
        /// It searches.
        case search(SearchProgress)
    }

    /// What a check found. Unless ``end`` is `complete`, it says nothing about states that were not visited.
    public struct Report: Sendable {
        /// What one device can go through, the host seen from it.
        public let lanes: Int
        /// How many of those are not like another; nil: nobody asked.
        public let unlikeLanes: Int?
        /// How far it came.
        public let progress: SearchProgress
        /// Why it ended.
        public let end: SearchEnd
        /// The rule that is broken; nil: none was found.
        public let violation: Violation?
        /// The shortest way there, one clause a step; for a way that never ends, the shortest into what goes on for ever.
        public let trace: [String]
        /// The same way, for those who retell it; nil: no rule is broken.
        public let counterexample: HostCounterexample?
        /// The most steps to rest from anywhere once faults have stopped; nil: not worked out, as it did not finish.
        public let stepsToRest: Int?

        /// One that ended before the search.
        init(lanes: Int, unlikeLanes: Int? = nil, end: SearchEnd) {
            (self.lanes, self.unlikeLanes, self.end) = (lanes, unlikeLanes, end)
            (progress, violation, trace, counterexample, stepsToRest) = (SearchProgress(), nil, [], nil, nil)
        }

        init<Word: StateWord>(_ system: HostSystem<Word>, _ result: SearchResult<HostSystem<Word>>) {
            let automaton = system.automaton
            lanes = automaton.count
            unlikeLanes = automaton.representatives.isEmpty ? nil : automaton.foldedCount
            progress = result.progress
            end = result.end
            violation = result.counterexample?.violation
            trace = result.counterexample?.steps.map { "\($0.label)" } ?? []
            counterexample = result.counterexample.map { HostCounterexample($0, on: system) }
            stepsToRest = result.stepsToRest
        }
    }

    /// How many lanes are worked out at most before the search: more do not fit the memory that is left to it.
    private var laneLimit: Int { max(1, limits.bytes / 256) }

    /// Runs it. A device that has more lanes than memory ends with `memory`, a host that does not fit one word of 128 bits
    /// with `tooManyDevices`.
    ///
    /// - Parameter watch: Is told how far it has come, many times a second; what it returns ends it.
    public func run(watch: (Progress) -> SearchEnd?) async -> Report {
        let automaton: LaneAutomaton
        do throws(LaneAutomaton.Unfinished) {
            automaton = try self.automaton(watch: watch)
        } catch {
            return Report(lanes: error.judged, end: error.end)
        }
        if let system = HostSystem<UInt64>(automaton, devices: devices) {
            return Report(
                system,
                await Search(system, limits: limits, cores: cores).runToRest { watch(.search($0)) })
        }
        if let system = HostSystem<UInt128>(automaton, devices: devices) {
            return Report(
                system,
                await Search(system, limits: limits, cores: cores).runToRest { watch(.search($0)) })
        }
        return Report(lanes: automaton.count, unlikeLanes: automaton.foldedCount, end: .tooManyDevices)
    }

    /// What one device can go through. Where there are several, states of one that are alike are one.
    private func automaton(watch: (Progress) -> SearchEnd?) throws(LaneAutomaton.Unfinished) -> LaneAutomaton {
        let automaton = try LaneAutomaton(model, untilBroken: true, limit: laneLimit) { watch(.device($0)) }
        return devices == 1 ? automaton : try automaton.minimised { watch(.folding) }
    }
}
