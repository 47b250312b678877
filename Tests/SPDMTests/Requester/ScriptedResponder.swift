import SPDM
import Testing

/// A responder that answers with well-formed messages and no cryptography: SHA-256, P-256, AES-256-GCM. What it says
/// can be changed before it says it.
struct ScriptedResponder {
    var versions: [UInt16] = [0x1000, 0x1100, 0x1200, 0x1300, 0x1400]
    var capabilities = EndpointCapabilities(
        ctExponent: 10,
        flags: [
            .certificate, .challenge, .measurements, .measurementsFresh, .encrypt, .mac, .keyExchange, .pskWithContext,
            .mutualAuthentication, .encapsulated, .heartbeat, .keyUpdate, .chunk,
        ],
        dataTransferSize: 0x1000, maximumMessageSize: 0x1_0000)
    var chain = [UInt8](repeating: 0xC5, count: 100)
    var digests: [UInt8] = Self.digest(1)
    var mutual = KeyExchangeResponse.MutualAuthentication.none
    /// Which of the requester's slots KEY_EXCHANGE_RSP names.
    var requesterSlot: UInt8 = 0
    var heartbeatPeriod: UInt8 = 9
    var selected: [OpaqueElement] = [SecuredMessageVersions.selected(VersionMessage.Entry(rawValue: 0x1100)).element]
    /// Measurements there are, by index.
    var measurements: [UInt8] = [1, 2]
    /// What it asks for in an encapsulated flow.
    var encapsulated: [[UInt8]] = []
    var slotInAck: UInt8?
    private(set) var sizes = NegotiatedSizes()
    private var version = SPDMVersion.v1_0
    private var lastID: UInt8 = 0

    static func digest(_ byte: UInt8) -> [UInt8] { [UInt8](repeating: byte, count: 32) }
    static let nonce = Nonce(InlineArray(repeating: 0x4E))
    static let signature = [UInt8](repeating: 0x5A, count: 64)[...]
    static let verifyData = [UInt8](repeating: 0x7D, count: 32)[...]

    mutating func answer(_ bytes: [UInt8]) throws -> [UInt8] {
        guard bytes[1] != MessageCode.vendorDefined.rawValue else { return [bytes[0], 0x7E, 0, 0, 9] }
        let request = try SPDMRequest.decode(bytes.span, sizes: sizes).request
        version = SPDMVersion(rawValue: bytes[0])
        return try (connection(request) ?? session(request)).encoded(version: version)
    }

    private mutating func connection(_ request: SPDMRequest) -> SPDMResponse? {
        switch request {
        case .getVersion: .version(VersionMessage(versions.map(VersionMessage.Entry.init(rawValue:))))
        case .getCapabilities: .capabilities(Capabilities(capabilities))
        case .negotiateAlgorithms(let request): .algorithms(select(request))
        case .getDigests:
            .digests(
                Digests(
                    supportedSlots: 1, provisionedSlots: 1, digests: digests[...],
                    keys: sizes.multiKey ? [1, 1, 7, 0] : []))
        case .getCertificate(let request): .certificate(portion(request))
        case .challenge(let request):
            .challengeAuth(
                ChallengeAuth(
                    attributes: request.slot & 0xF, provisionedSlots: 1, chainHash: digests[...], nonce: Self.nonce,
                    measurementSummary: request.summary == .none ? [] : Self.verifyData, context: request.context,
                    signature: Self.signature))
        case .getMeasurements(let request): measure(request)
        default: nil
        }
    }

    private mutating func select(_ request: NegotiateAlgorithms) -> Algorithms {
        var message = Algorithms(
            otherParameters: .opaqueFormat1, measurementHash: .sha256, asymmetric: .ecdsaP256, hash: .sha256)
        if request.tables.exchange != nil { message.tables.exchange = .secp256r1 }
        if request.tables.aead != nil { message.tables.aead = .aes256GCM }
        if request.tables.requesterAsymmetric != nil { message.tables.requesterAsymmetric = .ecdsaP256 }
        if request.tables.keySchedule != nil { message.tables.keySchedule = .spdm }
        let isInTheClear = capabilities.flags.contains(.handshakeInTheClear)
        sizes = NegotiatedSizes(
            hash: 32, signature: 64, requesterSignature: 64, exchange: 64, handshakeInTheClear: isInTheClear,
            multiKey: request.otherParameters.contains(.multiKey))
        return message
    }

