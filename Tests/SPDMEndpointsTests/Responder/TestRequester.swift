import OpenSSLCrypto
import SPDM
import SPDMEndpoints
import Testing

/// One end of a session, at a place that can be shared.
final class TestSession {
    var keys: SessionKeys
    let id: SessionID
    var transcript: SessionTranscript

    init(_ keys: consuming SessionKeys, _ transcript: SessionTranscript) {
        id = keys.session
        self.keys = keys
        self.transcript = transcript
    }
}

struct UnexpectedAnswer: Error {
    let output: SPDMResponder.Output
}

/// A requester that does as it is told, right or wrong, against a real responder.
struct TestRequester: ~Copyable {
    var responder: SPDMResponder
    let version: SPDMVersion
    let flags: CapabilityFlags
    var time: Int64 = 1_800_000_000
    private(set) var vca: [UInt8] = []
    private(set) var sizes = NegotiatedSizes()
    /// What the device answers vendor-defined requests with.
    static let vendorResponse: [UInt8] = [0x12, 0x7E, 0, 0, 3, 0, 2, 1, 0, 1, 0, 1]

    static let flags: CapabilityFlags = [
        .certificate, .challenge, .encrypt, .mac, .keyExchange, .psk, .encapsulated, .heartbeat, .keyUpdate, .chunk,
        .mutualAuthentication,
    ]

    init(_ responder: consuming SPDMResponder, version: SPDMVersion = .v1_2, flags: CapabilityFlags = Self.flags) {
        self.responder = responder
        self.version = version
        self.flags = flags
    }

    // MARK: Messages

    /// Sends bytes and takes what comes, with the device answering vendors' messages.
    mutating func carry(_ message: TransportMessage) -> SPDMResponder.Output {
        let output = responder.receive(message, at: time)
        guard case .vendorRequest = output else { return output }
        return responder.answer(vendorResponse: Self.vendorResponse)
    }

    /// Sends a message, in a session's record or in the clear; the message that comes back the same way.
    mutating func exchange(_ message: [UInt8], in session: TestSession? = nil) throws -> [UInt8] {
        guard let session else { return try answerInTheClear(message) }
        let record = try session.keys.seal(message.span)
        let output = carry(TransportMessage(isSecured: true, bytes: record))
        guard case .answer(let answer) = output, answer.isSecured else { throw UnexpectedAnswer(output: output) }
        return try session.keys.open(answer.bytes.span)
    }

    mutating func exchange(_ request: SPDMRequest, in session: TestSession? = nil) throws -> [UInt8] {
        try exchange(request.encoded(version: version), in: session)
    }

    private mutating func answerInTheClear(_ message: [UInt8]) throws -> [UInt8] {
        let output = carry(TransportMessage(isSecured: false, bytes: message))
        guard case .answer(let answer) = output, !answer.isSecured else { throw UnexpectedAnswer(output: output) }
        return answer.bytes
    }

    // MARK: Connection

    mutating func connect() throws {
        vca = []
        let requests: [SPDMRequest] = [
            .getVersion(GetVersion()),
            .getCapabilities(
                GetCapabilities(
                    EndpointCapabilities(
                        ctExponent: 20, flags: flags, dataTransferSize: 4096, maximumMessageSize: 65536))),
            .negotiateAlgorithms(
                NegotiateAlgorithms(
                    asymmetric: .ecdsaP384, hash: .sha384,
                    tables: AlgorithmTables(
                        exchange: .secp384r1, aead: .aes256GCM, requesterAsymmetric: .ecdsaP384, keySchedule: .spdm))),
        ]
        for request in requests {
            vca += request.encoded(version: version)
            vca += try exchange(request)
        }
        let negotiated = responder.negotiated
        sizes = try #require(negotiated).sizes
    }

    // MARK: Sessions

    private func keys(_ id: SessionID) throws -> SessionKeys {
        let negotiated = responder.negotiated
        let isEncrypted = try #require(negotiated).common.contains(.encrypt)
        return SessionKeys(
            .requester, session: id, version: version, hash: .sha384, suite: .aes256GCM, isEncrypted: isEncrypted)
    }

    private var opaque: ArraySlice<UInt8> {
        OpaqueData([SecuredMessageVersions.supported(ResponderProfile.knownSecuredVersions).element])
            .encoded(version: version)[...]
    }

