import OpenSSLCrypto
import SPDM
import SPDMEndpoints
import Testing

/// Our requester and our responder, with a wire between them.
struct BothEnds: ~Copyable {
    var requester: SPDMRequester
    var responder: SPDMResponder
    /// How many messages passed.
    private(set) var count = 0

    struct Failed: Error {
        let step: SPDMRequester.Step
    }

    init(_ requester: RequesterSettings, _ responder: ResponderSettings) {
        self.requester = SPDMRequester(requester)
        self.responder = SPDMResponder(responder)
    }

    mutating func run(_ operation: RequesterOperation) throws -> RequesterOutcome {
        var step = requester.begin(operation, at: TestDevice.time)
        while true {
            switch step {
            case .done(let outcome): return outcome
            case .failed: throw Failed(step: step)
            case .wait: step = requester.waited()
            case .send(let message):
                count += 1
                step = carry(message)
            }
        }
    }

    private mutating func carry(_ message: TransportMessage) -> SPDMRequester.Step {
        var padded = message
        padded.bytes += [UInt8](repeating: 0, count: -message.bytes.count & 3)
        switch responder.receive(padded, at: TestDevice.time) {
        case .answer(let answer): return requester.receive(answer)
        case .nothing: return requester.noAnswer()
        case .vendorRequest(let request, _):
            // The device answers with what it was asked.
            var response = request
            response[1] = 0x7E
            guard case .answer(let answer) = responder.answer(vendorResponse: response) else {
                return requester.noAnswer()
            }
            return requester.receive(answer)
        }
    }
}

@Suite struct `Requester and responder` {
    /// What a pair has that others have not.
    struct Pair: CustomTestStringConvertible, Sendable {
        var version = SPDMVersion.v1_2
        var added: CapabilityFlags = []
        var missing: CapabilityFlags = []
        var mutual = KeyExchangeResponse.MutualAuthentication.none
        var key = SessionWish.Key.slot(0)
        var transferSize: UInt32 = 4096
        var deferred: Set<MessageCode> = []

        var testDescription: String {
            "\(version) +\(added.rawValue) -\(missing.rawValue) mutual \(mutual.rawValue) \(key) \(transferSize)"
        }

        func ends() throws -> BothEnds {
            var policy = AlgorithmPolicy.tolerant
            policy.versions = [version]
            let responder = try TestDevice.settings {
                $0.policy = policy
                $0.capabilities.flags.formUnion(added)
                $0.capabilities.flags.subtract(missing)
                if missing.contains(.pskWithContext) { $0.capabilities.flags.insert(.psk) }
                $0.capabilities.dataTransferSize = transferSize
                $0.mutualAuthentication = .init(mutual)
                $0.deferred = deferred
            }
            let psk = TestDevice.psk
            let keys = [PreSharedKey(hint: TestDevice.hint, secret: SecretBytes(copying: psk.span))]
            var capabilities = RequesterSettings.capabilities(hasIdentity: true, hasKeys: true)
            capabilities.flags.formUnion(added)
            capabilities.flags.subtract(missing)
            capabilities.dataTransferSize = transferSize
            let trust = DeviceTrust(.roots([try TestDevice.authority.root("Test Root")]))
            return BothEnds(
                RequesterSettings(
                    offer: RequesterOffer(policy: policy, capabilities: capabilities), trust: ResponderTrust(trust),
                    identity: try TestDevice.requester.get(), preSharedKeys: keys),
                responder)
        }
    }

    static let pairs: [Pair] =
        [SPDMVersion.v1_1, .v1_2, .v1_3].flatMap { version in
            [
                Pair(version: version), Pair(version: version, added: .handshakeInTheClear),
                Pair(version: version, missing: .encrypt),
                Pair(version: version, mutual: .provisioned), Pair(version: version, mutual: .encapsulated),
                Pair(version: version, mutual: .encapsulatedDigests),
                Pair(version: version, added: .handshakeInTheClear, mutual: .encapsulated),
                Pair(version: version, missing: .encrypt, mutual: .encapsulatedDigests),
                Pair(version: version, key: .psk(hint: TestDevice.hint)),
                Pair(version: version, missing: .pskWithContext, key: .psk(hint: TestDevice.hint)),
                Pair(
                    version: version,
                    deferred: [
                        .getDigests, .challenge, .getMeasurements, .keyExchange, .finish, .heartbeat, .endSession,
                    ]),
            ]
        } + [
            Pair(transferSize: 64), Pair(version: .v1_3, transferSize: 42),
            Pair(added: .handshakeInTheClear, mutual: .encapsulated, transferSize: 100),
            Pair(version: .v1_3, mutual: .encapsulatedDigests, transferSize: 77),
            Pair(missing: .encrypt, key: .psk(hint: TestDevice.hint), transferSize: 60),
        ]

