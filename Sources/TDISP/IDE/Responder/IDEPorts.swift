public import PCIe
public import SPDM

/// A stream of a device: port and stream ID.
public struct IDEStreamKey: Hashable, Sendable, Codable, Comparable {
    /// Port index.
    public var portIndex: UInt8
    /// Stream ID.
    public var streamID: StreamID

    /// Creates a key.
    public init(portIndex: UInt8, streamID: StreamID) {
        self.portIndex = portIndex
        self.streamID = streamID
    }

    /// Orders by port, then stream ID.
    public static func < (left: Self, right: Self) -> Bool {
        (left.portIndex, left.streamID) < (right.portIndex, right.streamID)
    }
}

/// What a stream's port does: see ``IDEStream/Effect``.
public struct IDEStreamChange: Hashable, Sendable {
    /// The stream.
    public var stream: IDEStreamKey
    /// What its port does.
    public var effect: IDEStream.Effect

    /// Creates a change.
    public init(_ stream: IDEStreamKey, _ effect: IDEStream.Effect) {
        self.stream = stream
        self.effect = effect
    }
}

/// The ports of a device: their streams, and the sessions that may key them.
public struct IDEPorts: Hashable, Sendable {
    /// Highest port index.
    public let maxPortIndex: UInt8
    /// The living sessions in the order in which they were established.
    public private(set) var sessions: [SessionID] = []
    /// The configured streams.
    public private(set) var streams: [IDEStreamKey: IDEStream] = [:]

    /// Ports without session and streams.
    init(maxPortIndex: UInt8) { self.maxPortIndex = maxPortIndex }

    /// Whether the IDE_KM of a session counts: it is the first, or the only one that was heard of.
    func serves(_ sender: SessionID) -> Bool { sessions.isEmpty || sessions[0] == sender }

    /// Remembers a living session.
    mutating func remember(_ session: SessionID) {
        if !sessions.contains(session) { sessions.append(session) }
    }

    /// Takes an event that is no request and no outcome; the changes that follow, in order of port and stream.
    mutating func takePlatformEvent(_ event: IDEResponder.Event) -> [IDEStreamChange] {
        switch event {
        case .sessionStarted(let started):
            remember(started)
            return []
        case .sessionEnded(let ended):
            sessions.removeAll { $0 == ended }
            return steps(streams.filter { $0.value.keys?.session == ended }.keys.sorted(), .lost(.sessionEnded))
        case .streamConfigured(let key):
            if key.portIndex <= maxPortIndex, streams[key] == nil { streams[key] = .initial }
            return []
        case .streamRemoved(let key):
            defer { streams[key] = nil }
            return steps([key], .lost(.reconfigured))
        case .streamEnabled(let key): return steps([key], .enable)
        case .streamDisabled(let key): return steps([key], .disable)
        case .received(let key, let substream, let keySet): return steps([key], .received(substream, keySet))
        case .streamLost(let key, let loss): return steps([key], .lost(loss))
        case .portLost(let port, let loss):
            return steps(streams.keys.filter { $0.portIndex == port }.sorted(), .lost(loss))
        case .reset:
            defer { self = IDEPorts(maxPortIndex: maxPortIndex) }
            return steps(streams.keys.sorted(), .lost(.reset))
        case .request, .malformedRequest, .keyInstalled, .keyInstallFailed:
            return []
        }
    }

    /// Passes an event to a stream; the change is `none` when there is no such stream.
    mutating func step(_ key: IDEStreamKey, _ event: IDEStream.Event) -> IDEStreamChange {
        guard let stream = streams[key] else { return IDEStreamChange(key, .none) }
        let transition = IDEStream.step(stream, event)
        streams[key] = transition.next
        return IDEStreamChange(key, transition.effect)
    }

    private mutating func steps(_ keys: [IDEStreamKey], _ event: IDEStream.Event) -> [IDEStreamChange] {
        var changes: [IDEStreamChange] = []
        for key in keys {
            let change = step(key, event)
            if change.effect != .none { changes.append(change) }
        }
        return changes
    }
}
