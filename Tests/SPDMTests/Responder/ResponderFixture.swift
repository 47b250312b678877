import SPDM

/// A responder whose effects come out as they should, with values that count instead of cryptography.
struct ResponderFixture {
    /// What stands behind the responder.
    struct Owner {
        var identities = Responder.Identities(
            slots: [
                Responder.Identities.Slot(number: 0, chain: chain, digest: filled(0xC0), keyPair: 7),
                Responder.Identities.Slot(number: 2, chain: filled(0x55, 9), digest: filled(0xC2)),
            ],
            requesterDigest: filled(0xD0))
        var blocks = [
            MeasurementBlock(index: 1, kind: .firmware, isRaw: false, value: filled(0x11)[...]),
            MeasurementBlock(index: 3, kind: .firmwareVersion, isRaw: true, value: [1, 2, 3]),
        ]
        /// Effects that fail, by name.
        var failing: [String: Responder.Failure] = [:]
    }

    static let hashSize = 48
    static let signatureSize = 96
    static let chain = (0..<300).map { UInt8(truncatingIfNeeded: $0) }
    static let nonce = Nonce(InlineArray(repeating: 0xA5))
    static let half: UInt16 = 0xABCD
    static let digestOfRequester = filled(0xE0)

    static func filled(_ byte: UInt8, _ count: Int = hashSize) -> [UInt8] { [UInt8](repeating: byte, count: count) }

    var machine: Responder
    var owner = Owner()
    /// Effects in order, but the last of each request.
    var effects: [Responder.Effect] = []
    /// The answer to the last request, where a test keeps it.
    var lastAnswer = ""
    /// The effect of this name is not carried out.
    var stop = ""
    var version: SPDMVersion

    init(_ profile: ResponderProfile = .test, version: SPDMVersion = .v1_2) {
        machine = Responder(profile)
        self.version = version
    }

    /// Sends a request and carries out effects until there is something for the peer or the device.
    mutating func send(_ bytes: [UInt8], over session: SessionID? = nil, at time: Int64 = 0) -> Responder.Effect {
        take(.received(bytes, over: session, at: time))
    }

    mutating func send(
        _ request: SPDMRequest, over session: SessionID? = nil, at time: Int64 = 0
    ) -> Responder.Effect {
        send(request.encoded(version: version), over: session, at: time)
    }

    /// Sends a request in chunks that fit into messages of `size` bytes; the answer to the last.
    mutating func sendInChunks(
        _ request: SPDMRequest, size: Int, over session: SessionID? = nil, handle: UInt8 = 1
    ) -> Responder.Effect {
        let bytes = request.encoded(version: version)
        var offset = 0
        var sequence: UInt16 = 0
        while true {
            let end = min(bytes.count, offset + size - (sequence == 0 ? 16 : 12))
            let chunk = Chunk(
                isLast: end == bytes.count, handle: handle, sequence: sequence, messageSize: UInt32(bytes.count),
                bytes: Array(bytes[offset..<end]))
            let effect = send(.chunkSend(chunk), over: session)
            if chunk.isLast || effect.answer != "05" { return effect }
            offset = end
            sequence += 1
        }
    }

    mutating func take(_ event: Responder.Event) -> Responder.Effect {
        var event = event
        while true {
            let transition = Responder.step(machine, event)
            machine = transition.next
            guard transition.effect.name != stop, let outcome = outcome(of: transition.effect) else {
                return transition.effect
            }
            effects.append(transition.effect)
            event = outcome
        }
    }

