/// How the edges of a graph become wires: straight down or up between neighbours of a lane, else through the channels
/// between the lanes, where wires to the same node run together.
///
/// There are four channels, one on either side of each lane. Channel `n` lies left of lane `n`.
struct Wiring {
    /// A wire between neighbours of a lane, from the bottom of one to the top of the other or back.
    struct Direct {
        let edge: Graph.Edge
        let from: Int
        let to: Int
        /// Whether a wire leads the other way between the two.
        var isPaired = false
    }

    /// The wires of one kind that reach a node through one channel: they join, and end in one arrow.
    struct Bundle {
        let to: Int
        let side: Side
        let strand: Graph.Edge.Strand
        /// The channel beside ``to``.
        let channel: Int
        var members: [Member]

        /// The effect that all of several members issue: it is written once, at the arrow.
        var sharedEffect: String? {
            guard members.count > 1, let first = members[0].edge.effectLabel else { return nil }
            return members.allSatisfy { $0.edge.effectLabel == first } ? first : nil
        }

        /// The channel beside the members that stand in the lane beyond the middle, and have to cross it.
        var farChannel: Int? { members.first(where: \.isFar).map { _ in channel == 1 ? 2 : 1 } }
    }

    /// A wire of a bundle.
    struct Member {
        let edge: Graph.Edge
        let from: Int
        let side: Side
        /// Whether it has to cross the middle lane.
        let isFar: Bool
    }

    private(set) var directs: [Direct] = []
    private(set) var bundles: [Bundle] = []

    /// Decides how each edge runs. A direct wire needs a label short enough for its lane.
    init(_ graph: Graph, _ lanes: Lanes, labelRoom: [Int]) {
        let index = Dictionary(uniqueKeysWithValues: graph.nodes.indices.map { (graph.nodes[$0].id, $0) })
        for edge in graph.edges.sorted(by: { $0.strand.rawValue < $1.strand.rawValue }) {
            guard let from = index[edge.from], let to = index[edge.to] else { continue }
            let fits = edge.strand == .straight || edge.labelWidth <= labelRoom[lanes.lane[from].rawValue]
            let isTaken = directs.contains { $0.from == from && $0.to == to }
            let mayBeDirect = edge.strand == .straight || lanes.lane[from] != .straight
            if fits, !isTaken, mayBeDirect, lanes.areNeighbours(from, to) {
                directs.append(Direct(edge: edge, from: from, to: to))
            } else {
                add(edge, from, to, lanes)
            }
        }
        for index in directs.indices {
            directs[index].isPaired = directs.contains {
                $0.from == directs[index].to && $0.to == directs[index].from
            }
        }
    }

    private mutating func add(_ edge: Graph.Edge, _ from: Int, _ to: Int, _ lanes: Lanes) {
        let (start, end) = (lanes.lane[from], lanes.lane[to])
        let sides = Self.sides(from: start, to: end, edge.strand)
        let channel = end.rawValue + (sides.end == .right ? 1 : 0)
        let member = Member(edge: edge, from: from, side: sides.start, isFar: abs(start.rawValue - end.rawValue) == 2)
        let known = bundles.firstIndex { $0.to == to && $0.strand == edge.strand && $0.channel == channel }
        if let known {
            bundles[known].members.append(member)
        } else {
            bundles.append(Bundle(to: to, side: sides.end, strand: edge.strand, channel: channel, members: [member]))
        }
    }

    /// Where a wire leaves and arrives. Within a lane it goes around: trouble on the left of the middle lane, all else on
    /// its right; outer lanes on their outer side.
    private static func sides(
        from start: Lanes.Lane, to end: Lanes.Lane, _ strand: Graph.Edge.Strand
    ) -> (start: Side, end: Side) {
        if start.rawValue < end.rawValue { return (.right, .left) }
        if start.rawValue > end.rawValue { return (.left, .right) }
        switch start {
        case .trouble: return (.left, .left)
        case .home: return (.right, .right)
        case .straight: return strand == .straight || strand == .onward ? (.right, .right) : (.left, .left)
        }
    }
}

extension Graph.Edge {
    /// Width of the label: the wider of its two lines.
    var labelWidth: Int {
        max(
            TextMetrics.width(label, size: Box.Size.label),
            effectLabel.map { TextMetrics.width("/ \($0)", size: Box.Size.label) } ?? 0)
    }
}
