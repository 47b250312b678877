/// Lanes by number with their steps, in flat arrays.
struct LaneGraph: Sendable {
    /// A step of one lane.
    struct Edge: Hashable, Sendable {
        let target: UInt32
        /// By its number in the automaton's list.
        let label: UInt16
        /// What the host must be like for it.
        let condition: LaneCondition.Code
        /// In bits 6:0 the number of the event in which all other lanes follow, plus one; 0: it is nobody else's business.
        /// Bit 7: it takes one of the faults that all devices share.
        private let bits: UInt8

        init(target: UInt32, label: UInt16, condition: LaneCondition.Code, isFault: Bool, followed event: Int? = nil) {
            (self.target, self.label, self.condition) = (target, label, condition)
            bits = UInt8(event.map { $0 + 1 } ?? 0) | (isFault ? 0x80 : 0)
        }

        /// The same step elsewhere.
        func leading(to target: UInt32, label: UInt16? = nil) -> Edge {
            Edge(target: target, label: label ?? self.label, condition: condition, isFault: isFault, followed: followed)
        }

        var isFault: Bool { bits & 0x80 != 0 }
        /// The event, by its number, in which all other lanes take part when this one takes the step; nil: it steps alone.
        var followed: Int? { bits & 0x7f == 0 ? nil : Int(bits & 0x7f) - 1 }
    }

    /// How many events there are in which all lanes take part.
    let events: Int
    private(set) var edges: ContiguousArray<Edge> = []
    /// Where the edges of each lane begin: first those it takes by itself, then its part in each event.
    private var starts: ContiguousArray<UInt32> = [0]
    /// What a conversion's step makes of each lane, three by three; ``blocked`` where the lane holds it up.
    private(set) var conversions: ContiguousArray<UInt32> = []
    /// The lane that each one is when another device has taken one of the faults.
    private(set) var spent: ContiguousArray<UInt32> = []

    static let blocked = UInt32.max

    init(events: Int) { self.events = events }

    /// How many lanes there are.
    var count: Int { spent.count }

    /// What a lane does by itself.
    func steps(of lane: Int) -> Range<Int> {
        let first = lane &* (events &+ 1)
        return Int(starts[first])..<Int(starts[first &+ 1])
    }

    /// The ways in which a lane can take part in an event; empty: it holds that up.
    func parts(of lane: Int, in event: Int) -> Range<Int> {
        let first = lane &* (events &+ 1) &+ event &+ 1
        return Int(starts[first])..<Int(starts[first &+ 1])
    }

    /// All of them.
    func allSteps(of lane: Int) -> Range<Int> {
        Int(starts[lane * (events + 1)])..<Int(starts[(lane + 1) * (events + 1)])
    }

    /// What a step of a conversion makes of a lane; nil: it holds that up.
    func converted(_ lane: Int, _ step: ConversionStep) -> Int? {
        let target = conversions[lane * ConversionStep.allCases.count + Int(step.rawValue)]
        return target == Self.blocked ? nil : Int(target)
    }

    /// Whether one of the lanes is looked for that a lane leads to, by whatever.
    func anyTarget(of lane: Int, where isRight: (UInt32) -> Bool) -> Bool {
        if isRight(spent[lane]) { return true }
        for index in allSteps(of: lane) where isRight(edges[index].target) { return true }
        for step in ConversionStep.allCases {
            if let target = converted(lane, step), isRight(UInt32(target)) { return true }
        }
        return false
    }

    /// Adds the next lane, with its part in each event.
    mutating func add(_ steps: [Edge], parts: [[Edge]], conversions: [UInt32], spent: UInt32) {
        for some in [steps] + parts {
            edges.append(contentsOf: some)
            starts.append(UInt32(edges.count))
        }
        self.conversions.append(contentsOf: conversions)
        self.spent.append(spent)
    }

    /// Adds a lane out of which nothing leads.
    mutating func addDeadEnd() {
        add(
            [], parts: Array(repeating: [], count: events),
            conversions: Array(repeating: Self.blocked, count: ConversionStep.allCases.count), spent: UInt32(count))
    }
}

extension LaneGraph {
    /// Adds a lane of another graph as the next one, with other numbers.
    mutating func add(_ other: LaneGraph, _ lane: Int, _ number: (UInt32) -> UInt32) {
        add(other, lane, number, steps: { $0 }, parts: { $0 })
    }

    /// The same, but of steps that are alike only the first, and none that stays where it is and nobody has to take.
    mutating func addOnce(_ other: LaneGraph, _ lane: Int, goesOn: [Bool], _ number: (UInt32) -> UInt32) {
        let own = number(UInt32(lane))
        func once(_ edges: [Edge]) -> [Edge] {
            // What is left of a label is whether it goes on.
            var seen: Set<Edge> = []
            return edges.filter {
                seen.insert($0.leading(to: $0.target, label: goesOn[Int($0.label)] ? 1 : 0)).inserted
            }
        }
        func isIdle(_ edge: Edge) -> Bool {
            edge.target == own && !edge.isFault && edge.followed == nil && !goesOn[Int(edge.label)]
        }
        add(other, lane, number, steps: { once($0.filter { !isIdle($0) }) }, parts: once)
    }

    private mutating func add(
        _ other: LaneGraph, _ lane: Int, _ number: (UInt32) -> UInt32, steps: ([Edge]) -> [Edge],
        parts: ([Edge]) -> [Edge]
    ) {
        func renumbered(_ range: Range<Int>) -> [Edge] {
            range.map { other.edges[$0].leading(to: number(other.edges[$0].target)) }
        }
        add(
            steps(renumbered(other.steps(of: lane))),
            parts: (0..<events).map { parts(renumbered(other.parts(of: lane, in: $0))) },
            conversions: ConversionStep.allCases.map { step in
                other.converted(lane, step).map { number(UInt32($0)) } ?? Self.blocked
            }, spent: number(other.spent[lane]))
    }
}