    private func outcome(of effect: Responder.Effect) -> Responder.Event? {
        if let failure = owner.failing[effect.name] { return .failed(failure) }
        switch effect {
        case .none, .respond, .deliver: return nil
        case .loadIdentities: return .identitiesLoaded(owner.identities)
        case .drawChallenge(let summary): return .challengeDrawn(Self.nonce, summary: summary.sample)
        case .measure: return .measured(Responder.Measured(nonce: Self.nonce, blocks: owner.blocks, change: .unchanged))
        case .beginExchange(let summary):
            return .exchangeBegun(
                Responder.ExchangeBegun(
                    random: Self.nonce, sessionHalf: Self.half, exchange: Self.filled(0xEE, 96),
                    summary: summary.sample))
        case .beginPSK(let demand):
            return .pskBegun(
                Responder.PSKBegun(
                    sessionHalf: Self.half, context: Self.filled(0xCC, demand.contextSize),
                    summary: demand.summary.sample))
        case .sign: return .signed(Self.filled(0x51, Self.signatureSize))
        case .openSession(let opening):
            return .sessionOpened(
                signature: Self.filled(0x52, Self.signatureSize),
                verifyData: opening.wantsVerifyData ? Self.filled(0xF1) : [])
        case .openPSKSession: return .pskSessionOpened(verifyData: Self.filled(0xF2))
        case .verifyFinish(let proof):
            return .finishVerified(verifyData: proof.wantsVerifyData ? Self.filled(0xF3) : [])
        case .verifyRequester: return .requesterVerified(digest: Self.digestOfRequester)
        }
    }
}

extension ResponderFixture {
    /// The six messages of the connection, taken from what a session signs.
    var vca: [UInt8] {
        var probe = ResponderFixture(machine.profile, version: version)
        var bytes: [UInt8] = []
        for request in [SPDMRequest.getVersion(GetVersion()), Self.capabilities(), Self.algorithms] {
            bytes += request.encoded(version: version) + probe.send(request).bytes
        }
        return bytes
    }

    /// The last effect that asked for a signature.
    var signatureDemand: Responder.SignatureDemand? {
        for case .sign(let demand) in effects.reversed() { return demand }
        return nil
    }

    /// The last session that was opened by KEY_EXCHANGE.
    var opening: Responder.SessionOpening? {
        for case .openSession(let opening) in effects.reversed() { return opening }
        return nil
    }

    /// What the last FINISH or PSK_FINISH was to prove.
    var proof: Responder.FinishProof? {
        for case .verifyFinish(let proof) in effects.reversed() { return proof }
        return nil
    }
}

extension MeasurementSummary {
    var sample: [UInt8] { self == .none ? [] : ResponderFixture.filled(0x99) }
}

extension Responder.Effect {
    /// The code of the message in a response: of an ERROR its code, of the rest their message.
    var answer: String {
        switch self {
        case .respond(let response):
            if response.bytes[1] == MessageCode.error.rawValue { return "error \(hex(response.bytes[2]))" }
            return hex(response.bytes[1])
        case .none, .deliver, .loadIdentities, .drawChallenge, .measure, .beginExchange, .beginPSK, .sign, .openSession,
            .openPSKSession, .verifyFinish, .verifyRequester:
            return name
        }
    }

    private func hex(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }

    var name: String {
        switch self {
        case .none: "none"
        case .respond: "respond"
        case .deliver: "deliver"
        case .loadIdentities: "loadIdentities"
        case .drawChallenge: "drawChallenge"
        case .measure: "measure"
        case .beginExchange: "beginExchange"
        case .beginPSK: "beginPSK"
        case .sign: "sign"
        case .openSession: "openSession"
        case .openPSKSession: "openPSKSession"
        case .verifyFinish: "verifyFinish"
        case .verifyRequester: "verifyRequester"
        }
    }

    var response: Responder.Response? {
        if case .respond(let response) = self { response } else { nil }
    }

    var bytes: [UInt8] { response?.bytes ?? [] }
}

extension ResponderProfile {
    /// Everything that a responder can do, with limits that tests reach.
    static var test: ResponderProfile {
        var capabilities = EndpointCapabilities.device
        capabilities.flags.formUnion([.mutualAuthentication, .pskWithContext])
        capabilities.dataTransferSize = 1024
        var policy = AlgorithmPolicy.tolerant
        policy.versions = [.v1_1, .v1_2, .v1_3]
        var profile = ResponderProfile(policy: policy, capabilities: capabilities)
        profile.heartbeatPeriod = 10
        profile.sessionLimit = 2
        return profile
    }
}

