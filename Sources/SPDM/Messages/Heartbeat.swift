internal import WireBytes

/// HEARTBEAT, 4 bytes: the session is alive (DSP0274, 10.20).
public struct Heartbeat: Hashable, Sendable {
    /// Creates the request.
    public init() {}

    /// The four bytes on the wire.
    public func encoded(version: SPDMVersion) -> [UInt8] {
        var writer = WireWriter(capacity: 4)
        MessageHeader(version, .heartbeat).write(to: &writer)
        return writer.bytes
    }
}

/// HEARTBEAT_ACK, 4 bytes: it is alive at this end too (DSP0274, 10.20).
public struct HeartbeatAck: Hashable, Sendable {
    /// Creates the response.
    public init() {}

    /// The four bytes on the wire.
    public func encoded(version: SPDMVersion) -> [UInt8] {
        var writer = WireWriter(capacity: 4)
        MessageHeader(version, MessageCode.heartbeat.response).write(to: &writer)
        return writer.bytes
    }
}
