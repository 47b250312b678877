internal import Assignment

/// The shipped engine, reduced to what can be stated in another checker's language in a page, so that both can be counted:
///
/// - identical devices, each from its host driver to private operation in a domain and back to its host driver;
/// - no faults: every effect succeeds, and nobody cancels;
/// - of the platform one bit per device: whether its T=1 is routed to private memory. `accept` opens the route and `cut`
///   closes it, each a step before the engine hears of it;
/// - effects that neither grant anything nor cut nor stop succeed in the step that asks for them; requests that the engine
///   refuses change nothing and are left out, and so is the number of the lock epoch.
///
/// Every step is taken by `AssignmentMachine.step`, once per state of a device and remembered by its number.
public struct Reduction<Word: StateWord>: TransitionSystem {
    /// What happened, and to which device, counted from 0.
    public struct Label: Hashable, Sendable, CustomStringConvertible {
        /// The device. In a folded search they are in the order of their states.
        public let device: Int
        /// What happened to it.
        public let what: String

        /// Both.
        public var description: String { "device \(device): \(what)" }
    }

    /// One step of a device.
    private struct LaneStep {
        let target: Int
        let event: ReducedLane.Event
    }

    /// Where each device stands: its state's number, 4 bits wide.
    public let lanes: Lanes<Word>
    /// Whether devices that have changed places are the same state.
    public let isFolded: Bool
    /// How many states a device has.
    public var statesPerDevice: Int { steps.endIndex - 1 }

    /// The steps of all device states, and where those of each begin.
    private let laneSteps: ContiguousArray<LaneStep>
    private let steps: ContiguousArray<Int>
    private let violations: [Int: Violation]

    /// Creates the reduction; nil: that many devices do not fit into a word.
    public init?(devices: Int, isFolded: Bool) {
        guard let lanes = Lanes<Word>(devices, width: 4) else { return nil }
        self.lanes = lanes
        self.isFolded = isFolded
        var numbers = [ReducedLane.initial.shape: 0]
        var found = [ReducedLane.initial]
        var laneSteps: ContiguousArray<LaneStep> = []
        var steps: ContiguousArray<Int> = [0]
        while steps.count <= found.count {
            for (event, lane) in found[steps.count - 1].steps {
                let number = numbers[lane.shape] ?? found.count
                if number == found.count {
                    numbers[lane.shape] = number
                    found.append(lane)
                }
                laneSteps.append(LaneStep(target: number, event: event))
            }
            steps.append(laneSteps.count)
        }
        guard found.count <= 1 << lanes.width else { return nil }
        self.laneSteps = laneSteps
        self.steps = steps
        violations = Dictionary(
            uniqueKeysWithValues: found.enumerated().compactMap { number, lane in
                lane.violation.map { (number, $0) }
            })
    }

    /// All devices with their host drivers.
    public var initial: [Word] { [0] }

    /// Every step of every device.
    public func appendSteps(from word: Word, to steps: inout Steps<Word>) {
        for device in 0..<lanes.count {
            let number = lanes.number(device, in: word)
            for step in self.steps[number]..<self.steps[number + 1] {
                steps.append(
                    to: lanes.replacing(device, by: laneSteps[step].target, in: word), label: label(step, of: device))
            }
        }
    }

    /// The devices in the order of their states.
    public func representative(of word: Word) -> Word { isFolded ? lanes.sorted(word) : word }

    /// Of devices in the same state only the last one's steps; the device that moved is sorted in.
    public func appendFoldedSteps(from word: Word, to steps: inout Steps<Word>) {
        guard isFolded else { return appendSteps(from: word, to: &steps) }
        var above = -1
        for device in stride(from: lanes.count - 1, through: 0, by: -1) {
            let number = lanes.number(device, in: word)
            if number == above { continue }
            above = number
            for step in self.steps[number]..<self.steps[number + 1] {
                steps.append(
                    to: lanes.sorting(device, as: laneSteps[step].target, in: word), label: label(step, of: device))
            }
        }
    }

    /// What the label of a step stands for.
    public func label(_ number: UInt32) -> Label {
        let (device, step) = Int(number).quotientAndRemainder(dividingBy: laneSteps.count)
        return Label(device: device, what: laneSteps[step].event.description)
    }

    private func label(_ step: Int, of device: Int) -> UInt32 {
        UInt32(truncatingIfNeeded: device &* laneSteps.count &+ step)
    }

    /// T=1 is routed for no device that is not in RUN by the engine's word.
    public func violation(in word: Word) -> Violation? {
        guard !violations.isEmpty else { return nil }
        return (0..<lanes.count).lazy.compactMap { violations[lanes.number($0, in: word)] }.first
    }
}

extension Reduction<UInt64> {
    /// Searches it. Up to 16 devices fit into 64 bits.
    public func search(
        limits: SearchLimits = SearchLimits(), cores: Int = 1, watch: (SearchProgress) -> SearchEnd? = { _ in nil }
    ) async -> SearchResult<Self> {
        await Search(self, limits: limits, cores: cores).run(watch: watch)
    }
}

extension Reduction<UInt128> {
    /// Searches it. Up to 32 devices fit into 128 bits.
    public func search(
        limits: SearchLimits = SearchLimits(), cores: Int = 1, watch: (SearchProgress) -> SearchEnd? = { _ in nil }
    ) async -> SearchResult<Self> {
        await Search(self, limits: limits, cores: cores).run(watch: watch)
    }
}
