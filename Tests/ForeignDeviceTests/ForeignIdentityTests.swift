import OpenSSLCrypto
import SPDM
import SPDMEndpoints
import TDISP
import Testing

@testable import ForeignDevice

/// Who device and client show themselves to be, beside the certificates of the device.
@Suite struct `Identities in a conversation` {
    private static let hint: [UInt8] = [1, 2]

    private static func preSharedKey(_ byte: UInt8 = 7) -> PreSharedKey {
        PreSharedKey(hint: hint, secret: SecretBytes(copying: [UInt8](repeating: byte, count: 32).span))
    }

    private static func provisionedKey() throws -> ProvisionedKey {
        try ProvisionedKey(try PrivateKey(generating: .p384))
    }

    private static func profile(
        adding flags: CapabilityFlags, without missing: CapabilityFlags = [], asking mode: Mode = .none,
        slot: UInt8 = 0
    ) -> ResponderProfile {
        var capabilities = EndpointCapabilities.device
        capabilities.flags.formUnion(flags)
        capabilities.flags.subtract(missing)
        return ResponderProfile(capabilities: capabilities, mutualAuthentication: .init(mode, slot: slot))
    }

    private typealias Mode = KeyExchangeResponse.MutualAuthentication

    // MARK: The client

    @Test(arguments: [KeyExchangeResponse.MutualAuthentication.encapsulated, .encapsulatedDigests, .provisioned])
    func `a client shows its certificates when the device asks, in each of the ways`(
        mode: KeyExchangeResponse.MutualAuthentication
    ) async throws {
        let client = try Sample.identity.get()
        let trust = DeviceTrust(.roots([try Sample.root.get()]), deviations: Set(CertificateDeviation.allCases))
        let chain = mode == .provisioned ? try client.chain(rootHash: .sha384) : nil
        let device = SampleDevice(
            ResponderSettings(
                profile: Self.profile(adding: .mutualAuthentication, asking: mode), slots: [ResponderSlot(0, client)],
                measurements: Sample.measurements, requesterTrust: RequesterTrust(trust, provisionedChain: chain)))
        var settings = try Sample.settings()
        settings.identity = client
        let report = try await ForeignDevice.run(over: device, settings)
        #expect(report.session?.isMutual == true)
        #expect(report.lines.contains { $0.hasSuffix(": encrypted, both ends authenticated") })

        settings.identity = nil
        let failure = await #expect(throws: ForeignDeviceFailure.self) {
            try await ForeignDevice.run(over: device, settings)
        }
        #expect(failure?.step == .openSession)
        #expect(await device.sessionCount == 0)
    }

    @Test func `a client whose key the device has signs with it, and shows no certificate`() async throws {
        let (known, other) = (try Self.provisionedKey(), try Self.provisionedKey())
        let trust = RequesterTrust(DeviceTrust(.roots([]), provisionedKey: known.subjectPublicKeyInfo))
        let device = SampleDevice(
            ResponderSettings(
                profile: Self.profile(
                    adding: .mutualAuthentication, asking: .provisioned, slot: KeyExchangeResponse.provisionedKeySlot),
                slots: [ResponderSlot(0, try Sample.identity.get())], measurements: Sample.measurements,
                requesterTrust: trust))
        var settings = try Sample.settings()
        settings.identity = known
        #expect(try await ForeignDevice.run(over: device, settings).session?.isMutual == true)
        settings.identity = other
        let failure = await #expect(throws: ForeignDeviceFailure.self) {
            try await ForeignDevice.run(over: device, settings)
        }
        #expect(failure?.step == .openSession)
    }

    // MARK: The device

    @Test func `a device without certificates is believed by the key that was provisioned, and by no other`()
        async throws
    {
        let key = try Self.provisionedKey()
        let responder = ResponderSettings(
            profile: Self.profile(adding: .publicKeyID, without: .certificate), slots: [], provisionedKey: key,
            measurements: Sample.measurements)
        var settings = try Sample.settings()
        settings.anchor = nil
        settings.deviceKey = key.subjectPublicKeyInfo
        let report = try await ForeignDevice.run(over: SampleDevice(responder), settings)
        #expect(report.states.contains(.run))
        #expect(report.areMeasurementsSigned)
        #expect(report.admissions.isEmpty)
        #expect(report.session?.key == .slot(0xFF))
        #expect(report.lines.contains("identity: the key that was provisioned"))

        settings.deviceKey = try Self.provisionedKey().subjectPublicKeyInfo
        let other = await #expect(throws: ForeignDeviceFailure.self) {
            try await ForeignDevice.run(over: SampleDevice(responder), settings)
        }
        #expect(other?.step == .openSession)
        settings.deviceKey = nil
        let none = await #expect(throws: ForeignDeviceFailure.self) {
            try await ForeignDevice.run(over: SampleDevice(responder), settings)
        }
        #expect(none?.step == .authenticate)
    }

    @Test func `a chain about the key that was provisioned needs no pinned root, one about another is refused`()
        async throws
    {
        var settings = try Sample.settings(.attest)
        settings.anchor = nil
        settings.deviceKey = try Sample.identity.get().key.publicKey().subjectPublicKeyInfo
        let report = try await ForeignDevice.run(over: SampleDevice(try Sample.responder()), settings)
        #expect(report.admissions.isEmpty)
        settings.deviceKey = try Self.provisionedKey().subjectPublicKeyInfo
        let failure = await #expect(throws: ForeignDeviceFailure.self) {
            try await ForeignDevice.run(over: SampleDevice(try Sample.responder()), settings)
        }
        #expect(failure?.step == .authenticate && failure?.deviations == [])
    }

    @Test(arguments: [(false, false), (false, true), (true, false), (true, true)])
    func `who names a key and a root wants both`(isRootRight: Bool, isKeyRight: Bool) async throws {
        var settings = try Sample.settings(.attest)
        settings.anchor = .roots([try (isRootRight ? Sample.root : Sample.otherRoot).get()])
        settings.deviceKey =
            try isKeyRight
            ? Sample.identity.get().key.publicKey().subjectPublicKeyInfo : Self.provisionedKey().subjectPublicKeyInfo
        let device = SampleDevice(try Sample.responder())
        guard isRootRight, isKeyRight else {
            let failure = await #expect(throws: ForeignDeviceFailure.self) {
                try await ForeignDevice.run(over: device, settings)
            }
            #expect(failure?.step == .authenticate)
            // No waiver makes up for another key.
            #expect(failure?.deviations == (isKeyRight ? [.unknownRoot] : []))
            return
        }
        #expect(try await ForeignDevice.run(over: device, settings).admissions.isEmpty)
    }

    @Test func `a device without certificates is not one under a root that was named`() async throws {
        let key = try Self.provisionedKey()
        let responder = ResponderSettings(
            profile: Self.profile(adding: .publicKeyID, without: .certificate), slots: [], provisionedKey: key,
            measurements: Sample.measurements)
        var settings = try Sample.settings(.attest)
        settings.deviceKey = key.subjectPublicKeyInfo
        let failure = await #expect(throws: ForeignDeviceFailure.self) {
            try await ForeignDevice.run(over: SampleDevice(responder), settings)
        }
        #expect(failure?.deviations == [.unknownRoot])
        #expect(failure?.description.contains("no certificates, only the key that was provisioned") == true)
    }

    // MARK: Shared keys

    @Test(arguments: [CapabilityFlags.psk, .pskWithContext], [true, false])
    func `a shared key opens the session; certificates are judged only where somebody is named`(
        flag: CapabilityFlags, isNamed: Bool
    ) async throws {
        var responder = try Sample.responder()
        responder.profile.capabilities.flags.insert(flag)
        responder.preSharedKeys = [Self.preSharedKey()]
        var settings = try Sample.settings()
        if !isNamed { settings.anchor = nil }
        settings.preSharedKey = Self.preSharedKey()
        let report = try await ForeignDevice.run(over: SampleDevice(responder), settings)
        #expect(report.session?.key == .psk(hint: Self.hint))
        #expect(report.states.contains(.run))
        #expect(report.measurements.map(\.index) == [1, 2])
        #expect(report.areMeasurementsSigned == isNamed)
        #expect((report.identity != nil) == isNamed)
        #expect(report.notChecked.contains(.identity) == !isNamed)
        #expect(report.notes.contains("identity claimed, not proven") == !isNamed)
        #expect(report.lines.contains { $0.hasSuffix(": encrypted, by a pre-shared key") })
    }

    @Test func `another key of the same name opens no session`() async throws {
        var responder = try Sample.responder()
        responder.profile.capabilities.flags.insert(.psk)
        responder.preSharedKeys = [Self.preSharedKey(8)]
        var settings = try Sample.settings()
        settings.preSharedKey = Self.preSharedKey()
        let failure = await #expect(throws: ForeignDeviceFailure.self) {
            try await ForeignDevice.run(over: SampleDevice(responder), settings)
        }
        #expect(failure?.step == .openSession)
    }

    @Test func `a handshake in the clear is taken only from a device below the strict policy`() async throws {
        for (policy, isTaken) in [(AlgorithmPolicy.strict, false), (weak, true)] {
            var responder = try Sample.responder(policy)
            responder.profile.capabilities.flags.insert(.handshakeInTheClear)
            let report = try await ForeignDevice.run(
                over: SampleDevice(responder), try Sample.settings(allowing: [.weakAlgorithms]))
            #expect(report.lines.contains { $0.hasSuffix(", handshake in the clear") } == isTaken)
        }
    }

    private var weak: AlgorithmPolicy {
        var policy = AlgorithmPolicy.tolerant
        policy.suites = [.chaCha20Poly1305]
        return policy
    }
}
