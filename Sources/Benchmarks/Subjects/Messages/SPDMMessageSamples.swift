import SPDM

extension MessageSample {
    /// Every message of SPDM 1.2 with P-384 and SHA-384.
    static var spdm: [MessageSample] {
        SPDMSamples.requests.map { MessageSample($0.0, $0.1) }
            + SPDMSamples.responses.map { MessageSample($0.0, $0.1, answering: $0.2) } + vendorDefined
    }

    private init(_ name: String, _ request: SPDMRequest) {
        let sizes = SPDMSamples.sizes
        self.init(
            name: name, bytes: request.encoded(version: .v1_2), isFixedSize: request.isFixedSize,
            decode: { bytes, times in
                for _ in 0..<times { blackHole(try SPDMRequest.decode(bytes.span, sizes: sizes)) }
            },
            encode: { times in repeated(times) { request.encoded(version: .v1_2) } })
    }

    private init(_ name: String, _ response: SPDMResponse, answering request: SPDMRequest) {
        let sizes = SPDMSamples.sizes
        self.init(
            name: name, bytes: response.encoded(version: .v1_2), isFixedSize: response.isFixedSize,
            decode: { bytes, times in
                for _ in 0..<times {
                    blackHole(try SPDMResponse.decode(bytes.span, answering: request, sizes: sizes))
                }
            },
            encode: { times in repeated(times) { response.encoded(version: .v1_2) } })
    }

    /// The envelope of TDISP and IDE_KM, which is opened where it stands.
    private static var vendorDefined: [MessageSample] { VendorDefined.Kind.allCases.map(vendorDefined) }

    private static func vendorDefined(_ kind: VendorDefined.Kind) -> MessageSample {
        let payload = SPDMSamples.bytes(64)
        let encode = {
            (try? VendorDefined.encode(kind, version: .v1_2, protocolID: .tdisp, payload: payload.span)) ?? []
        }
        return MessageSample(
            name: "VENDOR_DEFINED \(kind)", bytes: encode(), isFixedSize: true,
            decode: { bytes, times in for _ in 0..<times { blackHole(try VendorDefined(decoding: bytes.span)) } },
            encode: { times in repeated(times, encode) })
    }
}

extension SPDMRequest {
    fileprivate var isFixedSize: Bool {
        switch self {
        case .getVersion, .getCapabilities, .negotiateAlgorithms, .getDigests, .getCertificate, .challenge,
            .getMeasurements, .heartbeat, .keyUpdate, .getEncapsulatedRequest, .endSession, .chunkGet,
            .respondIfReady:
            true
        case .keyExchange, .finish, .pskExchange, .pskFinish, .deliverEncapsulatedResponse, .chunkSend: false
        }
    }
}

extension SPDMResponse {
    fileprivate var isFixedSize: Bool {
        switch self {
        case .capabilities, .algorithms, .pskFinish, .heartbeat, .keyUpdate, .endSession: true
        case .finish(let message): message.verifyData.isEmpty
        case .error(let message): message.code != .vendorDefined
        case .version, .digests, .certificate, .challengeAuth, .measurements, .keyExchange, .pskExchange,
            .encapsulatedRequest, .encapsulatedResponseAck, .chunkSendAck, .chunk:
            false
        }
    }
}

/// What the messages hold.
private enum SPDMSamples {
    static let sizes = NegotiatedSizes(hash: 48, signature: 96, requesterSignature: 96, exchange: 96)

