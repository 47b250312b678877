import OpenSSLCrypto
import SPDM
import SPDMEndpoints
import Synchronization
import Testing

extension Combination {
    /// A time at which the certificates are valid.
    static let time: Int64 = 1_800_000_000

    /// What the device measures.
    static let measurements = [
        DeviceMeasurement(index: 1, kind: .firmware, value: .bitStream([UInt8](repeating: 1, count: 40))),
        DeviceMeasurement(index: 2, kind: .hardwareConfiguration, value: .raw([9, 9])),
    ]

    /// Fields in which a test's ends are not as all others.
    struct Change {
        var sessionLimit = 4
        var heartbeatPeriod: UInt8 = 0
        var requesterRecords = SessionKeys.recordLimit
        var responderRecords = SessionKeys.recordLimit
        /// Whether a session encrypts, not only authenticates.
        var encrypts = true
        /// Whether the handshake is in the clear, whatever the way.
        var isInTheClear = false
        /// How the requester shows who it is, where it does.
        var mutual = KeyExchangeResponse.MutualAuthentication.encapsulated
        /// Whether the requester has no certificates there: the responder has its public key.
        var isKnownByKey = false
        /// Whether the responder adds a context of its own to a key that both have.
        var hasPSKContext = true
        /// What the responder answers only when it is asked again.
        var deferred: Set<MessageCode> = []
    }

    /// Two ends that agree on exactly this.
    func ends(_ change: Change = Change()) throws -> PairedEnds {
        PairedEnds(
            SPDMRequester(try requester(change)), SPDMResponder(try responder(change)))
    }

    /// A requester that agrees on exactly this.
    func requester(_ change: Change = Change()) throws -> RequesterSettings {
        let shown: any SlotIdentity = change.isKnownByKey ? try TestIdentities.key(signature) : try identity()
        var capabilities = RequesterSettings.capabilities(
            of: way == .mutual ? shown : nil, hasKeys: way == .preSharedKey)
        capabilities.dataTransferSize = transferSize
        adapt(&capabilities.flags, to: change)
        return RequesterSettings(
            offer: RequesterOffer(policy: policy(change), capabilities: capabilities),
            trust: try TestIdentities.responderTrust(), identity: shown, preSharedKeys: [Self.key],
            recordLimit: change.requesterRecords)
    }

    /// A device that agrees on exactly this.
    func responder(_ change: Change = Change()) throws -> ResponderSettings {
        var profile = ResponderProfile(
            policy: policy(change), heartbeatPeriod: change.heartbeatPeriod, sessionLimit: change.sessionLimit)
        profile.capabilities.dataTransferSize = transferSize
        profile.deferred = change.deferred
        adapt(&profile.capabilities.flags, to: change)
        switch way {
        case .oneSided, .inTheClear: break
        case .mutual:
            profile.capabilities.flags.insert(.mutualAuthentication)
            profile.mutualAuthentication = .init(
                change.mutual, slot: change.isKnownByKey ? KeyExchangeResponse.provisionedKeySlot : 0)
        case .preSharedKey: profile.capabilities.flags.insert(change.hasPSKContext ? .pskWithContext : .psk)
        }
        return ResponderSettings(
            profile: profile, slots: [ResponderSlot(0, try identity())], measurements: Self.measurements,
            preSharedKeys: [Self.key], requesterTrust: try requesterTrust(change),
            recordLimit: change.responderRecords)
    }

    private func adapt(_ flags: inout CapabilityFlags, to change: Change) {
        if way == .inTheClear || change.isInTheClear { flags.insert(.handshakeInTheClear) }
        if !change.encrypts { flags.remove(.encrypt) }
    }

    private func requesterTrust(_ change: Change) throws -> RequesterTrust {
        if change.isKnownByKey {
            let key = try TestIdentities.key(signature).subjectPublicKeyInfo
            return RequesterTrust(DeviceTrust(.roots([]), provisionedKey: key))
        }
        let provisioned = change.mutual == .provisioned ? try identity().chain(rootHash: .sha384) : nil
        return RequesterTrust(try TestIdentities.trust(), provisionedChain: provisioned)
    }

