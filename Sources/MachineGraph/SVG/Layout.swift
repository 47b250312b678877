/// Where everything stands in the picture of a graph.
struct Layout {
    /// A box with its text.
    struct Placed {
        let box: Box
        let frame: Rect
    }

    /// A wire: corners from its start to its arrow.
    struct Wire {
        let strand: Graph.Edge.Strand
        let corners: [Point]
        /// Everything that it stands for, for whoever points at it.
        let title: String
    }

    /// A line of text at a wire.
    struct Caption {
        enum Anchor { case start, end }

        let text: String
        let at: Point
        let anchor: Anchor
        let strand: Graph.Edge.Strand
        /// Effects are written lighter than events.
        let isEffect: Bool
    }

    private(set) var boxes: [Placed] = []
    /// Wires of one bundle stand together.
    private(set) var bundles: [[Wire]] = []
    private(set) var captions: [Caption] = []
    /// What is drawn lies between the origin and here.
    private(set) var width = 0
    private(set) var height = 0

    private static let trackWidth = 11

    /// Lays out a graph.
    init(_ graph: Graph) {
        let texts = graph.nodes.map(Box.init)
        let lanes = Lanes(graph, heights: texts.map { $0.height + 20 })
        let widths = lanes.order.map { nodes in nodes.map { texts[$0].width }.max() ?? 0 }
        let wiring = Wiring(graph, lanes, labelRoom: widths.map { $0 / 2 - 14 })
        let ports = wiring.ports(graph, lanes)
        let placing = Placing(texts, lanes, wiring, ports)
        let router = Router(wiring, lanes, ports: ports, placing: placing)
        draw(graph, texts, router, placing, Columns(router, widths))
    }

    /// The horizontal extents of lanes and channels.
    private struct Columns {
        /// Left and right edge of each lane.
        var lanes: [(left: Int, right: Int)] = []
        /// By channel: the place of its first track.
        var tracks: [Int] = []
        var width = 0

        init(_ router: Router, _ widths: [Int]) {
            var x = 0
            for channel in 0...widths.count {
                let mine = router.ports.filter { router.lanes.channel(of: $0) == channel }
                let besides = router.wiring.directs.filter { router.lanes.lane[$0.from].rawValue == channel - 1 }
                    .map { $0.edge.labelWidth + 22 - widths[channel - 1] / 2 }
                let left = (mine.filter { $0.side == .right }.map(\.length) + besides).max() ?? 0
                let right = mine.filter { $0.side == .left }.map(\.length).max() ?? 0
                x += max(left, 0)
                tracks.append(x)
                x += max(router.channels[channel].tracks.count - 1, 0) * trackWidth + right
                guard channel < widths.count else { break }
                lanes.append((x, x + widths[channel]))
                x += widths[channel]
            }
            width = x
        }
    }
}

// MARK: - Drawing

extension Layout {
    private mutating func draw(
        _ graph: Graph, _ texts: [Box], _ router: Router, _ placing: Placing, _ columns: Columns
    ) {
        let frames = texts.indices.map { node in
            let column = columns.lanes[router.lanes.lane[node].rawValue]
            return Rect(
                x: column.left, y: placing.middles[node] - placing.heights[node] / 2, width: column.right - column.left,
                height: placing.heights[node])
        }
        boxes = zip(texts, frames).map(Placed.init)
        for direct in router.wiring.directs { draw(direct, frames) }
        for index in router.wiring.bundles.indices { draw(bundle: index, router, frames, columns) }
        for port in router.ports {
            switch port.role {
            case .start(let bundle, _), .end(let bundle): caption(port, router.wiring.bundles[bundle].strand, frames)
            case .jump(let index):
                draw(graph.jumps[index], at: port, frames)
                caption(port, .interruption, frames)
            }
        }
        settle(columns.width)
    }

    private mutating func draw(_ direct: Wiring.Direct, _ frames: [Rect]) {
        let (from, to) = (frames[direct.from], frames[direct.to])
        let isDown = from.y < to.y
        let x = from.midX + (direct.isPaired ? (isDown ? 9 : -9) : 0)
        let corners = [Point(x: x, y: isDown ? from.maxY : from.y), Point(x: x, y: isDown ? to.y : to.maxY)]
        bundles.append([Wire(strand: direct.edge.strand, corners: corners, title: direct.edge.title)])
        let top = min(from.maxY, to.maxY) + 18
        let isRight = isDown || !direct.isPaired
        let lines = [direct.edge.label] + (direct.edge.effectLabel.map { ["/ \($0)"] } ?? [])
        for (line, text) in lines.enumerated() {
            captions.append(
                Caption(
                    text: text, at: Point(x: x + (isRight ? 8 : -8), y: top + 14 * line),
                    anchor: isRight ? .start : .end, strand: direct.edge.strand, isEffect: line > 0))
        }
    }