// MARK: - Requests

extension ResponderFixture {
    static let requesterFlags: CapabilityFlags = [
        .certificate, .challenge, .encrypt, .mac, .keyExchange, .psk, .encapsulated, .heartbeat, .keyUpdate, .chunk,
        .mutualAuthentication,
    ]
    static let session = SessionID(requester: 0x1234, responder: half)

    static func capabilities(
        _ flags: CapabilityFlags = requesterFlags, transfer: UInt32 = 1024
    ) -> SPDMRequest {
        .getCapabilities(
            GetCapabilities(
                EndpointCapabilities(
                    ctExponent: 10, flags: flags, dataTransferSize: transfer, maximumMessageSize: 4096)))
    }

    static let algorithms = SPDMRequest.negotiateAlgorithms(
        NegotiateAlgorithms(
            asymmetric: [.ecdsaP256, .ecdsaP384], hash: [.sha256, .sha384],
            tables: AlgorithmTables(
                exchange: .secp384r1, aead: [.aes256GCM, .aes128GCM], requesterAsymmetric: .ecdsaP384,
                keySchedule: .spdm)))

    var opaque: ArraySlice<UInt8> {
        OpaqueData([
            SecuredMessageVersions.supported(ResponderProfile.knownSecuredVersions).element
        ]).encoded(version: version)[...]
    }

    func keyExchange(
        _ summary: MeasurementSummary = .none, slot: UInt8 = 0, policy: SessionPolicy = []
    ) -> SPDMRequest {
        .keyExchange(
            KeyExchange(
                summary: summary, slot: slot, requesterSessionID: 0x1234, policy: policy, random: Self.nonce,
                exchange: Self.filled(0x44, 96)[...], opaque: opaque))
    }

    func pskExchange(_ summary: MeasurementSummary = .none) -> SPDMRequest {
        .pskExchange(
            PSKExchange(
                summary: summary, requesterSessionID: 0x1234, hint: [1, 2], context: Self.filled(3)[...],
                opaque: opaque))
    }

    static let finish = SPDMRequest.finish(Finish(verifyData: filled(0xF5)[...]))
    static let pskFinish = SPDMRequest.pskFinish(PSKFinish(verifyData: filled(0xF6)))

    /// One of every request, VENDOR_DEFINED last, by name.
    var requests: [(name: String, bytes: [UInt8])] {
        let requests: [(String, SPDMRequest)] = [
            ("GET_VERSION", .getVersion(GetVersion())),
            ("GET_CAPABILITIES", Self.capabilities()),
            ("NEGOTIATE_ALGORITHMS", Self.algorithms),
            ("GET_DIGESTS", .getDigests(GetDigests())),
            ("GET_CERTIFICATE", .getCertificate(GetCertificate(slot: 0, offset: 0, length: 100))),
            ("CHALLENGE", .challenge(Challenge(slot: 0, summary: .all, nonce: Self.nonce))),
            ("GET_MEASUREMENTS", .getMeasurements(GetMeasurements(index: GetMeasurements.all))),
            ("KEY_EXCHANGE", keyExchange()),
            ("FINISH", Self.finish),
            ("PSK_EXCHANGE", pskExchange()),
            ("PSK_FINISH", Self.pskFinish),
            ("HEARTBEAT", .heartbeat(Heartbeat())),
            ("KEY_UPDATE", .keyUpdate(KeyUpdate(.updateKey, tag: 5))),
            ("GET_ENCAPSULATED_REQUEST", .getEncapsulatedRequest(GetEncapsulatedRequest())),
            (
                "DELIVER_ENCAPSULATED_RESPONSE",
                .deliverEncapsulatedResponse(
                    DeliverEncapsulatedResponse(
                        requestID: 1, response: KeyUpdate(.updateKey, tag: 1).encodedAck(version: version)))
            ),
            ("END_SESSION", .endSession(EndSession(clearsNegotiatedState: false))),
            ("CHUNK_SEND", .chunkSend(Self.firstChunk)),
            ("CHUNK_GET", .chunkGet(ChunkGet(handle: 1, sequence: 0))),
            ("RESPOND_IF_READY", .respondIfReady(RespondIfReady(.getDigests, token: 1))),
        ]
        return requests.map { ($0.0, $0.1.encoded(version: version)) } + [
            ("VENDOR_DEFINED", Self.vendorDefined(version))
        ]
    }