    static func bytes(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0) } }

    private static let nonce = Nonce(InlineArray { UInt8($0) })
    private static let digest = bytes(48)[...]
    private static let point = bytes(96)[...]
    private static let signature = bytes(96)[...]
    private static let opaque = bytes(16)[...]
    private static let capabilities = EndpointCapabilities.device
    private static let tables = AlgorithmTables(
        exchange: .secp384r1, aead: .aes256GCM, requesterAsymmetric: .ecdsaP384, keySchedule: .spdm)
    private static let chunk = Chunk(isLast: true, handle: 1, sequence: 1, bytes: bytes(1024))

    static let requests: [(String, SPDMRequest)] = [
        ("GET_VERSION", .getVersion(GetVersion())),
        ("GET_CAPABILITIES", .getCapabilities(GetCapabilities(capabilities))),
        (
            "NEGOTIATE_ALGORITHMS",
            .negotiateAlgorithms(NegotiateAlgorithms(asymmetric: .ecdsaP384, hash: .sha384, tables: tables))
        ),
        ("GET_DIGESTS", .getDigests(GetDigests())),
        ("GET_CERTIFICATE", .getCertificate(certificateQuery)),
        ("CHALLENGE", .challenge(challenge)),
        ("GET_MEASUREMENTS", .getMeasurements(measurementQuery)),
        ("KEY_EXCHANGE", .keyExchange(keyExchange)),
        ("FINISH", .finish(Finish(slot: 0, signature: signature, verifyData: digest))),
        ("PSK_EXCHANGE", .pskExchange(pskExchange)),
        ("PSK_FINISH", .pskFinish(PSKFinish(verifyData: Array(digest)))),
        ("HEARTBEAT", .heartbeat(Heartbeat())),
        ("KEY_UPDATE", .keyUpdate(KeyUpdate(.updateKey, tag: 1))),
        ("GET_ENCAPSULATED_REQUEST", .getEncapsulatedRequest(GetEncapsulatedRequest())),
        ("DELIVER_ENCAPSULATED_RESPONSE", .deliverEncapsulatedResponse(delivery)),
        ("END_SESSION", .endSession(EndSession(clearsNegotiatedState: false))),
        ("CHUNK_SEND", .chunkSend(chunk)),
        ("CHUNK_GET", .chunkGet(chunkQuery)),
        ("RESPOND_IF_READY", .respondIfReady(RespondIfReady(.challenge, token: 1))),
    ]

    private static let certificateQuery = GetCertificate(slot: 0, offset: 0, length: 1024)
    private static let challenge = Challenge(slot: 0, summary: .all, nonce: nonce)
    private static let measurementQuery = GetMeasurements(index: 0xFF, proof: .init(nonce: nonce, slot: 0))
    private static let keyExchange = KeyExchange(
        summary: .all, slot: 0, requesterSessionID: 1, random: nonce, exchange: point, opaque: opaque)
    private static let pskExchange = PSKExchange(
        summary: .all, requesterSessionID: 1, hint: bytes(8)[...], context: digest, opaque: opaque)
    private static let delivery = DeliverEncapsulatedResponse(requestID: 1, response: bytes(256))
    private static let chunkQuery = ChunkGet(handle: 1, sequence: 1)

    static let responses: [(String, SPDMResponse, SPDMRequest)] = [
        ("VERSION", .version(VersionMessage([.init(.v1_1), .init(.v1_2)])), .getVersion(GetVersion())),
        ("CAPABILITIES", .capabilities(Capabilities(capabilities)), .getCapabilities(GetCapabilities(capabilities))),
        ("ALGORITHMS", .algorithms(algorithms), .negotiateAlgorithms(.init(asymmetric: .ecdsaP384, hash: .sha384))),
        ("DIGESTS", .digests(Digests(provisionedSlots: 1, digests: digest)), .getDigests(GetDigests())),
        (
            "CERTIFICATE", .certificate(CertificateMessage(slot: 0, remainder: 0, portion: bytes(1024))),
            .getCertificate(certificateQuery)
        ),
        ("CHALLENGE_AUTH", .challengeAuth(challengeAuth), .challenge(challenge)),
        ("MEASUREMENTS", .measurements(measurements), .getMeasurements(measurementQuery)),
        ("KEY_EXCHANGE_RSP", .keyExchange(keyExchangeResponse), .keyExchange(keyExchange)),
        ("FINISH_RSP", .finish(FinishResponse()), .finish(Finish(verifyData: digest))),
        ("PSK_EXCHANGE_RSP", .pskExchange(pskExchangeResponse), .pskExchange(pskExchange)),
        ("PSK_FINISH_RSP", .pskFinish(PSKFinishResponse()), .pskFinish(PSKFinish(verifyData: Array(digest)))),
        ("HEARTBEAT_ACK", .heartbeat(HeartbeatAck()), .heartbeat(Heartbeat())),
        ("KEY_UPDATE_ACK", .keyUpdate(KeyUpdate(.updateKey, tag: 1)), .keyUpdate(KeyUpdate(.updateKey, tag: 1))),
        (
            "ENCAPSULATED_REQUEST", .encapsulatedRequest(EncapsulatedRequest(requestID: 1, request: bytes(8))),
            .getEncapsulatedRequest(GetEncapsulatedRequest())
        ),
        (
            "ENCAPSULATED_RESPONSE_ACK",
            .encapsulatedResponseAck(.init(requestID: 2, acknowledgedID: 1, payload: .request(bytes(8)))),
            .deliverEncapsulatedResponse(delivery)
        ),
        ("END_SESSION_ACK", .endSession(EndSessionAck()), .endSession(EndSession(clearsNegotiatedState: false))),
        (
            "CHUNK_SEND_ACK", .chunkSendAck(ChunkSendAck(handle: 1, sequence: 1, response: bytes(64))),
            .chunkSend(chunk)
        ),
        ("CHUNK_RESPONSE", .chunk(chunk), .chunkGet(chunkQuery)),
        ("ERROR", .error(ErrorMessage(version: .v1_2, code: .busy)), .heartbeat(Heartbeat())),
        ("ERROR, ResponseNotReady", .error(ErrorMessage(version: .v1_2, notReady: notReady)), .challenge(challenge)),
    ]

    private static let algorithms = Algorithms(
        measurementHash: .sha384, asymmetric: .ecdsaP384, hash: .sha384, tables: tables)
    private static let challengeAuth = ChallengeAuth(
        attributes: 0, provisionedSlots: 1, chainHash: digest, nonce: nonce, measurementSummary: digest,
        signature: signature)
    private static let measurements = Measurements(
        blockCount: 2, record: bytes(110)[...], nonce: nonce, signature: signature)
    private static let keyExchangeResponse = KeyExchangeResponse(
        heartbeatPeriod: 0, responderSessionID: 1, random: nonce, exchange: point, measurementSummary: digest,
        opaque: opaque, signature: signature, verifyData: digest)
    private static let pskExchangeResponse = PSKExchangeResponse(
        heartbeatPeriod: 0, responderSessionID: 1, measurementSummary: digest, context: digest, opaque: opaque,
        verifyData: digest)
    private static let notReady = ErrorMessage.ResponseNotReady(
        exponent: 10, request: .challenge, token: 1, multiplier: 4)
}
