internal import WireBytes

/// END_SESSION, 4 bytes: the session ends (DSP0274, 10.23). Param1 bit 0 clears the negotiated state.
public struct EndSession: Hashable, Sendable {
    /// Whether the responder forgets what was negotiated, so that GET_VERSION has to come next.
    public var clearsNegotiatedState: Bool

    /// Creates the request.
    public init(clearsNegotiatedState: Bool) { self.clearsNegotiatedState = clearsNegotiatedState }

    /// The four bytes on the wire.
    public func encoded(version: SPDMVersion) -> [UInt8] {
        var writer = WireWriter(capacity: 4)
        MessageHeader(version, .endSession, param1: clearsNegotiatedState ? 1 : 0).write(to: &writer)
        return writer.bytes
    }
}

/// END_SESSION_ACK, 4 bytes: the last message of the session (DSP0274, 10.23).
public struct EndSessionAck: Hashable, Sendable {
    /// Creates the response.
    public init() {}

    /// The four bytes on the wire.
    public func encoded(version: SPDMVersion) -> [UInt8] {
        var writer = WireWriter(capacity: 4)
        MessageHeader(version, MessageCode.endSession.response).write(to: &writer)
        return writer.bytes
    }
}
