/// Where a wire meets the side of a box, and what is written there.
struct Port {
    /// What happens here.
    enum Role: Hashable {
        /// A member of a bundle starts.
        case start(bundle: Int, member: Int)
        /// A bundle ends in its arrow.
        case end(bundle: Int)
        /// A jump ends in its arrow.
        case jump(Int)
    }

    let node: Int
    let side: Side
    let role: Role
    /// What is written above the wire.
    let above: String?
    /// What is written below the wire.
    let below: String?
    /// Where the wire is.
    var y = 0

    /// The unit of all heights: wires from the left, from the right and across never share a line.
    static let unit = 12

    /// Room above the wire.
    var ascent: Int { above == nil ? Self.unit : 2 * Self.unit }
    /// Room above and below the wire.
    var height: Int { ascent + (below == nil ? 0 : Self.unit) }

    /// Width of what is written here.
    var textWidth: Int {
        [above, below].compactMap { $0 }.map { TextMetrics.width($0, size: Box.Size.label) }.max() ?? 0
    }

    /// Whether a wire arrives here.
    var isArrival: Bool {
        switch role {
        case .start: false
        case .end, .jump: true
        }
    }

    /// From the box to where the wire may turn.
    var length: Int {
        switch role {
        case .start: textWidth + 14
        case .end: max(26, textWidth + 26)
        case .jump: textWidth + 22
        }
    }
}

extension Lanes {
    /// The channel beside a port.
    func channel(of port: Port) -> Int { lane[port.node].rawValue + (port.side == .right ? 1 : 0) }
}

extension Wiring {
    /// The ports of all wires that run through channels, and of the jumps.
    func ports(_ graph: Graph, _ lanes: Lanes) -> [Port] {
        let wired = bundles.indices.flatMap { index -> [Port] in
            let bundle = bundles[index]
            let shared = bundle.sharedEffect.map { "/ \($0)" }
            let starts = bundle.members.enumerated().map { place, member in
                Port(
                    node: member.from, side: member.side, role: .start(bundle: index, member: place),
                    above: member.edge.label, below: shared == nil ? member.edge.effectLabel.map { "/ \($0)" } : nil)
            }
            return starts + [
                Port(node: bundle.to, side: bundle.side, role: .end(bundle: index), above: nil, below: shared)
            ]
        }
        return wired
            + graph.jumps.enumerated().compactMap { index, jump in
                graph.nodes.firstIndex { $0.id == jump.to }.map { node in
                    Port(
                        node: node, side: lanes.lane[node] == .trouble ? .left : .right, role: .jump(index),
                        above: jump.event + (jump.effectLabel.map { " / \($0)" } ?? ""), below: jump.origin)
                }
            }
    }
}
