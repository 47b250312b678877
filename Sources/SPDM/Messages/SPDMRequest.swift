public import WireBytes

/// An SPDM request of any kind but VENDOR_DEFINED, which ``VendorDefined`` opens without copying the key that may be in
/// it.
public enum SPDMRequest: Hashable, Sendable {
    /// Which versions?
    case getVersion(GetVersion)
    /// Which capabilities?
    case getCapabilities(GetCapabilities)
    /// Which algorithms?
    case negotiateAlgorithms(NegotiateAlgorithms)
    /// Which certificate chains?
    case getDigests(GetDigests)
    /// A portion of a chain.
    case getCertificate(GetCertificate)
    /// Sign a nonce.
    case challenge(Challenge)
    /// Measurements.
    case getMeasurements(GetMeasurements)
    /// Open a session.
    case keyExchange(KeyExchange)
    /// Establish it.
    case finish(Finish)
    /// Open a session from a key both have.
    case pskExchange(PSKExchange)
    /// Establish it.
    case pskFinish(PSKFinish)
    /// The session is alive.
    case heartbeat(Heartbeat)
    /// New keys.
    case keyUpdate(KeyUpdate)
    /// Has the responder something to ask?
    case getEncapsulatedRequest(GetEncapsulatedRequest)
    /// The answer to what it asked.
    case deliverEncapsulatedResponse(DeliverEncapsulatedResponse)
    /// End the session.
    case endSession(EndSession)
    /// A chunk of a large request.
    case chunkSend(Chunk)
    /// A chunk of a large response, please.
    case chunkGet(ChunkGet)
    /// The response that was not ready, please.
    case respondIfReady(RespondIfReady)

    /// Reads a request and says how long it is.
    ///
    /// `length` is what its own fields add up to; only that many bytes belong to a transcript. Whether bytes may follow
    /// is the carriage's rule: up to three of padding in a DOE object, none in a secured record. Only lengths and
    /// layouts can be wrong here; what fields mean in which state is the responder's to judge, and so is the version.
    ///
    /// Throws ``WireError``: `truncated`, `lengthMismatch`, `invalidValue` for a table or block of unknown layout, and
    /// `unexpectedType` at byte 1 for a code that is none of these requests.
    public static func decode(
        _ bytes: Span<UInt8>, sizes: NegotiatedSizes
    ) throws(WireError) -> (request: SPDMRequest, length: Int) {
        var cursor = WireCursor(bytes)
        let header = try MessageHeader.read(bytes, &cursor)
        if let request = try readConnection(header, bytes, &cursor) { return (request, cursor.offset) }
        if let request = try readSession(header, bytes, &cursor, sizes) { return (request, cursor.offset) }
        throw WireError(.unexpectedType, at: 1, in: "RequestResponseCode")
    }

    private static func readConnection(
        _ header: MessageHeader, _ bytes: Span<UInt8>, _ cursor: inout WireCursor
    ) throws(WireError) -> SPDMRequest? {
        switch header.code {
        case .getVersion: .getVersion(GetVersion())
        case .getCapabilities: .getCapabilities(try GetCapabilities.read(header, bytes, &cursor))
        case .negotiateAlgorithms: .negotiateAlgorithms(try NegotiateAlgorithms.read(header, bytes, &cursor))
        case .getDigests: .getDigests(GetDigests())
        case .getCertificate: .getCertificate(try GetCertificate.read(header, bytes, &cursor))
        case .challenge: .challenge(try Challenge.read(header, bytes, &cursor))
        case .getMeasurements: .getMeasurements(try GetMeasurements.read(header, bytes, &cursor))
        case .chunkSend: .chunkSend(try Chunk.read(header, bytes, &cursor))
        case .chunkGet: .chunkGet(try ChunkGet.read(header, bytes, &cursor))
        case .respondIfReady:
            .respondIfReady(RespondIfReady(MessageCode(rawValue: header.param1), token: header.param2))
        default: nil
        }
    }

    private static func readSession(
        _ header: MessageHeader, _ bytes: Span<UInt8>, _ cursor: inout WireCursor, _ sizes: NegotiatedSizes
    ) throws(WireError) -> SPDMRequest? {
        switch header.code {
        case .keyExchange: return .keyExchange(try KeyExchange.read(header, bytes, &cursor, sizes))
        case .finish: return .finish(try Finish.read(header, bytes, &cursor, sizes))
        case .pskExchange: return .pskExchange(try PSKExchange.read(header, bytes, &cursor))
        case .pskFinish: return .pskFinish(try PSKFinish.read(bytes, &cursor, sizes))
        case .heartbeat: return .heartbeat(Heartbeat())
        case .keyUpdate: return .keyUpdate(KeyUpdate(header))
        case .getEncapsulatedRequest: return .getEncapsulatedRequest(GetEncapsulatedRequest())
        case .deliverEncapsulatedResponse:
            let response = try cursor.bytes(bytes, count: cursor.remaining, "EncapsulatedResponse")
            return .deliverEncapsulatedResponse(
                DeliverEncapsulatedResponse(requestID: header.param1, response: response))
        case .endSession: return .endSession(EndSession(clearsNegotiatedState: header.param1 & 1 == 1))
        default: return nil
        }
    }

    /// The whole message. GET_VERSION has version 1.0 whatever is asked for.
    public func encoded(version: SPDMVersion) -> [UInt8] {
        switch self {
        case .getVersion(let message): message.encoded()
        case .getCapabilities(let message): message.encoded(version: version)
        case .negotiateAlgorithms(let message): message.encoded(version: version)
        case .getDigests(let message): message.encoded(version: version)
        case .getCertificate(let message): message.encoded(version: version)
        case .challenge(let message): message.encoded(version: version)
        case .getMeasurements(let message): message.encoded(version: version)
        case .keyExchange(let message): message.encoded(version: version)
        case .finish(let message): message.encoded(version: version)
        case .pskExchange(let message): message.encoded(version: version)
        case .pskFinish(let message): message.encoded(version: version)
        case .heartbeat(let message): message.encoded(version: version)
        case .keyUpdate(let message): message.encoded(version: version)
        case .getEncapsulatedRequest(let message): message.encoded(version: version)
        case .deliverEncapsulatedResponse(let message): message.encoded(version: version)
        case .endSession(let message): message.encoded(version: version)
        case .chunkSend(let message): message.encodedSend(version: version)
        case .chunkGet(let message): message.encoded(version: version)
        case .respondIfReady(let message): message.encoded(version: version)
        }
    }
}

extension SPDMRequest {
    /// The code of the request.
    public var code: MessageCode {
        switch self {
        case .getVersion: .getVersion
        case .getCapabilities: .getCapabilities
        case .negotiateAlgorithms: .negotiateAlgorithms
        case .getDigests: .getDigests
        case .getCertificate: .getCertificate
        case .challenge: .challenge
        case .getMeasurements: .getMeasurements
        case .keyExchange: .keyExchange
        case .finish: .finish
        case .pskExchange: .pskExchange
        case .pskFinish: .pskFinish
        case .heartbeat: .heartbeat
        case .keyUpdate: .keyUpdate
        case .getEncapsulatedRequest: .getEncapsulatedRequest
        case .deliverEncapsulatedResponse: .deliverEncapsulatedResponse
        case .endSession: .endSession
        case .chunkSend: .chunkSend
        case .chunkGet: .chunkGet
        case .respondIfReady: .respondIfReady
        }
    }
}
