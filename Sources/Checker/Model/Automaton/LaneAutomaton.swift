public import Assignment

/// All that one device can go through, whatever others do: every lane by its number, its steps in flat arrays.
///
/// Built once, by stepping the shipped functions; a search over several devices only reads it. As the steps of a lane do
/// not depend on what other devices do, no device of any host goes through anything else: a rule that no lane breaks is
/// broken by no number of devices that share nothing but the pages of VMs, the manager and the faults.
public struct LaneAutomaton: Sendable {
    let model: CheckerModel
    /// Every label once.
    private(set) var labels: [LaneLabel] = []
    /// Every lane.
    private(set) var graph: LaneGraph
    /// One lane of each class of those that can do the same, which are the first ones; the same as ``graph`` where none
    /// are taken for one.
    private(set) var folded: LaneGraph
    /// The lane that stands for each one; empty: it stands for itself.
    private(set) var representatives: ContiguousArray<UInt32> = []
    /// Ways to call the VMs by other names, and what each makes of every folded lane.
    private(set) var renamings: [VMRenaming] = []
    /// The events in which all lanes take part.
    let events: [SharedEvent]
    /// The lanes of devices that were never assigned: of all, or of function 0 and its sibling.
    private(set) var roots: [UInt32] = []
    /// Which lanes take up a stream of their bridge.
    private(set) var holdsStream: ContiguousArray<Bool> = []
    /// The VM that each lane has to do with; `noVM`: none.
    private(set) var vms: ContiguousArray<UInt8> = []
    /// Which lanes rest.
    private(set) var isResting: ContiguousArray<Bool> = []
    /// The rules that lanes break.
    private(set) var violations: [UInt32: Violation] = [:]

    /// The engine's states that were met, one of each shape.
    public private(set) var assignments: [AssignmentState] = []

    static let noVM = UInt8.max

    /// How many states a device has.
    public var count: Int { graph.count }
    /// How many of them are not like another.
    public var foldedCount: Int { folded.count }
    /// How many steps lead from one to another.
    public var edgeCount: Int { graph.edges.count }

    /// Whether lanes were left out, because a rule was broken before.
    public private(set) var isPartial = false

    /// It was ended before all lanes were found.
    public struct Unfinished: Error {
        /// Why.
        public let end: SearchEnd
        /// How many lanes were found, and how many of them were held against the rules.
        public let found: Int, judged: Int
    }

    /// Finds every lane that can be reached, nearest first.
    ///
    /// - Parameter untilBroken: Only up to the first that breaks a rule.
    /// - Parameter limit: How many lanes there is memory for.
    /// - Parameter watch: Is told how many were found, many times a second; what it returns ends the building.
    public init(
        _ model: CheckerModel, untilBroken: Bool = false, limit: Int = .max, watch: (Int) -> SearchEnd? = { _ in nil }
    ) throws(Unfinished) {
        self.model = model
        events = SharedEvent.all(of: model)
        graph = LaneGraph(events: events.count)
        folded = graph
        var builder = LaneBuilder(model)
        while graph.count < builder.places.count {
            if let end = builder.places.count > limit ? .memory : graph.count & 0xff == 0 ? watch(graph.count) : nil {
                throw Unfinished(end: end, found: builder.places.count, judged: graph.count)
            }
            if untilBroken, !violations.isEmpty {
                isPartial = true
                addDeadEnd()
            } else {
                add(builder.places[graph.count], &builder)
            }
        }
        labels = builder.labels
        roots = builder.roots
        assignments = builder.stepper.assignments.values
        folded = graph
        if !isPartial { renamings = VMRenaming.all(of: self) }
    }

    /// Adds a lane with its steps. From one that breaks a rule none are taken.
    private mutating func add(_ place: LaneBuilder.Place, _ builder: inout LaneBuilder) {
        let number = UInt32(graph.count)
        switch place {
        case .broken(let violation):
            violations[number] = violation
            addDeadEnd()
        case .lane(let lane):
            if let violation = builder.stepper.violation(in: lane) {
                violations[number] = violation
                return addDeadEnd()
            }
            vms.append(lane.vm ?? Self.noVM)
            isResting.append(builder.stepper.state(lane).phase.isResting && lane.manager == .running)
            holdsStream.append(lane.holdsStream)
            let (steps, parts) = builder.edges(of: lane, number)
            graph.add(steps, parts: parts, conversions: builder.conversions(of: lane), spent: builder.spent(lane))
        }
    }