    static let firstChunk = Chunk(
        isLast: false, handle: 9, sequence: 0, messageSize: 100, bytes: filled(0, 50))

    static func vendorDefined(_ version: SPDMVersion) -> [UInt8] {
        [version.rawValue, 0xFE, 0, 0, 3, 0, 2, 1, 0, 3, 0, 1, 0xAA, 0xBB]
    }
}

// MARK: - States

extension ResponderFixture {
    mutating func negotiate(_ flags: CapabilityFlags = requesterFlags, transfer: UInt32 = 1024) {
        _ = send(.getVersion(GetVersion()))
        _ = send(Self.capabilities(flags, transfer: transfer))
        _ = send(Self.algorithms)
    }

    /// Negotiated.
    static func connected(
        _ profile: ResponderProfile = .test, version: SPDMVersion = .v1_2,
        flags: CapabilityFlags = requesterFlags, transfer: UInt32 = 1024
    ) -> ResponderFixture {
        var fixture = ResponderFixture(profile, version: version)
        fixture.negotiate(flags, transfer: transfer)
        return fixture
    }

    /// With a half-open handshake.
    static func handshaking(_ profile: ResponderProfile = .test, version: SPDMVersion = .v1_2) -> ResponderFixture {
        var fixture = connected(profile, version: version)
        _ = fixture.send(fixture.keyExchange())
        return fixture
    }

    /// With a half-open handshake that passes in the clear.
    static func handshakingInTheClear() -> ResponderFixture {
        var profile = ResponderProfile.test
        profile.capabilities.flags.insert(.handshakeInTheClear)
        var fixture = connected(profile, flags: requesterFlags.union(.handshakeInTheClear))
        _ = fixture.send(fixture.keyExchange())
        return fixture
    }

    /// With a half-open handshake from a pre-shared key.
    static func handshakingPSK() -> ResponderFixture {
        var fixture = connected()
        _ = fixture.send(fixture.pskExchange())
        return fixture
    }

    /// With an established session.
    static func established(_ profile: ResponderProfile = .test, version: SPDMVersion = .v1_2) -> ResponderFixture {
        var fixture = handshaking(profile, version: version)
        _ = fixture.send(finish, over: session)
        return fixture
    }

    /// With a request of which one chunk arrived.
    static func receivingChunks() -> ResponderFixture {
        var fixture = connected()
        _ = fixture.send(.chunkSend(firstChunk))
        return fixture
    }

    /// With a response that is to be fetched, and no CHALLENGE to come, so that no transcript is kept.
    static func holdingResponse() -> ResponderFixture {
        var profile = ResponderProfile.test
        profile.capabilities.flags.remove(.challenge)
        var fixture = connected(profile, transfer: 64)
        _ = fixture.send(.getDigests(GetDigests()))
        return fixture
    }
}

extension SPDMRequest {
    /// What NEGOTIATE_ALGORITHMS asks for; nil when it is another request.
    var algorithms: NegotiateAlgorithms? { if case .negotiateAlgorithms(let request) = self { request } else { nil } }

    /// What KEY_EXCHANGE asks for; nil when it is another request.
    var keyExchange: KeyExchange? { if case .keyExchange(let request) = self { request } else { nil } }
}
