public import SPDM

/// What a requester has to offer, to be told and to draw in order to say what that of a recorded run said.
public struct RequesterScript: Sendable {
    /// What it offers.
    public private(set) var offer: RequesterOffer
    /// What it is told.
    public private(set) var operations: [RequesterOperation] = [.connect]
    /// What it draws, in order: nonces, and the random data of KEY_EXCHANGE.
    public private(set) var nonces: [Nonce] = []
    /// Its half of the session's number.
    public private(set) var sessionID: UInt16 = 0
    /// Its public value, or none.
    public private(set) var exchange: [UInt8] = []
    /// Its context of PSK_EXCHANGE, or none.
    public private(set) var context: [UInt8] = []
    /// Tags of KEY_UPDATE.
    public private(set) var tags: [UInt8] = []
    /// Its signature of FINISH, or none.
    public private(set) var signature: [UInt8] = []

    /// Reads a run.
    public init(_ run: RecordedRun, _ conversation: Conversation) throws {
        offer = RequesterOffer(policy: .strict, capabilities: EndpointCapabilities())
        offer.policy.name = "recorded"
        offer.policy.versions = [try run.version]
        offer.policy.requiresEncryption = false
        let session = SessionID(requester: 0xFFFF, responder: 0xFFFF)
        for message in conversation.messages {
            let place = message.isSecured ? session : nil
            switch message.content {
            case .request(let request): read(request, in: place)
            case .vendorDefined(let envelope) where envelope.kind == .request:
                operations.append(.exchange(vendorDefined: message.bytes, in: place))
            case .response, .vendorDefined: continue
            }
        }
    }

    private mutating func read(_ request: SPDMRequest, in session: SessionID?) {
        switch request {
        case .getCapabilities(let message):
            offer.capabilities = message.requester
            // What CERTIFICATE may be; 1.1 does not say it.
            offer.capabilities.dataTransferSize = 0x1200
            offer.capabilities.maximumMessageSize = 0x1200
        case .negotiateAlgorithms(let message): read(message)
        case .getDigests: if session == nil { operations.append(.authenticate(slot: 0, challenge: nil)) }
        case .challenge(let message):
            operations[operations.count - 1] = .authenticate(slot: message.slot, challenge: message.summary)
            nonces.append(message.nonce)
        case .getMeasurements(let message): read(message, in: session)
        case .keyExchange, .pskExchange, .finish: readHandshake(request)
        case .heartbeat: if let session { operations.append(.heartbeat(session)) }
        case .keyUpdate(let message): read(message, in: session)
        case .endSession(let message):
            guard let session else { return }
            operations.append(.endSession(session, clearsNegotiatedState: message.clearsNegotiatedState))
        case .getVersion, .getCertificate, .pskFinish, .getEncapsulatedRequest, .deliverEncapsulatedResponse,
            .chunkSend, .chunkGet, .respondIfReady:
            break
        }
    }

    private mutating func read(_ message: NegotiateAlgorithms) {
        offer.policy.hashes = message.hash.single
        offer.policy.signatures = message.asymmetric.single
        offer.policy.requesterSignatures = message.tables.requesterAsymmetric?.single ?? []
        offer.policy.groups = message.tables.exchange?.single ?? []
        offer.policy.suites = message.tables.aead?.single ?? []
        offer.measurementLogSpecifications = message.measurementLogSpecifications
    }

    private mutating func read(_ message: GetMeasurements, in session: SessionID?) {
        let selection: MeasurementQuery.Selection =
            switch message.index {
            case GetMeasurements.count: .count
            case GetMeasurements.all: .all
            case let index: .one(index)
            }
        if let proof = message.proof { nonces.append(proof.nonce) }
        operations.append(
            .measure(
                MeasurementQuery(selection, attributes: message.attributes, signedBy: message.proof?.slot), in: session)
        )
    }

    private mutating func readHandshake(_ request: SPDMRequest) {
        switch request {
        case .keyExchange(let message):
            (sessionID, exchange) = (message.requesterSessionID, Array(message.exchange))
            nonces.append(message.random)
            operations.append(
                .openSession(SessionWish(.slot(message.slot), summary: message.summary, policy: message.policy)))
        case .pskExchange(let message):
            (sessionID, context) = (message.requesterSessionID, Array(message.context))
            operations.append(
                .openSession(
                    SessionWish(.psk(hint: Array(message.hint)), summary: message.summary, policy: message.policy)))
        case .finish(let message): signature = Array(message.signature)
        default: break
        }
    }

    private mutating func read(_ message: KeyUpdate, in session: SessionID?) {
        tags.append(message.tag)
        guard let session, message.operation != .verifyNewKey else { return }
        operations.append(.updateKeys(session, message.operation))
    }
}

extension OptionSet where RawValue: FixedWidthInteger, Element == Self {
    /// The members one by one, lowest bit first.
    fileprivate var single: [Self] {
        (0..<RawValue.bitWidth).map { Self(rawValue: 1 << $0) }.filter(contains)
    }
}