    private func policy(_ change: Change) -> AlgorithmPolicy {
        AlgorithmPolicy(
            name: "one", versions: [version], hashes: [hash], signatures: [signature],
            requesterSignatures: [signature], groups: [group], suites: [suite], requiresEncryption: change.encrypts)
    }

    private static let hint: [UInt8] = [1, 2, 3]

    private static var key: PreSharedKey {
        let secret = [UInt8](repeating: 0x4B, count: 32)
        return PreSharedKey(hint: hint, secret: SecretBytes(copying: secret.span))
    }

    private func identity() throws -> DeviceIdentity { try TestIdentities.identity(signature) }

    /// The session that is wanted.
    var wish: SessionWish { SessionWish(way == .preSharedKey ? .psk(hint: Self.hint) : .slot(0), summary: .all) }

    /// A vendor's request.
    func vendorRequest(_ content: UInt8 = 0xAB) -> [UInt8] {
        [version.rawValue, 0xFE, 0, 0, 3, 0, 2, 1, 0, 3, 0, 1, content, content]
    }

    /// A whole conversation up to the session, in which every operation needs the one before.
    var beginning: [RequesterOperation] { [.connect, .authenticate(slot: 0, challenge: .all), .openSession(wish)] }

    /// The rest of it.
    func rest(in session: SessionID) -> [RequesterOperation] {
        let query = MeasurementQuery(.all, attributes: version >= .v1_2 ? .raw : [], signedBy: 0)
        return [
            .measure(query, in: session), .exchange(vendorDefined: vendorRequest(), in: session),
            .updateKeys(session, .updateAllKeys), .exchange(vendorDefined: vendorRequest(0xCD), in: session),
            .endSession(session, clearsNegotiatedState: false),
        ]
    }
}

/// Keys of every type with their certificates, each made once.
enum TestIdentities {
    private static let authority = IdentityAuthority()
    private static let root = "Pair Root"

    private static let identities = [KeyType.p256, .p384, .p521, .rsa2048, .rsa3072, .rsa4096].map { type in
        Result {
            try authority.issue(
                DeviceDescription(
                    DeviceInfo(manufacturer: "ACME", product: "Pair", serialNumber: type.rawValue),
                    pciName: PCIDeviceName(vendor: 0x1AF4, device: 1, classCode: 0x02_0000, revision: 1),
                    keyType: type),
                under: root)
        }
    }

    static func identity(_ signature: BaseAsymmetricAlgorithms) throws -> DeviceIdentity {
        let identities = try identities.map { try $0.get() }
        return try #require(identities.first { $0.signatures.contains(signature) })
    }

    private static let keys = [KeyType.p256, .p384, .p521, .rsa2048, .rsa3072, .rsa4096].map { type in
        Result { try ProvisionedKey(try PrivateKey(generating: type)) }
    }

    static func key(_ signature: BaseAsymmetricAlgorithms) throws -> ProvisionedKey {
        let keys = try keys.map { try $0.get() }
        return try #require(keys.first { $0.signatures.contains(signature) })
    }

    private struct Judged: Hashable {
        let chain: [UInt8]
        let context: ChainContext
    }

    private static let judged = Mutex<[Judged: VerifiedIdentity]>([:])

    /// Devices. What was verified once is remembered: that takes as long as a whole handshake.
    static func responderTrust() throws -> ResponderTrust {
        let trust = ResponderTrust(try trust())
        return ResponderTrust(
            verify: { (chain, context, time) throws(ChainRefusal) in
                let claim = Judged(chain: chain, context: context)
                if let identity = judged.withLock({ $0[claim] }) { return identity }
                let identity = try trust.verify(chain, context, time)
                judged.withLock { $0[claim] = identity }
                return identity
            },
            provisioned: trust.provisioned)
    }

    /// Devices, and requesters that have a device's certificate, whose purpose is to respond.
    static func trust() throws -> DeviceTrust {
        DeviceTrust(.roots([try authority.root(root)]), deviations: [.noSPDMPurpose])
    }
}
