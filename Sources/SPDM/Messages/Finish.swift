internal import WireBytes

/// FINISH: the requester's proof that it shares the keys (DSP0274, 10.17).
///
/// | offset | size | field |
/// |---|---|---|
/// | 2 | 1 | Param1: bit 0, a signature is there |
/// | 3 | 1 | Param2: the requester's slot, if a signature is there |
/// | 4 | S or 0 | Signature, by the requester |
/// | .. | H | RequesterVerifyData |
public struct Finish: Hashable, Sendable {
    /// The requester's slot, 0...15, FFh for its provisioned key; 0 without a signature.
    public var slot: UInt8
    /// The requester's signature; empty without mutual authentication.
    public var signature: ArraySlice<UInt8>
    /// HMAC over the hash of the transcript.
    public var verifyData: ArraySlice<UInt8>

    /// Creates the request.
    public init(slot: UInt8 = 0, signature: ArraySlice<UInt8> = [], verifyData: ArraySlice<UInt8>) {
        self.slot = slot
        self.signature = signature
        self.verifyData = verifyData
    }

    static func read(
        _ header: MessageHeader, _ bytes: Span<UInt8>, _ cursor: inout WireCursor, _ sizes: NegotiatedSizes
    ) throws(WireError) -> Finish {
        let isSigned = header.param1 & 1 == 1
        guard !isSigned || sizes.requesterSignature > 0 else { throw WireError(.invalidValue, at: 2, in: "Param1") }
        let signature = try cursor.range(isSigned ? sizes.requesterSignature : 0, "Signature")
        let verifyData = try cursor.range(sizes.hash, "RequesterVerifyData")
        let copy = cursor.copy(bytes)
        return Finish(slot: isSigned ? header.param2 : 0, signature: copy[signature], verifyData: copy[verifyData])
    }

    /// The whole message.
    public func encoded(version: SPDMVersion) -> [UInt8] {
        var writer = WireWriter(capacity: 4 + signature.count + verifyData.count)
        MessageHeader(version, .finish, param1: signature.isEmpty ? 0 : 1, param2: signature.isEmpty ? 0 : slot)
            .write(to: &writer)
        writer.append(signature)
        writer.append(verifyData)
        return writer.bytes
    }
}

/// FINISH_RSP: the session is established (DSP0274, 10.17). 4 bytes, and with a handshake in the clear H more:
/// ResponderVerifyData.
public struct FinishResponse: Hashable, Sendable {
    /// HMAC over the hash of the transcript; empty unless the handshake is in the clear.
    public var verifyData: [UInt8]

    /// Creates the response.
    public init(verifyData: [UInt8] = []) { self.verifyData = verifyData }

    static func read(
        _ bytes: Span<UInt8>, _ cursor: inout WireCursor, _ sizes: NegotiatedSizes
    ) throws(WireError) -> FinishResponse {
        let count = sizes.handshakeInTheClear ? sizes.hash : 0
        return FinishResponse(verifyData: try cursor.bytes(bytes, count: count, "ResponderVerifyData"))
    }

    /// The whole message.
    public func encoded(version: SPDMVersion) -> [UInt8] {
        var writer = WireWriter(capacity: 4 + verifyData.count)
        MessageHeader(version, MessageCode.finish.response).write(to: &writer)
        writer.append(verifyData)
        return writer.bytes
    }
}
