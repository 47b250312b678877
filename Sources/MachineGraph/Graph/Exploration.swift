/// Walks a machine breadth first from its initial state, with every event of its alphabet in every state.
struct Exploration<Machine: DrawableMachine> {
    /// A state that was reached.
    private struct Visit {
        let state: Machine.State
        let node: Int
        /// The effect that is being carried out.
        let activity: String?
        /// The visit that follows within the same node when that succeeds.
        var successor: Int?
    }

    private struct Strand: Hashable {
        let from: Int
        let to: Int
        let kind: Graph.Edge.Strand
    }

    /// No straight path is longer: one that led in circles would end here.
    private static var straightLimit: Int { 100 }

    private let detail: Bool
    private var visits: [Visit] = []
    private var visitOf: [Machine.Key: Int] = [:]
    private var nodes: [Graph.Node] = []
    private var nodeOf: [String: Int] = [:]
    private var edges: [Strand: Graph.Edge] = [:]
    private var straightCount = 0
    private var stepCount = 0

    /// The graph of the machine; with `detail` a node for each step of a phase, where the machine tells them apart.
    static func graph(detail: Bool) -> Graph {
        var exploration = Exploration(detail: detail)
        exploration.walkStraight()
        exploration.walkEverywhere()
        return exploration.result()
    }

    private init(detail: Bool) { self.detail = detail }
}

// MARK: - Walking

extension Exploration {
    /// The straight path first: its nodes come first in the graph.
    private mutating func walkStraight() {
        var next = visit(Machine.initial, activity: nil)
        for _ in 0..<Self.straightLimit {
            guard let event = Machine.straight(visits[next].state) else { break }
            next = follow(event, from: next, isStraight: true)
        }
        straightCount = nodes.count
    }

    private mutating func walkEverywhere() {
        var next = 0
        while next < visits.count {
            for event in Machine.alphabet(in: visits[next].state) {
                stepCount += 1
                _ = follow(event, from: next, isStraight: false)
            }
            next += 1
        }
    }

    private mutating func visit(_ state: Machine.State, activity: String?) -> Int {
        let key = Machine.key(state)
        if let known = visitOf[key] { return known }
        visits.append(Visit(state: state, node: node(of: state), activity: activity))
        visitOf[key] = visits.count - 1
        return visits.count - 1
    }

    private mutating func node(of state: Machine.State) -> Int {
        let node = Machine.node(state, detail: detail)
        if let known = nodeOf[node.id] { return known }
        nodes.append(node)
        nodeOf[node.id] = nodes.count - 1
        return nodes.count - 1
    }

    /// Takes a step, notes where it led, and returns that visit.
    private mutating func follow(_ event: Machine.Event, from index: Int, isStraight: Bool) -> Int {
        let state = visits[index].state
        let reaction = Machine.step(state, event)
        let next = visit(reaction.next, activity: activity(after: reaction, from: index))
        let stimulus = Machine.stimulus(event, in: state)
        if visits[next].node != visits[index].node {
            record(stimulus, reaction.effect, from: visits[index].node, to: visits[next].node, isStraight)
        } else if stimulus.kind == .success, next != index {
            visits[index].successor = visits[index].successor ?? next
        }
        return next
    }

    /// What is under way after a step: what it issued, or still the same where it issued nothing and led nowhere.
    private func activity(after reaction: Reaction<Machine.State>, from index: Int) -> String? {
        guard let effect = reaction.effect else {
            let stays = Machine.node(reaction.next, detail: detail).id == nodes[visits[index].node].id
            return stays ? visits[index].activity : nil
        }
        return effect.isAwaited ? effect.name : nil
    }

    private mutating func record(
        _ stimulus: Graph.Stimulus, _ effect: Issued?, from: Int, to: Int, _ isStraight: Bool
    ) {
        let strand = strand(from: from, to: to, stimulus.kind, isStraight)
        var edge =
            edges[strand]
            ?? Graph.Edge(from: nodes[from].id, to: nodes[to].id, strand: strand.kind, events: [], effects: [])
        if !edge.events.contains(stimulus.name) { edge.events.append(stimulus.name) }
        if let effect, !edge.effects.contains(effect.name) { edge.effects.append(effect.name) }
        edges[strand] = edge
    }

    /// A request or a success between two nodes that the straight path links belongs to that path.
    private func strand(from: Int, to: Int, _ stimulus: Graph.Stimulus.Kind, _ isStraight: Bool) -> Strand {
        let straight = Strand(from: from, to: to, kind: .straight)
        switch stimulus {
        case .request, .success:
            return isStraight || edges[straight] != nil ? straight : Strand(from: from, to: to, kind: .onward)
        case .trouble: return Strand(from: from, to: to, kind: .trouble)
        case .interruption: return Strand(from: from, to: to, kind: .interruption)
        }
    }
}

// MARK: - Folding

extension Exploration {
    private func result() -> Graph {
        var shown = nodes
        if !detail { for index in shown.indices { shown[index].activities = activities(of: index) } }
        let ordered = edges.sorted { order($0.key) < order($1.key) }.map(\.value)
        let jumps = jumps(among: ordered)
        return Graph(
            title: Machine.title, nodes: shown,
            edges: ordered.filter { edge in !jumps.contains { $0.replaces(edge) } },
            jumps: jumps, straightCount: straightCount, legend: Machine.legend, stateCount: visits.count,
            stepCount: stepCount)
    }

    private func order(_ strand: Strand) -> (Int, Int, Int) { (strand.from, strand.to, strand.kind.rawValue) }

    /// What is carried out in a node: the longest run of successes within it, then what that leaves out.
    private func activities(of node: Int) -> [String] {
        let inside = visits.indices.filter { visits[$0].node == node }
        let runs = inside.map(run)
        let longest = runs.max { $0.count < $1.count } ?? []
        return inside.compactMap { visits[$0].activity }.reduce(into: longest) { names, name in
            if !names.contains(name) { names.append(name) }
        }
    }

    private func run(from index: Int) -> [String] {
        var names: [String] = []
        var seen: Set<Int> = []
        var next: Int? = index
        while let visit = next, seen.insert(visit).inserted {
            if let name = visits[visit].activity, !names.contains(name) { names.append(name) }
            next = visits[visit].successor
        }
        return names
    }

    /// An interruption that leads to the same node from at least half of all the others is drawn once.
    private func jumps(among edges: [Graph.Edge]) -> [Graph.Jump] {
        let interruptions = edges.filter { $0.strand == .interruption && $0.events.count == 1 }
        var jumps: [Graph.Jump] = []
        for edge in interruptions where !jumps.contains(where: { $0.replaces(edge) }) {
            let alike = interruptions.filter { $0.to == edge.to && $0.events == edge.events }
            guard 2 * alike.count >= nodes.count - 1 else { continue }
            let origins = Set(alike.map(\.from))
            let effects = alike.flatMap(\.effects).reduce(into: [String]()) { names, name in
                if !names.contains(name) { names.append(name) }
            }
            jumps.append(
                Graph.Jump(
                    to: edge.to, event: edge.events[0], effects: effects,
                    exceptions: nodes.map(\.id).filter { $0 != edge.to && !origins.contains($0) }))
        }
        return jumps
    }
}

extension Graph.Jump {
    /// Whether the edge is one of those that the jump stands for.
    fileprivate func replaces(_ edge: Graph.Edge) -> Bool {
        edge.strand == .interruption && edge.to == to && edge.events == [event]
    }
}
