public import WireBytes

/// An SPDM response of any kind but VENDOR_DEFINED, which ``VendorDefined`` opens.
public enum SPDMResponse: Hashable, Sendable {
    /// VERSION.
    case version(VersionMessage)
    /// CAPABILITIES.
    case capabilities(Capabilities)
    /// ALGORITHMS.
    case algorithms(Algorithms)
    /// DIGESTS.
    case digests(Digests)
    /// CERTIFICATE.
    case certificate(CertificateMessage)
    /// CHALLENGE_AUTH.
    case challengeAuth(ChallengeAuth)
    /// MEASUREMENTS.
    case measurements(Measurements)
    /// KEY_EXCHANGE_RSP.
    case keyExchange(KeyExchangeResponse)
    /// FINISH_RSP.
    case finish(FinishResponse)
    /// PSK_EXCHANGE_RSP.
    case pskExchange(PSKExchangeResponse)
    /// PSK_FINISH_RSP.
    case pskFinish(PSKFinishResponse)
    /// HEARTBEAT_ACK.
    case heartbeat(HeartbeatAck)
    /// KEY_UPDATE_ACK.
    case keyUpdate(KeyUpdate)
    /// ENCAPSULATED_REQUEST.
    case encapsulatedRequest(EncapsulatedRequest)
    /// ENCAPSULATED_RESPONSE_ACK.
    case encapsulatedResponseAck(EncapsulatedResponseAck)
    /// END_SESSION_ACK.
    case endSession(EndSessionAck)
    /// CHUNK_SEND_ACK.
    case chunkSendAck(ChunkSendAck)
    /// CHUNK_RESPONSE.
    case chunk(Chunk)
    /// ERROR, in place of any of them.
    case error(ErrorMessage)

    /// Reads the response to `request` and says how long it is.
    ///
    /// What the request asked for decides which fields are there. After RESPOND_IF_READY, `request` is the one it asks
    /// about. `length` is as in ``SPDMRequest/decode(_:sizes:)``.
    ///
    /// Throws ``WireError``: `truncated`, `lengthMismatch`, `invalidValue` for a table or block of unknown layout, and
    /// `unexpectedType` at byte 1 for a code that does not answer the request.
    public static func decode(
        _ bytes: Span<UInt8>, answering request: SPDMRequest, sizes: NegotiatedSizes
    ) throws(WireError) -> (response: SPDMResponse, length: Int) {
        var cursor = WireCursor(bytes)
        let header = try MessageHeader.read(bytes, &cursor)
        if header.code == .error {
            return (.error(try ErrorMessage.read(header, bytes, &cursor)), cursor.offset)
        }
        guard header.code == request.code.response else {
            throw WireError(.unexpectedType, at: 1, in: "RequestResponseCode")
        }
        let response = try read(request, header, bytes, &cursor, sizes)
        return (response, cursor.offset)
    }

    private static func read(
        _ request: SPDMRequest, _ header: MessageHeader, _ bytes: Span<UInt8>, _ cursor: inout WireCursor,
        _ sizes: NegotiatedSizes
    ) throws(WireError) -> SPDMResponse {
        switch request {
        case .getVersion: return .version(try VersionMessage.read(bytes, &cursor))
        case .getCapabilities: return .capabilities(try Capabilities.read(header, bytes, &cursor))
        case .negotiateAlgorithms: return .algorithms(try Algorithms.read(header, bytes, &cursor))
        case .getDigests: return .digests(try Digests.read(header, bytes, &cursor, sizes))
        case .getCertificate: return .certificate(try CertificateMessage.read(header, bytes, &cursor))
        case .challenge(let request):
            return .challengeAuth(try ChallengeAuth.read(header, bytes, &cursor, request, sizes))
        case .getMeasurements(let request):
            return .measurements(try Measurements.read(header, bytes, &cursor, request, sizes))
        case .keyExchange(let request):
            return .keyExchange(try KeyExchangeResponse.read(header, bytes, &cursor, request, sizes))
        case .finish: return .finish(try FinishResponse.read(bytes, &cursor, sizes))
        case .pskExchange(let request):
            return .pskExchange(try PSKExchangeResponse.read(header, bytes, &cursor, request, sizes))
        case .pskFinish: return .pskFinish(PSKFinishResponse())
        case .heartbeat: return .heartbeat(HeartbeatAck())
        case .keyUpdate: return .keyUpdate(KeyUpdate(header))
        case .getEncapsulatedRequest:
            let request = try cursor.bytes(bytes, count: cursor.remaining, "EncapsulatedRequest")
            return .encapsulatedRequest(EncapsulatedRequest(requestID: header.param1, request: request))
        case .deliverEncapsulatedResponse:
            return .encapsulatedResponseAck(try EncapsulatedResponseAck.read(header, bytes, &cursor))
        case .endSession: return .endSession(EndSessionAck())
        case .chunkSend(let request):
            return .chunkSendAck(try ChunkSendAck.read(header, bytes, &cursor, request))
        case .chunkGet: return .chunk(try Chunk.read(header, bytes, &cursor))
        case .respondIfReady: throw WireError(.unexpectedType, at: 1, in: "RequestResponseCode")
        }
    }

    /// The whole message. VERSION has version 1.0 whatever is asked for, and ERROR its own.
    public func encoded(version: SPDMVersion) -> [UInt8] {
        switch self {
        case .version(let message): message.encoded()
        case .capabilities(let message): message.encoded(version: version)
        case .algorithms(let message): message.encoded(version: version)
        case .digests(let message): message.encoded(version: version)
        case .certificate(let message): message.encoded(version: version)
        case .challengeAuth(let message): message.encoded(version: version)
        case .measurements(let message): message.encoded(version: version)
        case .keyExchange(let message): message.encoded(version: version)
        case .finish(let message): message.encoded(version: version)
        case .pskExchange(let message): message.encoded(version: version)
        case .pskFinish(let message): message.encoded(version: version)
        case .heartbeat(let message): message.encoded(version: version)
        case .keyUpdate(let message): message.encodedAck(version: version)
        case .encapsulatedRequest(let message): message.encoded(version: version)
        case .encapsulatedResponseAck(let message): message.encoded(version: version)
        case .endSession(let message): message.encoded(version: version)
        case .chunkSendAck(let message): message.encoded(version: version)
        case .chunk(let message): message.encodedResponse(version: version)
        case .error(let message): message.encoded()
        }
    }
}
