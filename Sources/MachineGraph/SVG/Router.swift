/// Finds the course of every wire that runs through a channel: at which height it leaves and arrives, on which track it
/// runs, and at which height it crosses the middle lane.
struct Router {
    let wiring: Wiring
    let lanes: Lanes
    /// The channels from left to right: channel `n` lies left of lane `n`.
    let channels: [Channel]
    private(set) var ports: [Port]
    /// The height at which each bundle crosses the middle lane; nil for those that do not.
    private(set) var crossings: [Int?]

    /// Routes everything.
    init(_ wiring: Wiring, _ lanes: Lanes, ports: [Port], placing: Placing) {
        self.wiring = wiring
        self.lanes = lanes
        crossings = placing.crossings
        channels = (0...Lanes.Lane.allCases.count).map { number in
            let tracks = Self.tracks(of: number, wiring, placing)
            let stubs = ports.filter { lanes.channel(of: $0) == number }
                .map { Self.stub(of: $0, on: tracks, wiring, placing) }
            return Channel(tracks: tracks, stubs: stubs, middles: placing.middles, middleIsLeft: number == 2)
        }
        self.ports = channels.flatMap { $0.stubs.map(\.port) }
        for bundle in crossings.indices { straighten(bundle) }
    }

    private static func tracks(of channel: Int, _ wiring: Wiring, _ placing: Placing) -> [Channel.Track] {
        wiring.bundles.indices.flatMap { index -> [Channel.Track] in
            let bundle = wiring.bundles[index]
            return [(bundle.channel, false), (bundle.farChannel, true)].filter { $0.0 == channel }
                .map { Channel.Track(bundle: index, isFar: $0.1, crossing: placing.crossings[index]) }
        }
    }

    private static func stub(
        of port: Port, on tracks: [Channel.Track], _ wiring: Wiring, _ placing: Placing
    ) -> Channel.Stub {
        switch port.role {
        case .start(let index, let member):
            let bundle = wiring.bundles[index]
            let isFar = bundle.members[member].isFar
            return Channel.Stub(
                port: port, track: tracks.firstIndex { $0.bundle == index && $0.isFar == isFar },
                goal: isFar ? placing.crossings[index] ?? 0 : placing.middles[bundle.to])
        case .end(let index):
            let near = wiring.bundles[index].members.filter { !$0.isFar }.map { placing.middles[$0.from] }
            let all = near + (placing.crossings[index].map { [$0] } ?? [])
            return Channel.Stub(
                port: port, track: tracks.firstIndex { $0.bundle == index && !$0.isFar },
                goal: all.reduce(0, +) / max(all.count, 1))
        case .jump: return Channel.Stub(port: port, track: nil, goal: 0)
        }
    }

    /// Takes small jogs out of a bundle: it crosses, and it arrives, at the height of a member that is almost there, unless
    /// another wire is.
    private mutating func straighten(_ bundle: Int) {
        let members = wiring.bundles[bundle].members
        func heights(isFar: Bool) -> [Int] {
            ports.compactMap { port in
                guard case .start(bundle, let member) = port.role, members[member].isFar == isFar else { return nil }
                return port.y
            }
        }
        if let crossing = crossings[bundle] {
            let others = crossings.indices.filter { $0 != bundle }.compactMap { crossings[$0] }
            crossings[bundle] = Self.straightened(crossing, to: heights(isFar: true), apartFrom: others)
        }
        guard let end = ports.firstIndex(where: { $0.role == .end(bundle: bundle) }) else { return }
        let others = ports.filter { $0.role != ports[end].role && $0.node == ports[end].node }.map(\.y)
        let goals = heights(isFar: false) + (crossings[bundle].map { [$0] } ?? [])
        ports[end].y = Self.straightened(ports[end].y, to: goals, apartFrom: others)
    }

    private static func straightened(_ height: Int, to goals: [Int], apartFrom others: [Int]) -> Int {
        let least = Port.unit * 2 / 3
        return goals.first { goal in
            abs(goal - height) <= least && others.allSatisfy { abs($0 - goal) >= least }
        } ?? height
    }
}
