/// Which node stands in which of the three lanes of a picture, and in which order from top to bottom.
///
/// The straight path runs down the middle. On its left stands what it falls to, on its right what leads home.
struct Lanes {
    /// A lane; the raw value counts from the left.
    enum Lane: Int, Hashable, CaseIterable {
        case trouble, straight, home
    }

    /// The lane of each node.
    let lane: [Lane]
    /// The nodes of each lane, from top to bottom.
    private(set) var order: [[Int]]
    /// What leads from a node to another, except on the straight path.
    private let links: [Link]
    /// By node: what it is linked with.
    private let partners: [[(node: Int, weight: Double)]]

    private struct Link {
        let from: Int
        let to: Int
        /// How much its length counts.
        let weight: Double
    }

    /// Puts each node into its lane, and orders the lanes so that wires are short.
    init(_ graph: Graph, heights: [Int]) {
        lane = graph.nodes.indices.map { Self.lane(of: graph.nodes[$0], isStraight: $0 < graph.straightCount) }
        let lane = lane
        order = Lane.allCases.map { each in Self.grouped(graph.nodes.indices.filter { lane[$0] == each }, graph) }
        let links = graph.edges.compactMap { edge -> Link? in
            guard edge.strand != .straight, let from = graph.nodes.firstIndex(where: { $0.id == edge.from }),
                let to = graph.nodes.firstIndex(where: { $0.id == edge.to })
            else { return nil }
            return Link(from: from, to: to, weight: edge.strand == .onward ? 3 : 1)
        }
        self.links = links
        var partners: [[(node: Int, weight: Double)]] = graph.nodes.map { _ in [] }
        for link in links {
            partners[link.from].append((link.to, link.weight))
            partners[link.to].append((link.from, link.weight))
        }
        self.partners = partners
        improve(graph, Spacing(heights: heights, gaps: Lane.allCases.map { _ in { _ in 50 } }))
    }

    /// The nodes with those that belong together side by side.
    private static func grouped(_ nodes: [Int], _ graph: Graph) -> [Int] {
        let groups = nodes.reduce(into: [String]()) { names, node in
            if !names.contains(graph.nodes[node].group) { names.append(graph.nodes[node].group) }
        }
        return groups.flatMap { group in nodes.filter { graph.nodes[$0].group == group } }
    }

    private static func lane(of node: Graph.Node, isStraight: Bool) -> Lane {
        guard !isStraight else { return .straight }
        switch node.kind {
        case .error, .quarantine: return .trouble
        case .resting, .transient: return .home
        }
    }
}

extension Lanes {
    /// How much room the nodes of a lane need: their heights, and the gap above each but the first.
    struct Spacing {
        let heights: [Int]
        /// By lane: the gap above the node at this place of the lane's order.
        let gaps: [(Int) -> Int]
    }

    /// The vertical middle of each node, in whole units: the straight path is stacked, the others stand as near as they can
    /// to what they are linked with.
    func settle(_ spacing: Spacing) -> [Int] {
        middles(spacing, rounds: 12).map { middle in
            let units = Int(middle) / Port.unit
            return Port.unit * (Double(Port.unit * units) > middle ? units - 1 : units)
        }
    }

    private func middles(_ spacing: Spacing, rounds: Int) -> [Double] {
        let offsets = Lane.allCases.map { self.offsets($0, spacing).map(Double.init) }
        var middles = [Double](repeating: 0, count: lane.count)
        for (nodes, offsets) in zip(order, offsets) {
            for (node, offset) in zip(nodes, offsets) { middles[node] = offset + Double(spacing.heights[nodes[0]] / 2) }
        }
        for _ in 0..<rounds {
            for each in [Lane.trouble.rawValue, Lane.home.rawValue] { pull(order[each], offsets[each], &middles) }
        }
        return middles
    }

    /// Offsets of the nodes of a lane from its first, when they stand as close as they may.
    private func offsets(_ each: Lane, _ spacing: Spacing) -> [Int] {
        let nodes = order[each.rawValue]
        var offsets: [Int] = []
        for (place, node) in nodes.enumerated() {
            guard place > 0, let last = offsets.last else {
                offsets.append(0)
                continue
            }
            let halves = (spacing.heights[nodes[place - 1]] + spacing.heights[node]) / 2
            offsets.append(last + halves + spacing.gaps[each.rawValue](place))
        }
        return offsets
    }

