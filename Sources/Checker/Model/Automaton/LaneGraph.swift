/// Lanes by number with their steps, in flat arrays.
struct LaneGraph: Sendable {
    /// A step of one lane.
    struct Edge: Hashable, Sendable {
        let target: UInt32
        /// By its number in the automaton's list.
        let label: UInt16
        /// What a VM must be like. 0: no matter. Otherwise the VM in bits 7:2 and its page in bits 1:0, plus one.
        let condition: UInt8
        /// Whether it takes one of the faults that all devices share.
        let isFault: Bool

        /// The page that a VM must have; nil: no matter.
        var needed: (vm: Int, page: UInt8)? {
            condition == 0 ? nil : (Int(condition - 1) >> 2, (condition - 1) & 3)
        }

        static func condition(_ needed: VMCondition?) -> UInt8 {
            needed.map { ($0.vm << 2 | $0.page.rawValue) + 1 } ?? 0
        }
    }

    private(set) var edges: ContiguousArray<Edge> = []
    /// Where each lane's edges begin; one more than there are lanes.
    private var firstEdge: ContiguousArray<UInt32> = [0]
    /// Where those of them begin with which the manager dies: all lanes take one of theirs together.
    private var firstRestart: ContiguousArray<UInt32> = []
    /// What a conversion's step makes of each lane, three by three; ``blocked`` where the lane holds it up.
    private(set) var conversions: ContiguousArray<UInt32> = []
    /// The lane that each one is when another device has taken one of the faults.
    private(set) var spent: ContiguousArray<UInt32> = []

    static let blocked = UInt32.max

    /// How many lanes there are.
    var count: Int { spent.count }

    /// What a lane does by itself.
    func steps(of lane: Int) -> Range<Int> { Int(firstEdge[lane])..<Int(firstRestart[lane]) }

    /// How it may come back when the manager dies.
    func restarts(of lane: Int) -> Range<Int> { Int(firstRestart[lane])..<Int(firstEdge[lane + 1]) }

    /// Both.
    func allSteps(of lane: Int) -> Range<Int> { Int(firstEdge[lane])..<Int(firstEdge[lane + 1]) }

    /// What a step of a conversion makes of a lane; nil: it holds that up.
    func converted(_ lane: Int, _ step: ConversionStep) -> Int? {
        let target = conversions[lane * ConversionStep.allCases.count + Int(step.rawValue)]
        return target == Self.blocked ? nil : Int(target)
    }

    /// All lanes that one leads to, by whatever.
    func anyTarget(of lane: Int, where isRight: (UInt32) -> Bool) -> Bool {
        if isRight(spent[lane]) { return true }
        for index in allSteps(of: lane) where isRight(edges[index].target) { return true }
        for step in ConversionStep.allCases {
            if let target = converted(lane, step), isRight(UInt32(target)) { return true }
        }
        return false
    }

    /// Adds the next lane.
    mutating func add(
        _ steps: some Sequence<Edge>, restarts: some Sequence<Edge>, conversions: some Sequence<UInt32>, spent: UInt32
    ) {
        edges.append(contentsOf: steps)
        firstRestart.append(UInt32(edges.count))
        edges.append(contentsOf: restarts)
        firstEdge.append(UInt32(edges.count))
        self.conversions.append(contentsOf: conversions)
        self.spent.append(spent)
    }

    /// Adds a lane out of which nothing leads.
    mutating func addDeadEnd() {
        add([], restarts: [], conversions: Self.noConversions, spent: UInt32(count))
    }

    static var noConversions: some Sequence<UInt32> {
        repeatElement(blocked, count: ConversionStep.allCases.count)
    }
}

extension LaneGraph {
    /// Adds a lane of another graph as the next one, with other numbers.
    mutating func add(_ other: LaneGraph, _ lane: Int, _ number: (UInt32) -> UInt32) {
        add(
            other.steps(of: lane).map { other.edges[$0].renumbered(number) },
            restarts: other.restarts(of: lane).map { other.edges[$0].renumbered(number) },
            conversions: ConversionStep.allCases.map { step in
                other.converted(lane, step).map { number(UInt32($0)) } ?? Self.blocked
            }, spent: number(other.spent[lane]))
    }

    /// The same, but of steps that are alike only the first, and none that stays where it is and nobody has to take.
    mutating func addOnce(
        _ other: LaneGraph, _ lane: Int, goesOn: [Bool], _ number: (UInt32) -> UInt32
    ) {
        var seen: Set<Edge> = []
        func isNew(_ edge: Edge) -> Bool {
            // What is left of a label is whether it goes on.
            let looks = Edge(
                target: edge.target, label: goesOn[Int(edge.label)] ? 1 : 0, condition: edge.condition,
                isFault: edge.isFault)
            return seen.insert(looks).inserted
        }
        let own = number(UInt32(lane))
        let steps = other.steps(of: lane).map { other.edges[$0].renumbered(number) }.filter {
            ($0.target != own || $0.isFault || goesOn[Int($0.label)]) && isNew($0)
        }
        seen = []
        let restarts = other.restarts(of: lane).map { other.edges[$0].renumbered(number) }.filter(isNew)
        add(
            steps, restarts: restarts,
            conversions: ConversionStep.allCases.map { step in
                other.converted(lane, step).map { number(UInt32($0)) } ?? Self.blocked
            }, spent: number(other.spent[lane]))
    }
}

extension LaneGraph.Edge {
    fileprivate func renumbered(_ number: (UInt32) -> UInt32) -> Self {
        Self(target: number(target), label: label, condition: condition, isFault: isFault)
    }
}
