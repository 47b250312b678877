internal import OpenSSLCrypto
internal import SPDM
internal import SPDMEndpoints

/// The two ends of a connection, as one byte describes them: 1:0 version (1.1, 1.2, 1.3, 1.2), 2 handshake in the clear,
/// 3 mutual authentication, 4 sessions from a pre-shared key, 5 no encryption, 6 small pieces, 7 answers that are not
/// ready at once.
struct SessionSetting {
    /// A time at which the certificates are valid: 2026-01-01 00:00 UTC.
    static let time: Int64 = 1_767_225_600
    private static let hint: [UInt8] = [1, 2, 3]

    let bits: UInt8

    /// Whether sessions come from a pre-shared key.
    var isPSK: Bool { bits & 0x10 != 0 }

    /// Whether messages pass in chunks.
    var hasSmallPieces: Bool { bits & 0x40 != 0 }

    /// How many sessions the device takes.
    static let sessionLimit = 2

    /// What the device measures.
    static let measurements = [
        DeviceMeasurement(index: 1, kind: .firmware, value: .bitStream([UInt8](repeating: 1, count: 40))),
        DeviceMeasurement(index: 2, kind: .hardwareConfiguration, value: .raw([9, 9])),
    ]

    /// The identity of the device and of its requester, which are made once.
    private static let identities = Result { () throws in
        let authority = IdentityAuthority()
        let name = PCIDeviceName(vendor: 0x1AF4, device: 0x1041, classCode: 0x02_0000, revision: 1)
        let info = DeviceInfo(manufacturer: "ACME", product: "NIC", serialNumber: "1")
        let description = DeviceDescription(info, pciName: name, keyType: .p256)
        let trust = DeviceTrust(.roots([try authority.root("fuzz")]))
        let device = try authority.issue(description, under: "fuzz")
        let chain = try device.chain(rootHash: .sha256)
        let context = ChainContext(version: .v1_2, hash: .sha256, signature: .ecdsaP256)
        return Identities(
            device: device, requester: try authority.issue(description, under: "fuzz"), trust: trust, chain: chain,
            verified: try trust.verify(chain, as: context, at: time))
    }.mapError { BrokenInvariant("no identity can be made: \($0)") }

    private struct Identities {
        var device: DeviceIdentity
        var requester: DeviceIdentity
        var trust: DeviceTrust
        /// The device's chain, which is verified once, as that takes its time.
        var chain: [UInt8]
        var verified: VerifiedIdentity

        var responderTrust: ResponderTrust {
            let responderTrust = ResponderTrust(trust)
            let (known, identity) = (chain, verified)
            return ResponderTrust(
                verify: { (chain, context, time) throws(ChainRefusal) in
                    chain == known ? identity : try responderTrust.verify(chain, context, time)
                },
                provisioned: responderTrust.provisioned)
        }
    }

    private var policy: AlgorithmPolicy {
        var policy = AlgorithmPolicy.tolerant
        policy.versions = [[.v1_1, .v1_2, .v1_3, .v1_2][Int(bits & 3)]]
        policy.hashes = [.sha256]
        policy.requesterSignatures = [.ecdsaP256]
        policy.groups = [.secp256r1]
        return policy
    }

    private func capabilities(_ own: CapabilityFlags) -> EndpointCapabilities {
        var flags = own.union([.certificate, .mac, .keyExchange, .encapsulated, .heartbeat, .keyUpdate, .chunk])
        if bits & 0x04 != 0 { flags.insert(.handshakeInTheClear) }
        if bits & 0x08 != 0 { flags.insert(.mutualAuthentication) }
        if bits & 0x20 == 0 { flags.insert(.encrypt) }
        return EndpointCapabilities(
            ctExponent: 20, flags: flags, dataTransferSize: hasSmallPieces ? 64 : 4608,
            maximumMessageSize: 0x1_0000)
    }

    /// The requester.
    func requester() throws(BrokenInvariant) -> SPDMRequester {
        let identities = try Self.identities.get()
        let settings = RequesterSettings(
            offer: RequesterOffer(policy: policy, capabilities: capabilities(isPSK ? .psk : [])),
            trust: identities.responderTrust, identity: identities.requester, preSharedKeys: [Self.key])
        return SPDMRequester(settings)
    }

    /// The device.
    func responder() throws(BrokenInvariant) -> SPDMResponder {
        let identities = try Self.identities.get()
        // The requester's certificate is a device's, whose purpose is to respond.
        var requesterTrust = RequesterTrust(identities.trust)
        requesterTrust.trust.deviations = [.noSPDMPurpose]
        var flags: CapabilityFlags = [.challenge, .measurements, .measurementsFresh]
        if isPSK { flags.insert(.pskWithContext) }
        var profile = ResponderProfile(
            policy: policy, capabilities: capabilities(flags), heartbeatPeriod: 20, sessionLimit: Self.sessionLimit,
            deferred: bits & 0x80 != 0 ? [.getDigests, .keyExchange] : [])
        if bits & 0x08 != 0 { profile.mutualAuthentication = .init(.encapsulated, isRequired: true) }
        return SPDMResponder(
            ResponderSettings(
                profile: profile, slots: [ResponderSlot(0, identities.device)], measurements: Self.measurements,
                preSharedKeys: [Self.key], requesterTrust: requesterTrust))
    }

    /// The leaf certificate that the device has.
    func deviceLeaf() throws(BrokenInvariant) -> [UInt8]? { try Self.identities.get().device.certificates.last }

    /// The session that is wanted.
    var wish: SessionWish { SessionWish(isPSK ? .psk(hint: Self.hint) : .slot(0), summary: .all) }

    /// What can be asked in the clear, in an order in which all of it succeeds; and in a session.
    func operations(in session: SessionID?) -> [RequesterOperation] {
        let query = MeasurementQuery(.all, attributes: policy.versions[0] >= .v1_2 ? .raw : [], signedBy: 0)
        guard let session else {
            return [.connect, .authenticate(slot: 0, challenge: .all), .measure(query, in: nil)]
        }
        return [
            .exchange(vendorDefined: vendorRequest, in: session), .heartbeat(session), .updateKeys(session, .updateKey),
            .measure(query, in: session), .updateKeys(session, .updateAllKeys), .answerEncapsulated(session),
        ]
    }

    /// A vendor's request.
    var vendorRequest: [UInt8] { [policy.versions[0].rawValue, 0xFE, 0, 0, 3, 0, 2, 1, 0, 3, 0, 1, 0xAB, bits] }

    /// What the device answers to a vendor's request.
    static func response(to request: [UInt8]) -> [UInt8] { request[..<1] + [0x7E] + request.dropFirst(2) }

    private static var key: PreSharedKey {
        let secret = [UInt8](repeating: 0x4B, count: 32)
        return PreSharedKey(hint: hint, secret: SecretBytes(copying: secret.span))
    }
}
