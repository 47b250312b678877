import Testing

@testable import MachineGraph

@Suite struct `Layout of a graph` {
    @Test(arguments: Picture.all)
    func `no two boxes overlap, nor come close`(_ picture: Picture) {
        let frames = picture.layout.boxes.map(\.frame)
        #expect(frames.count == picture.graph.nodes.count)
        for (index, frame) in frames.enumerated() {
            let room = Rect(x: frame.x - 5, y: frame.y - 5, width: frame.width + 10, height: frame.height + 10)
            for other in frames[(index + 1)...] { #expect(!room.overlaps(other)) }
        }
    }

    @Test(arguments: Picture.all)
    func `every edge and jump has a wire, from the border of its box to the border of another`(_ picture: Picture) {
        let graph = picture.graph
        let layout = picture.layout
        let wires = layout.bundles.flatMap { $0 }
        #expect(wires.count == graph.edges.count + graph.jumps.count)
        for wire in wires {
            #expect(wire.corners.last.map { end in layout.boxes.contains { $0.frame.isBordering(end) } } == true)
            guard wire.strand != .interruption else { continue }
            #expect(wire.corners.first.map { start in layout.boxes.contains { $0.frame.isBordering(start) } } == true)
        }
    }

    @Test(arguments: Picture.all)
    func `no wire runs through a box or through text`(_ picture: Picture) {
        let layout = picture.layout
        let obstacles = layout.boxes.map(\.frame.core) + layout.captions.map(\.frame)
        for wire in layout.bundles.flatMap({ $0 }) {
            for (from, to) in zip(wire.corners, wire.corners.dropFirst()) {
                #expect(from.x == to.x || from.y == to.y, "\(wire.title) is not straight")
                let run = Rect(
                    x: min(from.x, to.x), y: min(from.y, to.y), width: max(abs(from.x - to.x), 1),
                    height: max(abs(from.y - to.y), 1))
                #expect(!obstacles.contains { $0.overlaps(run) }, "\(wire.title)")
            }
        }
    }

    @Test(arguments: Picture.all)
    func `wires of different bundles may cross, but never run on top of each other`(_ picture: Picture) {
        let runs = picture.layout.bundles.map { bundle in
            bundle.flatMap { wire in
                zip(wire.corners, wire.corners.dropFirst()).map { Run(title: wire.title, from: $0, to: $1) }
            }
        }
        for (index, bundle) in runs.enumerated() {
            let others = runs[(index + 1)...].flatMap { $0 }
            for run in bundle { #expect(others.filter { $0.runsAlong(run) }.map(\.title) == [], "\(run.title)") }
        }
    }

    @Test(arguments: Picture.all)
    func `no text lies over a box or over other text, and all of it is in the picture`(_ picture: Picture) {
        let layout = picture.layout
        let frames = layout.captions.map(\.frame)
        for (index, frame) in frames.enumerated() {
            #expect(!layout.boxes.contains { $0.frame.overlaps(frame) }, "\(layout.captions[index].text)")
            #expect(!frames[(index + 1)...].contains { $0.overlaps(frame) }, "\(layout.captions[index].text)")
            #expect(frame.x >= 0 && frame.y >= 0 && frame.maxX <= layout.width && frame.maxY <= layout.height)
        }
    }

    @Test(arguments: Picture.all)
    func `the text of a box is no larger than the box`(_ picture: Picture) {
        for placed in picture.layout.boxes {
            #expect(placed.box.width <= placed.frame.width)
            #expect(placed.box.textHeight < placed.frame.height)
        }
    }

    @Test func `the straight path runs straight down`() {
        let layout = Picture.assignment.layout
        let frames = layout.boxes.prefix(Picture.assignment.graph.straightCount).map(\.frame)
        for (upper, lower) in zip(frames, frames.dropFirst()) {
            #expect(upper.maxY < lower.y)
            #expect(upper.midX == lower.midX)
        }
        for wire in layout.bundles.flatMap({ $0 }) where wire.strand == .straight { #expect(wire.corners.count == 2) }
    }

    @Test func `trouble stands on the left and the way home on the right`() {
        let boxes = Picture.assignment.layout.boxes
        let middles = Dictionary(uniqueKeysWithValues: boxes.map { ($0.box.node.id, $0.frame.midX) })
        let (left, middle, right) = (middles["failed"] ?? 0, middles["locked"] ?? 0, middles["recovering"] ?? 0)
        #expect(left > 0 && left < middle && middle < right)
        #expect(middles["quarantined"] == left && middles["detaching"] == right)
    }
}

@Suite struct `Text metrics` {
    @Test func `add up the widths of the letters`() {
        // 2 x 556 + 222 thousandths at 100 pixels, and 3 % more
        #expect(TextMetrics.width("aia", size: 100) == 138)
        #expect(TextMetrics.width("aia", size: 100, isBold: true) > TextMetrics.width("aia", size: 100))
        #expect(TextMetrics.width("\u{20AC}", size: 10) > 0)
    }

    @Test func `break lines between words only`() {
        #expect(
            TextMetrics.lines(of: ["aaaa", "bbbb", "cccc"], separator: ",", size: 10, width: 60) == [
                "aaaa, bbbb,", "cccc",
            ])
        #expect(TextMetrics.lines(of: ["aaaaaaaa"], separator: ",", size: 10, width: 5) == ["aaaaaaaa"])
        #expect(TextMetrics.lines(of: [], separator: ",", size: 10, width: 5) == [])
    }
}

@Suite struct `Tracks of a channel` {
    private func stub(_ bundle: Int, _ role: Port.Role, node: Int, side: Side, goal: Int) -> Channel.Stub {
        Channel.Stub(
            port: Port(node: node, side: side, role: role, above: nil, below: nil), track: bundle, goal: goal)
    }

    @Test func `tracks are swapped until wires do not cross`() {
        // Two boxes on the left at 0, one on the right at 400: both wires turn down, so the one that leaves above turns
        // last.
        let tracks = [0, 1].map { Channel.Track(bundle: $0, isFar: false, crossing: nil) }
        let channel = Channel(
            tracks: tracks,
            stubs: [
                stub(0, .start(bundle: 0, member: 0), node: 0, side: .right, goal: 400),
                stub(0, .end(bundle: 0), node: 2, side: .left, goal: 0),
                stub(1, .start(bundle: 1, member: 0), node: 1, side: .right, goal: 400),
                stub(1, .end(bundle: 1), node: 2, side: .left, goal: 200),
            ],
            middles: [0, 200, 400], middleIsLeft: false)
        #expect(channel.place(of: 0, isFar: false) == 1)
        #expect(channel.place(of: 1, isFar: false) == 0)
        #expect(channel.stubs[1].port.y < channel.stubs[3].port.y)
    }
}

/// A straight part of a wire.
struct Run {
    let title: String
    let from: Point
    let to: Point

    private var isVertical: Bool { from.x == to.x && from.y != to.y }
    private var isHorizontal: Bool { from.y == to.y && from.x != to.x }

    /// Whether two parallel runs are so close that they look like one.
    func runsAlong(_ other: Run) -> Bool {
        if isVertical, other.isVertical {
            return abs(from.x - other.from.x) < 3 && Self.overlap((from.y, to.y), (other.from.y, other.to.y))
        }
        return isHorizontal && other.isHorizontal && abs(from.y - other.from.y) < 3
            && Self.overlap((from.x, to.x), (other.from.x, other.to.x))
    }

    private static func overlap(_ one: (Int, Int), _ other: (Int, Int)) -> Bool {
        min(max(one.0, one.1), max(other.0, other.1)) - max(min(one.0, one.1), min(other.0, other.1)) > 2
    }
}

extension Rect {
    /// Whether a point lies on the border.
    func isBordering(_ point: Point) -> Bool {
        let isBeside = (point.x == x || point.x == maxX) && y <= point.y && point.y <= maxY
        let isAbove = (point.y == y || point.y == maxY) && x <= point.x && point.x <= maxX
        return isBeside || isAbove
    }

    /// The rectangle without its border.
    var core: Rect { Rect(x: x + 2, y: y + 2, width: width - 4, height: height - 4) }
}

extension Layout.Caption {
    /// What the text covers: from the height of its capitals to its base line.
    var frame: Rect {
        let width = TextMetrics.width(text, size: Box.Size.label)
        return Rect(x: anchor == .start ? at.x : at.x - width, y: at.y - 8, width: width, height: 8)
    }
}