    private mutating func draw(bundle index: Int, _ router: Router, _ frames: [Rect], _ columns: Columns) {
        let bundle = router.wiring.bundles[index]
        let ports = router.ports
        guard let end = ports.first(where: { $0.role == .end(bundle: index) }) else { return }
        let arrival = Self.edge(of: frames[bundle.to], bundle.side)
        let main = Self.x(of: index, isFar: false, in: bundle.channel, router, columns)
        bundles.append(
            bundle.members.enumerated().compactMap { place, member in
                guard let start = ports.first(where: { $0.role == .start(bundle: index, member: place) }) else {
                    return nil
                }
                var corners = [Point(x: Self.edge(of: frames[member.from], member.side), y: start.y)]
                if member.isFar, let channel = bundle.farChannel, let crossing = router.crossings[index] {
                    let far = Self.x(of: index, isFar: true, in: channel, router, columns)
                    corners += [Point(x: far, y: start.y), Point(x: far, y: crossing), Point(x: main, y: crossing)]
                } else {
                    corners.append(Point(x: main, y: start.y))
                }
                corners += [Point(x: main, y: end.y), Point(x: arrival, y: end.y)]
                return Wire(strand: bundle.strand, corners: corners, title: member.edge.title)
            })
    }

    private static func edge(of frame: Rect, _ side: Side) -> Int { side == .left ? frame.x : frame.maxX }

    private static func x(
        of bundle: Int, isFar: Bool, in channel: Int, _ router: Router, _ columns: Columns
    ) -> Int {
        columns.tracks[channel] + router.channels[channel].place(of: bundle, isFar: isFar) * trackWidth
    }

    private mutating func draw(_ jump: Graph.Jump, at port: Port, _ frames: [Rect]) {
        let edge = Self.edge(of: frames[port.node], port.side)
        let origin = edge + (port.side == .right ? port.length : -port.length)
        bundles.append([
            Wire(
                strand: .interruption, corners: [Point(x: origin, y: port.y), Point(x: edge, y: port.y)],
                title: "\(jump.event), \(jump.origin)")
        ])
    }

    /// What is written at a port; where a wire arrives, clear of its arrow.
    private mutating func caption(_ port: Port, _ strand: Graph.Edge.Strand, _ frames: [Rect]) {
        let isRight = port.side == .right
        let room = port.isArrival ? 14 : 7
        let x = Self.edge(of: frames[port.node], port.side) + (isRight ? room : -room)
        for (text, drop) in [(port.above, -5), (port.below, 11)] {
            guard let text else { continue }
            captions.append(
                Caption(
                    text: text, at: Point(x: x, y: port.y + drop), anchor: isRight ? .start : .end, strand: strand,
                    isEffect: drop > 0))
        }
    }

    /// Moves the picture so that it starts at the origin.
    private mutating func settle(_ width: Int) {
        let heights =
            boxes.flatMap { [$0.frame.y, $0.frame.maxY] } + bundles.flatMap { $0.flatMap(\.corners) }.map(\.y)
        let top = (heights.min() ?? 0) - 40
        boxes = boxes.map { placed in
            var frame = placed.frame
            frame.y -= top
            return Placed(box: placed.box, frame: frame)
        }
        bundles = bundles.map { $0.map { wire in wire.moved(up: top) } }
        captions = captions.map { $0.moved(up: top) }
        self.width = width
        height = (heights.max() ?? 0) - top
    }
}

extension Layout.Wire {
    fileprivate func moved(up distance: Int) -> Self {
        Self(strand: strand, corners: corners.map { Point(x: $0.x, y: $0.y - distance) }, title: title)
    }
}

extension Layout.Caption {
    fileprivate func moved(up distance: Int) -> Self {
        Self(text: text, at: Point(x: at.x, y: at.y - distance), anchor: anchor, strand: strand, isEffect: isEffect)
    }
}

extension Graph.Edge {
    /// All events and effects.
    fileprivate var title: String {
        "\(from) to \(to): " + events.joined(separator: ", ")
            + (effects.isEmpty ? "" : " / " + effects.joined(separator: ", "))
    }
}