    /// KEY_EXCHANGE, with the response verified. `chain` is the responder's in the slot.
    mutating func beginSession(
        chain: [UInt8], id: UInt16 = 1, policy: SessionPolicy = []
    ) throws -> (session: TestSession, response: KeyExchangeResponse) {
        let pair = try EphemeralKeyPair(.secp384r1)
        let request = KeyExchange(
            summary: .all, slot: 0, requesterSessionID: id, policy: policy,
            random: Nonce(InlineArray(repeating: 7)), exchange: pair.exchangeData[...], opaque: opaque)
        let bytes = try exchange(.keyExchange(request))
        let decoded = try SPDMResponse.decode(bytes.span, answering: .keyExchange(request), sizes: sizes)
        guard case .keyExchange(let response) = decoded.response else {
            throw UnexpectedAnswer(output: .answer(TransportMessage(isSecured: false, bytes: bytes)))
        }
        var transcript = SessionTranscript(connection: vca)
        let digest = try HashAlgorithm.sha384.digest(of: chain.span)
        transcript.append(.responderChainHash, digest.span)
        let requestBytes = request.encoded(version: version)
        transcript.append(.exchangeRequest, requestBytes.span)
        transcript.appendExchangeResponse(
            bytes.span, signatureSize: response.signature.count, verifyDataSize: response.verifyData.count)
        try Self.verify(response.signature, .keyExchange, transcript.input(.exchangeSignature), chain, version)
        let secret = try pair.sharedSecret(with: response.exchange.span)
        var keys = try keys(SessionID(requester: id, responder: response.responderSessionID))
        let th1 = try Self.digest(transcript.input(.th1))
        try keys.beginHandshake(sharedSecret: secret, th1: th1)
        if !response.verifyData.isEmpty {
            #expect(try keys.isValid(response.verifyData.span, .response, transcriptHash: th1) == true)
        }
        return (TestSession(keys, transcript), response)
    }

    /// FINISH, as the responder wants it; `signer` signs. Whether the session is established.
    mutating func finish(
        _ session: TestSession, signer: DeviceIdentity? = nil, slot: UInt8 = 0,
        change: (inout Finish) -> Void = { _ in }
    ) throws -> Bool {
        var transcript = session.transcript
        var finish = Finish(slot: slot, verifyData: [UInt8](repeating: 0, count: 48)[...])
        if let signer {
            let chain = try signer.chain(rootHash: .sha384)
            let digest = try HashAlgorithm.sha384.digest(of: chain.span)
            transcript.append(.requesterChainHash, digest.span)
            finish.signature = [UInt8](repeating: 0, count: 96)[...]
        }
        let header = Array(finish.encoded(version: version).prefix(4))
        transcript.append(.finishRequest, header.span)
        if let signer {
            let hash = try Self.digest(transcript.input(.finishSignature))
            var chance = OpenSSLChance()
            finish.signature = try chance.sign(
                SigningContext.finish.input(hash: hash, version: version), with: signer.key, hash: .sha384,
                using: .ecdsaP384)[...]
            transcript.append(.finishSignature, finish.signature.span)
        }
        let hash = try Self.digest(transcript.input(.requesterVerifyData))
        finish.verifyData = try session.keys.verifyData(.request, transcriptHash: hash)[...]
        change(&finish)
        transcript.append(.finishVerifyData, finish.verifyData.span)
        let inTheClear = sizes.handshakeInTheClear
        let bytes = try exchange(.finish(finish), in: inTheClear ? nil : session)
        guard bytes[1] == 0x65 else { return false }
        transcript.appendFinishResponse(bytes.span, verifyDataSize: inTheClear ? 48 : 0)
        if inTheClear {
            let hash = try Self.digest(transcript.input(.responderVerifyData))
            let verifyData = bytes.suffix(48)
            #expect(try session.keys.isValid(verifyData.span, .response, transcriptHash: hash) == true)
        }
        try session.keys.beginApplication(th2: try Self.digest(transcript.input(.th2)))
        return true
    }

    /// A session, established.
    mutating func openSession(chain: [UInt8], id: UInt16 = 1, policy: SessionPolicy = []) throws -> TestSession {
        let session = try beginSession(chain: chain, id: id, policy: policy).session
        #expect(try finish(session))
        return session
    }

