internal import WireBytes

/// PSK_FINISH: the requester's proof that it has the key (DSP0274, 10.19). 4 bytes, then H of RequesterVerifyData.
public struct PSKFinish: Hashable, Sendable {
    /// HMAC over the hash of the transcript.
    public var verifyData: [UInt8]

    /// Creates the request.
    public init(verifyData: [UInt8]) { self.verifyData = verifyData }

    static func read(
        _ bytes: Span<UInt8>, _ cursor: inout WireCursor, _ sizes: NegotiatedSizes
    ) throws(WireError) -> PSKFinish {
        PSKFinish(verifyData: try cursor.bytes(bytes, count: sizes.hash, "RequesterVerifyData"))
    }

    /// The whole message.
    public func encoded(version: SPDMVersion) -> [UInt8] {
        var writer = WireWriter(capacity: 4 + verifyData.count)
        MessageHeader(version, .pskFinish).write(to: &writer)
        writer.append(verifyData)
        return writer.bytes
    }
}

/// PSK_FINISH_RSP, 4 bytes: the session is established (DSP0274, 10.19).
public struct PSKFinishResponse: Hashable, Sendable {
    /// Creates the response.
    public init() {}

    /// The four bytes on the wire.
    public func encoded(version: SPDMVersion) -> [UInt8] {
        var writer = WireWriter(capacity: 4)
        MessageHeader(version, MessageCode.pskFinish.response).write(to: &writer)
        return writer.bytes
    }
}