    private mutating func addDeadEnd() {
        vms.append(Self.noVM)
        isResting.append(true)
        holdsStream.append(false)
        graph.addDeadEnd()
    }
}

extension LaneAutomaton {
    /// The rules that one device by itself breaks, in order of rules.
    public var violationsFound: [Violation] {
        Set(violations.values).sorted { ($0.rule.rawValue, $0.detail) < ($1.rule.rawValue, $1.detail) }
    }

    /// The automaton with lanes that can do the same taken for one.
    ///
    /// - Parameter watch: Is asked now and then; what it returns ends it.
    public func minimised(watch: () -> SearchEnd? = { nil }) throws(Unfinished) -> LaneAutomaton {
        var likeness = LaneLikeness(self)
        while likeness.refine() {
            if let end = watch() { throw Unfinished(end: end, found: count, judged: count) }
        }
        return folded(by: likeness.classes)
    }

    /// The automaton with other numbers: the first lane of each class comes first, and stands for the class.
    private func folded(by classes: ContiguousArray<UInt32>) -> LaneAutomaton {
        let order = ClassOrder(classes)
        let goesOn = labels.map(\.goesOn)
        var result = self
        result.vms = order.reordered(vms)
        result.isResting = order.reordered(isResting)
        result.holdsStream = order.reordered(holdsStream)
        result.roots = roots.map { order.numbers[Int($0)] }
        result.violations = [:]
        for (lane, violation) in violations { result.violations[order.numbers[Int(lane)]] = violation }
        result.representatives = order.representatives
        result.graph = LaneGraph(events: events.count)
        result.folded = result.graph
        for lane in order.lanes { result.graph.add(graph, Int(lane)) { order.numbers[Int($0)] } }
        for lane in order.lanes.prefix(order.classCount) {
            result.folded.addOnce(graph, Int(lane), goesOn: goesOn, order.representative)
        }
        result.renamings = renamings.map { renaming in
            VMRenaming(
                names: renaming.names,
                lanes: ContiguousArray(
                    order.lanes.prefix(order.classCount).map { order.representative(renaming.lanes[Int($0)]) }))
        }
        return result
    }
}

/// New numbers for lanes: the first lane of each class comes before all others, the order is kept otherwise.
private struct ClassOrder {
    let classCount: Int
    /// The lanes in their new order.
    private(set) var lanes: ContiguousArray<UInt32> = []
    /// The new number of each.
    private(set) var numbers: ContiguousArray<UInt32>
    /// The number of the first lane of its class for each new number.
    private(set) var representatives: ContiguousArray<UInt32>

    init(_ classes: ContiguousArray<UInt32>) {
        var first: [UInt32: UInt32] = [:]
        var others: ContiguousArray<UInt32> = []
        for (lane, name) in classes.enumerated() {
            if first[name] == nil {
                first[name] = UInt32(lanes.count)
                lanes.append(UInt32(lane))
            } else {
                others.append(UInt32(lane))
            }
        }
        classCount = lanes.count
        lanes.append(contentsOf: others)
        numbers = ContiguousArray(repeating: 0, count: lanes.count)
        representatives = numbers
        for (number, lane) in lanes.enumerated() {
            numbers[Int(lane)] = UInt32(number)
            representatives[number] = first[classes[Int(lane)]] ?? UInt32(number)
        }
    }

    /// The new number of the lane that stands for one.
    func representative(_ lane: UInt32) -> UInt32 { representatives[Int(numbers[Int(lane)])] }

    func reordered<Value>(_ values: ContiguousArray<Value>) -> ContiguousArray<Value> {
        ContiguousArray(lanes.map { values[Int($0)] })
    }
}