    /// A session from a pre-shared key, established; nil when the responder does not believe it.
    mutating func openPSKSession(hint: [UInt8], psk: [UInt8]) throws -> TestSession? {
        let request = PSKExchange(
            summary: .tcb, requesterSessionID: 9, hint: hint[...], context: [UInt8](repeating: 3, count: 48)[...],
            opaque: opaque)
        let bytes = try exchange(.pskExchange(request))
        let decoded = try SPDMResponse.decode(bytes.span, answering: .pskExchange(request), sizes: sizes)
        guard case .pskExchange(let response) = decoded.response else { return nil }
        var transcript = SessionTranscript(connection: vca)
        let requestBytes = request.encoded(version: version)
        transcript.append(.exchangeRequest, requestBytes.span)
        transcript.appendExchangeResponse(bytes.span, signatureSize: 0, verifyDataSize: 48)
        var keys = try keys(SessionID(requester: 9, responder: response.responderSessionID))
        let th1 = try Self.digest(transcript.input(.th1))
        try keys.beginHandshake(psk: SecretBytes(copying: psk.span), th1: th1)
        guard try keys.isValid(response.verifyData.span, .response, transcriptHash: th1) else { return nil }
        let session = TestSession(keys, transcript)
        if !response.context.isEmpty {
            transcript.append(.finishRequest, [version.rawValue, 0xE7, 0, 0].span)
            let hash = try Self.digest(transcript.input(.requesterVerifyData))
            let verifyData = try session.keys.verifyData(.request, transcriptHash: hash)
            transcript.append(.finishVerifyData, verifyData.span)
            let answer = try exchange(.pskFinish(PSKFinish(verifyData: verifyData)), in: session)
            transcript.appendFinishResponse(answer.span, verifyDataSize: 0)
        }
        try session.keys.beginApplication(th2: try Self.digest(transcript.input(.th2)))
        return session
    }

    static func digest(_ bytes: some Collection<UInt8>) throws -> [UInt8] {
        let bytes = Array(bytes)
        return try HashAlgorithm.sha384.digest(of: bytes.span)
    }

    /// Expects a signature by the leaf of a chain.
    static func verify(
        _ signature: ArraySlice<UInt8>, _ context: SigningContext, _ transcript: some Collection<UInt8>,
        _ chain: [UInt8], _ version: SPDMVersion
    ) throws {
        let leaf = try RecordedChance.leafKey(of: chain, .sha384)
        let key = try PublicKey(subjectPublicKeyInfo: leaf.span)
        let input = context.input(hash: try digest(transcript), version: version)
        #expect(try key.isValid(signature.span, for: input, hash: .sha384, using: .ecdsaP384) == true)
    }
}

/// A device for tests, made once.
enum TestDevice {
    static let time: Int64 = 1_800_000_000
    static let authority = IdentityAuthority()
    static let identity = Result { try issue("device") }
    static let requester = Result { try issue("requester") }

    static func issue(_ serial: String) throws -> DeviceIdentity {
        try authority.issue(
            DeviceDescription(
                DeviceInfo(manufacturer: "ACME", product: "Test", serialNumber: serial),
                pciName: PCIDeviceName(vendor: 0x1234, device: 1, classCode: 0x020000, revision: 1)),
            under: "Test Root")
    }

    static var chain: [UInt8] { get throws { try identity.get().chain(rootHash: .sha384) } }

    static let hint: [UInt8] = [1, 2, 3]
    static let psk = [UInt8](repeating: 0x5A, count: 32)
    static let measurements = [
        DeviceMeasurement(index: 1, kind: .firmware, value: .bitStream([1, 2, 3])),
        DeviceMeasurement(index: 2, kind: .firmwareVersion, value: .raw([4, 5]), isTrustedComputingBase: false),
    ]

    static func settings(_ change: (inout ResponderProfile) -> Void = { _ in }) throws -> ResponderSettings {
        var profile = ResponderProfile(policy: .tolerant)
        profile.capabilities.flags.formUnion([.mutualAuthentication, .pskWithContext])
        profile.heartbeatPeriod = 30
        change(&profile)
        return ResponderSettings(
            profile: profile, slots: [ResponderSlot(0, try identity.get())], measurements: measurements,
            preSharedKeys: [PreSharedKey(hint: hint, secret: SecretBytes(copying: psk.span))],
            requesterTrust: RequesterTrust(
                DeviceTrust(
                    .roots([try authority.root("Test Root")]), deviations: Set(CertificateDeviation.allCases)),
                provisionedChain: try requester.get().chain(rootHash: .sha384)))
    }

    /// A requester that has connected.
    static func connected(
        version: SPDMVersion = .v1_2, flags: CapabilityFlags = TestRequester.flags,
        _ change: (inout ResponderProfile) -> Void = { _ in }
    ) throws -> TestRequester {
        var requester = TestRequester(
            SPDMResponder(try settings(change)), version: version, flags: flags)
        try requester.connect()
        return requester
    }
}
