internal import Assignment
internal import PCIe
internal import SPDM
internal import SPDMEndpoints
internal import TDISP

/// The TSM's side of one DSM's connection: session, stream, and a requester for each interface it spoke to.
final class TSMConnection {
    let stream: StreamID
    let session: SessionID
    /// The TSM's end of SPDM.
    let peer: SPDMPeer
    var ide: IDERequester.State
    /// The stream key at hand, between its making and its second slot.
    var key: IDEKey?
    /// When the device last answered over SPDM, in seconds since 1970.
    var lastHeard: Int64
    private var requesters: [FunctionAddress: TDIRequester] = [:]

    init(_ device: EmulatedDevice, stream: StreamID, session: SessionID, peer: SPDMPeer, at time: Int64) {
        lastHeard = time
        self.stream = stream
        self.session = session
        self.peer = peer
        ide = IDERequester.initial(
            IDELink(portIndex: device.description.dsm.port, streamID: stream, device: device.address))
    }

    /// Whether its loss was noticed and told.
    var isLost = false
    /// Whether the session lives, as far as the TSM knows.
    var isAlive: Bool { !isLost && peer.requester.sessions.contains(session) }
    /// Who the other end of the session proved to be.
    var identity: VerifiedIdentity? { peer.requester.identity(of: session) }
    /// Seconds between heartbeats; 0 for none.
    var heartbeatPeriod: Int64 {
        Int64(peer.requester.establishedSessions.first { $0.id == session }?.heartbeatPeriod ?? 0)
    }
    /// The negotiated version of SPDM.
    var version: SPDMVersion? { peer.requester.negotiated?.version }

    /// The requester of an interface; a new one must negotiate first.
    subscript(tdi: FunctionAddress) -> TDIRequester {
        get { requesters[tdi] ?? TDIRequester(interfaceID: InterfaceID(naming: tdi)) }
        set { requesters[tdi] = newValue }
    }
}

extension InterfaceID {
    /// Names a function, with its segment where that fits.
    init(naming address: FunctionAddress) {
        self = InterfaceID(address) ?? InterfaceID(requesterID: address.requesterID)
    }
}

extension TSMConnection {
    /// What was negotiated, and with whom, for a person.
    var summary: String {
        let session = "session \(session)"
        guard let negotiated = peer.requester.negotiated else { return session }
        let algorithms = negotiated.algorithms
        let names = [
            "\(algorithms.hash)", "\(algorithms.asymmetric)", algorithms.tables.exchange.map { "\($0)" },
            algorithms.tables.aead.map { "\($0)" },
        ]
        let serial = identity.map { " with serial \($0.serialNumber) under \($0.rootName)" } ?? ""
        return "SPDM \(negotiated.version), \(names.compactMap(\.self).joined(separator: ", ")), \(session)\(serial)"
    }
}

/// What the TSM keeps of an interface that it locked, until it is stopped. Outlives a session: a lock that was made
/// over a session that died still has to be stopped.
struct TSMLock {
    /// The engine's number of the lock.
    let epoch: UInt32
    /// The session that locked it.
    let session: SessionID
    /// The stream that LOCK named as default.
    let stream: StreamID
    /// The nonce for START; nil once used or destroyed.
    var nonce: StartNonce?
    /// The report as evidence was collected.
    var report: [UInt8]?
}

/// The trusted software of the host: connections by DSM, locks by interface, and what it remembers of each device.
struct TSM {
    var connections: [FunctionAddress: TSMConnection] = [:]
    var locks: [FunctionAddress: TSMLock] = [:]
    /// The devices that it spoke to over SPDM.
    var peers: [FunctionAddress: SPDMPeer] = [:]
    /// The devices that get no heartbeats though they want them: a fault of the TSM.
    var withoutHeartbeats: Set<FunctionAddress> = []
    /// What came of authenticating each device when it appeared.
    var authentications: [FunctionAddress: DeviceAuthentication] = [:]
    /// Who each device proved to be when it was first connected for its present user.
    var knownIdentities: [FunctionAddress: KnownIdentity] = [:]
    /// How often the host has seen each device boot: power-on and conventional resets.
    var boots: [FunctionAddress: UInt32] = [:]
    /// What functions are bound to each other by.
    var peerStreams: [PeerStream] = []
    /// Streams in use by bridge.
    private var streams: [String: Set<StreamID>] = [:]

    /// Takes a stream of a bridge's budget, the lowest free number; nil when none is left.
    mutating func takeStream(on bridge: Topology.Bridge) -> StreamID? {
        let used = streams[bridge.name] ?? []
        guard used.count < bridge.ideStreams else { return nil }
        guard let free = (UInt8.min...UInt8.max).map(StreamID.init(rawValue:)).first(where: { !used.contains($0) })
        else { return nil }
        streams[bridge.name, default: []].insert(free)
        return free
    }

    /// Gives a stream back.
    mutating func giveBack(_ stream: StreamID, on bridge: Topology.Bridge) {
        streams[bridge.name]?.remove(stream)
    }

    /// How many streams of a bridge are in use.
    func streamsInUse(on bridge: Topology.Bridge) -> Int { streams[bridge.name]?.count ?? 0 }
}
