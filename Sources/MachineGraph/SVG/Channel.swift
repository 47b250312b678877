/// The room between two lanes, or beside an outer one: wires come in from the boxes on its sides, and run up and down it on
/// tracks.
struct Channel {
    /// A vertical run of a bundle.
    struct Track {
        let bundle: Int
        /// Whether it serves the members beyond the middle lane.
        let isFar: Bool
        /// The height at which it leaves to cross the middle lane, if it does.
        let crossing: Int?
    }

    /// A wire between a box and its track.
    struct Stub {
        var port: Port
        /// Its track; nil for a jump, which has none.
        let track: Int?
        /// The height that its wire runs to: the mean, where it runs to several.
        let goal: Int
    }

    let tracks: [Track]
    private(set) var stubs: [Stub]
    /// The tracks from left to right.
    private(set) var order: [Int]
    /// The stubs at each side of each box, with the vertical middle of that box.
    private let faces: [(middle: Int, stubs: [Int])]
    /// Whether the middle lane is on the left.
    private let middleIsLeft: Bool

    /// Arranges the tracks, and the stubs at each box, so that few wires cross.
    init(tracks: [Track], stubs: [Stub], middles: [Int], middleIsLeft: Bool) {
        self.tracks = tracks
        self.stubs = stubs
        self.middleIsLeft = middleIsLeft
        order = Array(tracks.indices)
        faces = middles.indices.flatMap { node in
            Side.allCases.map { side in
                (middles[node], stubs.indices.filter { stubs[$0].port.node == node && stubs[$0].port.side == side })
            }
        }.filter { !$0.1.isEmpty }
        untangle()
    }

    /// The place of a track, counted from the left.
    func place(of bundle: Int, isFar: Bool) -> Int {
        order.firstIndex { tracks[$0].bundle == bundle && tracks[$0].isFar == isFar } ?? 0
    }

    /// Moves tracks for as long as fewer wires cross.
    private mutating func untangle() {
        arrange()
        var best = crossingCount
        var improved = best > 0
        while improved {
            improved = false
            for from in order.indices {
                for to in order.indices where to != from {
                    let before = order
                    order.insert(order.remove(at: from), at: to)
                    arrange()
                    let count = crossingCount
                    if count < best { (best, improved) = (count, true) } else { order = before }
                }
            }
        }
        arrange()
    }

    /// Distributes the stubs over the sides of the boxes. Wires that turn up leave above those that turn down, and those
    /// that turn soonest leave outermost, so that they do not cross each other.
    private mutating func arrange() {
        let places = places
        for face in faces {
            let ranks = face.stubs.map { (rank: rank(of: stubs[$0], from: face.middle, places), stub: $0) }
            let height = face.stubs.reduce(0) { $0 + stubs[$1].port.height }
            var top = face.middle - height / (2 * Port.unit) * Port.unit
            for (_, stub) in ranks.sorted(by: { $0 < $1 }) {
                let port = stubs[stub].port
                stubs[stub].port.y = top + port.ascent + (port.side == .left ? Port.unit / 3 : 0)
                top += port.height
            }
        }
    }

    /// Ascending from the uppermost place of a side to the lowest.
    private func rank(of stub: Stub, from middle: Int, _ places: [Int]) -> Int {
        guard let track = stub.track else { return 0 }
        let distance = stub.port.side == .right ? places[track] : tracks.count - 1 - places[track]
        return stub.goal < middle ? distance - tracks.count : tracks.count - distance
    }

    /// The place of each track, counted from the left.
    private var places: [Int] {
        order.enumerated().reduce(into: order) { places, entry in places[entry.element] = entry.offset }
    }

    /// How often a horizontal run crosses the track of another bundle.
    private var crossingCount: Int {
        let places = places
        var heights = tracks.map { track in track.crossing.map { [$0] } ?? [] }
        var runs = tracks.indices.compactMap { track in
            tracks[track].crossing.map { (y: $0, passed: passed(places[track], fromLeft: middleIsLeft)) }
        }
        for stub in stubs {
            guard let track = stub.track else { continue }
            heights[track].append(stub.port.y)
            runs.append((stub.port.y, passed(places[track], fromLeft: stub.port.side == .right)))
        }
        let extents = order.map { (top: heights[$0].min() ?? 0, bottom: heights[$0].max() ?? 0) }
        return runs.reduce(0) { sum, run in
            sum + run.passed.count { extents[$0].top < run.y && run.y < extents[$0].bottom }
        }
    }

    /// The places that a run passes between a side of the channel and its own track.
    private func passed(_ place: Int, fromLeft: Bool) -> Range<Int> {
        fromLeft ? 0..<place : place + 1..<tracks.count
    }
}
