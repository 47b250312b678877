public import Assignment

/// All that one device can go through, whatever others do: every lane by its number, its steps in flat arrays.
///
/// Built once, by stepping the shipped functions; a search over several devices only reads it.
public struct LaneAutomaton: Sendable {
    /// A step: where to, under which label (by its number in ``labels``), and what its VM must be like.
    struct Edge: Sendable {
        let target: UInt32
        let label: UInt16
        /// 0: no matter. Otherwise the VM in bits 7:2 and its page in bits 1:0, plus one.
        let condition: UInt8
    }

    let model: CheckerModel
    /// Every label once.
    private(set) var labels: [LaneLabel] = []
    private(set) var edges: ContiguousArray<Edge> = []
    /// Where each lane's edges begin; one more than there are lanes.
    private(set) var firstEdge: ContiguousArray<UInt32> = [0]
    /// What a conversion's step makes of each lane, three by three; `blocked` where the lane holds it up.
    private(set) var conversions: ContiguousArray<UInt32> = []
    /// The VM that each lane has to do with; `noVM`: none.
    private(set) var vms: ContiguousArray<UInt8> = []
    /// Which lanes rest.
    private(set) var isResting: ContiguousArray<Bool> = []
    /// The rules that lanes break.
    private(set) var violations: [UInt32: Violation] = [:]

    /// The engine's states that were met, one of each shape.
    public private(set) var assignments: [AssignmentState] = []

    static let blocked = UInt32.max
    static let noVM = UInt8.max

    /// How many states a device has.
    public var count: Int { vms.count }
    /// How many steps lead from one to another.
    public var edgeCount: Int { edges.count }

    /// Whether lanes were left out, because a rule was broken before.
    public private(set) var isPartial = false

    /// Finds every lane that can be reached, nearest first; `untilBroken`: up to the first that breaks a rule. Gives up
    /// beyond `limit` lanes: nil.
    public init?(_ model: CheckerModel, untilBroken: Bool = false, limit: Int = .max) {
        self.model = model
        var builder = Builder(model)
        while vms.count < builder.lanes.count {
            guard builder.lanes.count <= limit else { return nil }
            if untilBroken, !violations.isEmpty {
                isPartial = true
                addDeadEnd()
            } else {
                add(builder.lanes[vms.count], &builder)
            }
        }
        labels = builder.labels
        assignments = builder.stepper.assignments.values
    }

    private struct Builder {
        let stepper: LaneStepper
        var numbers: [Lane: UInt32] = [:]
        var lanes: [Place] = []
        var labelNumbers: [LaneLabel: UInt16] = [:]
        var labels: [LaneLabel] = []
        var broken: [Violation: UInt32] = [:]

        enum Place {
            case lane(Lane)
            case broken(Violation)
        }

        init(_ model: CheckerModel) {
            stepper = LaneStepper(model)
            _ = number(stepper.initialLane())
        }

        mutating func number(_ lane: Lane) -> UInt32 {
            if let number = numbers[lane] { return number }
            let number = UInt32(lanes.count)
            numbers[lane] = number
            lanes.append(.lane(lane))
            return number
        }

        mutating func number(_ target: LaneStep.Target) -> UInt32 {
            switch target {
            case .lane(let lane): return number(lane)
            case .broken(let violation):
                if let number = broken[violation] { return number }
                let number = UInt32(lanes.count)
                broken[violation] = number
                lanes.append(.broken(violation))
                return number
            }
        }

        mutating func number(_ label: LaneLabel) -> UInt16 {
            if let number = labelNumbers[label] { return number }
            let number = UInt16(labels.count)
            labelNumbers[label] = number
            labels.append(label)
            return number
        }
    }

    /// Adds a lane with its steps. From one that breaks a rule none are taken.
    private mutating func add(_ place: Builder.Place, _ builder: inout Builder) {
        let number = UInt32(vms.count)
        switch place {
        case .broken(let violation):
            violations[number] = violation
            return addDeadEnd()
        case .lane(let lane):
            let state = builder.stepper.state(lane)
            if let violation = builder.stepper.violation(in: lane) {
                violations[number] = violation
                return addDeadEnd()
            }
            vms.append(lane.vm ?? Self.noVM)
            isResting.append(state.phase.isResting && lane.manager == .running)
            addEdges(of: lane, number, &builder)
            addConversions(of: lane, &builder)
        }
        firstEdge.append(UInt32(edges.count))
    }

    private mutating func addDeadEnd() {
        vms.append(Self.noVM)
        isResting.append(true)
        conversions.append(contentsOf: repeatElement(Self.blocked, count: ConversionStep.allCases.count))
        firstEdge.append(UInt32(edges.count))
    }

    private mutating func addEdges(of lane: Lane, _ number: UInt32, _ builder: inout Builder) {
        for step in builder.stepper.steps(from: lane) {
            let target = builder.number(step.target)
            guard target != number else { continue }
            let condition = step.condition.map { ($0.vm << 2 | $0.page.rawValue) + 1 } ?? 0
            edges.append(Edge(target: target, label: builder.number(step.label), condition: condition))
        }
    }

    private mutating func addConversions(of lane: Lane, _ builder: inout Builder) {
        for step in ConversionStep.allCases {
            let isConcerned = lane.vm != nil && model.hasConversions
            let target = isConcerned ? builder.stepper.converted(lane, step) : nil
            conversions.append(target.map { builder.number($0) } ?? Self.blocked)
        }
    }
}

extension LaneAutomaton {
    /// The rules that one device by itself breaks, in order of rules.
    public var violationsFound: [Violation] {
        Set(violations.values).sorted { ($0.rule.rawValue, $0.detail) < ($1.rule.rawValue, $1.detail) }
    }
}