    private func portion(_ request: GetCertificate) -> CertificateMessage {
        let end = min(chain.count, Int(request.offset) + Int(request.length))
        return CertificateMessage(
            slot: request.slot, remainder: UInt16(chain.count - end), portion: Array(chain[Int(request.offset)..<end]))
    }

    private func measure(_ request: GetMeasurements) -> SPDMResponse {
        let asked = request.index == GetMeasurements.all ? measurements : measurements.filter { $0 == request.index }
        guard request.index == GetMeasurements.count || !asked.isEmpty else {
            return .error(ErrorMessage(version: version, code: .invalidRequest))
        }
        let blocks = asked.map { MeasurementBlock(index: $0, kind: .firmware, isRaw: false, value: [$0]) }
        return .measurements(
            Measurements(
                total: request.index == 0 ? UInt8(measurements.count) : 0, slot: request.proof?.slot ?? 0,
                blockCount: UInt8(blocks.count), record: blocks.flatMap { $0.encoded() }[...], nonce: Self.nonce,
                signature: request.proof == nil ? [] : Self.signature))
    }

    private mutating func session(_ request: SPDMRequest) throws -> SPDMResponse {
        switch request {
        case .keyExchange(let request):
            .keyExchange(
                KeyExchangeResponse(
                    heartbeatPeriod: heartbeatPeriod, responderSessionID: 0xBEEF, mutualAuthentication: mutual,
                    requesterSlot: requesterSlot, random: Self.nonce,
                    exchange: [UInt8](repeating: 0xEC, count: 64)[...],
                    measurementSummary: request.summary == .none ? [] : Self.verifyData,
                    opaque: OpaqueData(selected).encoded(version: version)[...], signature: Self.signature,
                    verifyData: sizes.handshakeInTheClear ? [] : Self.verifyData))
        case .finish:
            .finish(FinishResponse(verifyData: sizes.handshakeInTheClear ? Array(Self.verifyData) : []))
        case .pskExchange:
            .pskExchange(
                PSKExchangeResponse(
                    heartbeatPeriod: heartbeatPeriod, responderSessionID: 0xBEEF,
                    context: capabilities.flags.contains(.pskWithContext) ? Self.verifyData : [],
                    opaque: OpaqueData(selected).encoded(version: version)[...], verifyData: Self.verifyData))
        case .pskFinish: .pskFinish(PSKFinishResponse())
        case .heartbeat: .heartbeat(HeartbeatAck())
        case .keyUpdate(let request): .keyUpdate(request)
        case .endSession: .endSession(EndSessionAck())
        case .getEncapsulatedRequest: ask()
        case .deliverEncapsulatedResponse(let request): acknowledge(request)
        default: throw Unexpected(request: request)
        }
    }

    struct Unexpected: Error {
        let request: SPDMRequest
    }

    private mutating func ask() -> SPDMResponse {
        guard !encapsulated.isEmpty else {
            let code: ErrorMessage.Code = version >= .v1_3 ? .noPendingRequests : .unexpectedRequest
            return .error(ErrorMessage(version: version, code: code))
        }
        lastID = 1
        return .encapsulatedRequest(EncapsulatedRequest(requestID: 1, request: encapsulated.removeFirst()))
    }

    private mutating func acknowledge(_ request: DeliverEncapsulatedResponse) -> SPDMResponse {
        lastID = request.requestID &+ 1
        var payload = slotInAck.map { EncapsulatedResponseAck.Payload.slot($0) } ?? .none
        if !encapsulated.isEmpty { payload = .request(encapsulated.removeFirst()) }
        return .encapsulatedResponseAck(
            EncapsulatedResponseAck(requestID: lastID, acknowledgedID: request.requestID, payload: payload))
    }
}