    @Test(arguments: pairs) func `understand each other from VERSION to END_SESSION`(pair: Pair) throws {
        var ends = try pair.ends()
        _ = try ends.run(.connect)
        _ = try ends.run(.authenticate(slot: 0, challenge: .all))
        _ = try ends.run(.measure(MeasurementQuery(.each, signedBy: 0), in: nil))
        guard case .sessionOpened(let session) = try ends.run(.openSession(SessionWish(pair.key, summary: .tcb))) else {
            Issue.record("no session")
            return
        }
        #expect(ends.responder.takeEstablishedSessions() == [session.id])
        let shown = ends.responder.requester(of: session.id)
        #expect((shown == nil) == (pair.mutual == .none))
        guard
            case .measured(let report) = try ends.run(
                .measure(
                    MeasurementQuery(.all, attributes: pair.version >= .v1_2 ? .raw : [], signedBy: 0), in: session.id))
        else { return }
        #expect(report.blocks.count == 2)
        let request: [UInt8] =
            [pair.version.rawValue, 0xFE, 0, 0, 3, 0, 2, 1, 0, 100, 0, 1]
            + [UInt8](repeating: 0x42, count: 99)
        var response = request
        response[1] = 0x7E
        for round in 0..<3 {
            #expect(try ends.run(.exchange(vendorDefined: request, in: session.id)) == .exchanged(response))
            _ = try ends.run(.heartbeat(session.id))
            _ = try ends.run(.updateKeys(session.id, round == 1 ? .updateAllKeys : .updateKey))
        }
        ends.responder.updateKey(of: session.id)
        #expect(try ends.run(.answerEncapsulated(session.id)) == .encapsulatedRequestsAnswered(session.id, 2))
        #expect(try ends.run(.exchange(vendorDefined: request, in: session.id)) == .exchanged(response))
        _ = try ends.run(.endSession(session.id, clearsNegotiatedState: true))
        #expect(ends.responder.takeEndedSessions() == [session.id])
        #expect(ends.requester.sessions.isEmpty)
        // The connection goes on.
        _ = try ends.run(.openSession(SessionWish(pair.key)))
    }

    /// What is chosen beside a signature.
    struct Choice: Hashable, Sendable {
        var hash: BaseHashAlgorithms
        var group: ExchangeGroups
        var suite: AEADSuites
        var version: SPDMVersion
    }

    /// Every combination, in one version or another.
    private static let choices: [Choice] = {
        let groups: [ExchangeGroups] = [.secp256r1, .secp384r1, .secp521r1, .ffdhe2048, .ffdhe3072]
        let suites: [AEADSuites] = [.aes128GCM, .aes256GCM, .chaCha20Poly1305]
        let versions: [SPDMVersion] = [.v1_1, .v1_2, .v1_3]
        return [BaseHashAlgorithms.sha256, .sha384, .sha512].flatMap { hash in
            groups.flatMap { group in
                suites.map { Choice(hash: hash, group: group, suite: $0, version: .v1_2) }
            }
        }.enumerated().map { place, choice in
            var choice = choice
            choice.version = versions[(place / 2) % 3]
            return choice
        }
    }()

    /// A key that signs with an algorithm, made once for each kind.
    private static let identities = [KeyType.p256, .p384, .p521, .rsa2048, .rsa3072, .rsa4096].map { type in
        Result {
            try TestDevice.authority.issue(
                DeviceDescription(
                    DeviceInfo(manufacturer: "ACME", product: "Test", serialNumber: type.rawValue),
                    pciName: PCIDeviceName(vendor: 1, device: 1, classCode: 1, revision: 1), keyType: type),
                under: "Test Root")
        }
    }

    private static func identity(_ signature: BaseAsymmetricAlgorithms) throws -> DeviceIdentity {
        let identities = try identities.map { try $0.get() }
        return try #require(identities.first { $0.signatures.contains(signature) })
    }

    private static func ends(_ policy: AlgorithmPolicy, _ identity: DeviceIdentity) throws -> BothEnds {
        let trust = DeviceTrust(
            .roots([try TestDevice.authority.root("Test Root")]), deviations: Set(CertificateDeviation.allCases))
        var profile = ResponderProfile(policy: policy)
        profile.capabilities.flags.insert(.mutualAuthentication)
        profile.mutualAuthentication = .init(.encapsulated)
        profile.heartbeatPeriod = 1
        return BothEnds(
            RequesterSettings(
                offer: RequesterOffer(
                    policy: policy, capabilities: RequesterSettings.capabilities(hasIdentity: true)),
                trust: ResponderTrust(trust), identity: identity),
            ResponderSettings(
                profile: profile, slots: [ResponderSlot(0, identity)], measurements: TestDevice.measurements,
                requesterTrust: RequesterTrust(trust)))
    }

    /// Signatures are independent of the rest, so the slow ones meet a few combinations only: each hash, group, cipher
    /// and version.
    @Test(arguments: [
        (BaseAsymmetricAlgorithms.ecdsaP256, 1), (.ecdsaP384, 1), (.ecdsaP521, 7), (.rsassa2048, 7), (.rsapss2048, 7),
        (.rsassa3072, 7), (.rsapss3072, 7), (.rsassa4096, 11), (.rsapss4096, 11),
    ]) func `agree in every combination of hash, exchange and cipher, for each signature`(
        signature: BaseAsymmetricAlgorithms, stride step: Int
    ) throws {
        let identity = try Self.identity(signature)
        for choice in stride(from: 0, to: Self.choices.count, by: step).map({ Self.choices[$0] }) {
            let policy = AlgorithmPolicy(
                name: "one", versions: [choice.version], hashes: [choice.hash], signatures: [signature],
                requesterSignatures: [signature], groups: [choice.group], suites: [choice.suite],
                requiresEncryption: true)
            var ends = try Self.ends(policy, identity)
            _ = try ends.run(.connect)
            _ = try ends.run(.authenticate(slot: 0, challenge: nil))
            guard case .sessionOpened(let session) = try ends.run(.openSession(SessionWish(.slot(0)))) else {
                Issue.record("no session: \(choice)")
                continue
            }
            _ = try ends.run(.heartbeat(session.id))
            _ = try ends.run(.updateKeys(session.id, .updateAllKeys))
            _ = try ends.run(.measure(MeasurementQuery(signedBy: 0), in: session.id))
            #expect(ends.responder.sessions == [session.id])
        }
    }
}