    /// Brings the nodes of a lane, which stand at least so far from its first, nearer to what they are linked with.
    private func pull(_ nodes: [Int], _ offsets: [Double], _ middles: inout [Double]) {
        let wishes = zip(nodes, offsets).map { wish(of: $0, middles) - $1 }
        for ((node, offset), place) in zip(zip(nodes, offsets), Self.ascending(wishes)) {
            middles[node] = place + offset
        }
    }

    /// Where a node would stand if nothing were in its way.
    private func wish(of node: Int, _ middles: [Double]) -> Double {
        let weight = partners[node].reduce(0) { $0 + $1.weight }
        guard weight > 0 else { return middles[node] }
        return partners[node].reduce(0) { $0 + $1.weight * middles[$1.node] } / weight
    }

    /// The numbers in ascending order that are nearest to these (pool adjacent violators).
    private static func ascending(_ values: [Double]) -> [Double] {
        var pools: [(mean: Double, count: Int)] = []
        for value in values {
            pools.append((value, 1))
            while pools.count > 1, pools[pools.count - 2].mean > pools[pools.count - 1].mean {
                let last = pools.removeLast()
                let before = pools.removeLast()
                let count = before.count + last.count
                let sum = before.mean * Double(before.count) + last.mean * Double(last.count)
                pools.append((sum / Double(count), count))
            }
        }
        return pools.flatMap { pool in (0..<pool.count).map { _ in pool.mean } }
    }
}

// MARK: - Order

extension Lanes {
    /// Moves nodes within their group, and groups within their lane, for as long as that shortens the wires.
    private mutating func improve(_ graph: Graph, _ spacing: Spacing) {
        var best = cost(spacing)
        var improved = true
        while improved {
            improved = false
            for each in [Lane.trouble, .home] {
                while let next = shorter(than: best, moving: each, graph, spacing) {
                    (self, best) = next
                    improved = true
                }
            }
        }
    }

    /// The first move in a lane that shortens the wires, done.
    private func shorter(
        than best: Double, moving each: Lane, _ graph: Graph, _ spacing: Spacing
    ) -> (Lanes, Double)? {
        for move in moves(in: each, graph) {
            var other = self
            other.order[each.rawValue].move(move)
            let cost = other.cost(spacing)
            if cost < best - 0.5 { return (other, cost) }
        }
        return nil
    }

    /// Every node to every place of its group, and every group behind the next one.
    private func moves(in each: Lane, _ graph: Graph) -> [Move] {
        let nodes = order[each.rawValue]
        let starts = nodes.indices.filter {
            $0 == 0 || graph.nodes[nodes[$0]].group != graph.nodes[nodes[$0 - 1]].group
        }
        let groups = zip(starts, starts.dropFirst() + [nodes.count]).map { $0..<$1 }
        return zip(groups, groups.dropFirst()).map { Move(range: $0, to: $1.upperBound - $0.count) }
            + groups.flatMap { group in
                group.flatMap { from in
                    group.filter { $0 != from }.map { Move(range: from..<from + 1, to: $0) }
                }
            }
    }

    /// The weighted length of all wires. Within an outer lane only neighbours are linked directly; others go around.
    private func cost(_ spacing: Spacing) -> Double {
        let middles = middles(spacing, rounds: 3)
        let places = places
        return links.reduce(0) { sum, link in
            let length = abs(middles[link.from] - middles[link.to])
            let isDetour = lane[link.from] == lane[link.to] && abs(places[link.from] - places[link.to]) != 1
            return sum + link.weight * (length + (isDetour ? 120 : 0))
        }
    }

    /// Whether two nodes stand one below the other, with none between them.
    func areNeighbours(_ one: Int, _ other: Int) -> Bool {
        let places = places
        return lane[one] == lane[other] && abs(places[one] - places[other]) == 1
    }

    /// The place of each node in its lane, counted from the top.
    private var places: [Int] {
        var places = [Int](repeating: 0, count: lane.count)
        for nodes in order {
            for (place, node) in nodes.enumerated() { places[node] = place }
        }
        return places
    }
}

/// Some neighbours in a lane go elsewhere.
private struct Move {
    let range: Range<Int>
    /// Where the first of them stands afterwards.
    let to: Int
}

extension [Int] {
    fileprivate mutating func move(_ move: Move) {
        let moved = self[move.range]
        removeSubrange(move.range)
        insert(contentsOf: moved, at: move.to)
    }
}
