/// Which versions and algorithms of SPDM an end takes, the ones it prefers first.
///
/// Every element of a list of sets has exactly one bit. A requester asks with ``request(version:requester:responder:)``
/// and checks the answer with ``check(_:version:requester:responder:)``; a responder answers with
/// ``selection(for:version:requester:responder:signatures:)``. All three look at what the capabilities of both ends
/// make necessary.
public struct AlgorithmPolicy: Hashable, Sendable {
    /// How refusals call it.
    public var name: String
    /// Versions of SPDM.
    public var versions: [SPDMVersion]
    /// Hash functions.
    public var hashes: [BaseHashAlgorithms]
    /// Signatures of the responder.
    public var signatures: [BaseAsymmetricAlgorithms]
    /// Signatures of the requester, in mutual authentication.
    public var requesterSignatures: [BaseAsymmetricAlgorithms]
    /// Groups of key exchange.
    public var groups: [ExchangeGroups]
    /// Cipher suites of sessions.
    public var suites: [AEADSuites]
    /// Whether sessions must be encrypted. Authenticated they always are.
    public var requiresEncryption: Bool

    /// Creates a policy.
    public init(
        name: String, versions: [SPDMVersion], hashes: [BaseHashAlgorithms], signatures: [BaseAsymmetricAlgorithms],
        requesterSignatures: [BaseAsymmetricAlgorithms], groups: [ExchangeGroups], suites: [AEADSuites],
        requiresEncryption: Bool
    ) {
        self.name = name
        self.versions = versions
        self.hashes = hashes
        self.signatures = signatures
        self.requesterSignatures = requesterSignatures
        self.groups = groups
        self.suites = suites
        self.requiresEncryption = requiresEncryption
    }

    /// The default: nothing below 128 bits of security, and the cipher that TDISP wants (TDISP 1.0, 11.4).
    public static let strict = AlgorithmPolicy(
        name: "strict", versions: [.v1_3, .v1_2], hashes: [.sha384, .sha512, .sha256], signatures: strongSignatures,
        requesterSignatures: strongSignatures, groups: [.secp384r1, .secp256r1, .secp521r1, .ffdhe3072],
        suites: [.aes256GCM], requiresEncryption: true)

    /// Everything that is spoken here, for peers that cannot do better.
    public static let tolerant = AlgorithmPolicy(
        name: "tolerant", versions: [.v1_3, .v1_2, .v1_1], hashes: [.sha384, .sha512, .sha256],
        signatures: strongSignatures + [.rsapss2048, .rsassa2048],
        requesterSignatures: strongSignatures + [.rsapss2048, .rsassa2048],
        groups: [.secp384r1, .secp256r1, .secp521r1, .ffdhe3072, .ffdhe2048],
        suites: [.aes256GCM, .chaCha20Poly1305, .aes128GCM], requiresEncryption: false)

    private static let strongSignatures: [BaseAsymmetricAlgorithms] = [
        .ecdsaP384, .ecdsaP256, .ecdsaP521, .rsapss3072, .rsapss4096, .rsassa3072, .rsassa4096,
    ]

    /// The version that both ends speak and this end prefers, from the entries of VERSION. Drafts do not count.
    ///
    /// Throws ``PolicyRefusal`` when there is none.
    public func version(from message: VersionMessage) throws(PolicyRefusal) -> SPDMVersion {
        let offered = message.entries.filter { $0.alpha == 0 }.map(\.version)
        guard let version = versions.first(where: offered.contains) else {
            throw PolicyRefusal(self, .version, seen: Self.list(offered), allowed: Self.list(versions))
        }
        return version
    }

    /// Whether sessions between ends of these capabilities are encrypted; MAC-only when not.
    ///
    /// Throws ``PolicyRefusal`` when they would not be authenticated, or must be encrypted and cannot be.
    public func isEncrypted(
        requester: CapabilityFlags, responder: CapabilityFlags
    ) throws(PolicyRefusal) -> Bool {
        let common = requester.intersection(responder)
        let allowed = requiresEncryption ? "encrypted and authenticated" : "authenticated"
        guard common.contains(.mac) else {
            throw PolicyRefusal(self, .protection, seen: "not authenticated", allowed: allowed)
        }
        guard common.contains(.encrypt) || !requiresEncryption else {
            throw PolicyRefusal(self, .protection, seen: "authenticated only", allowed: allowed)
        }
        return common.contains(.encrypt)
    }

    static func list(_ items: [some CustomStringConvertible]) -> String {
        items.isEmpty ? "none" : items.map(\.description).joined(separator: ", ")
    }
}

/// What the capabilities of two ends make it necessary to agree on (DSP0274, 10.5).
struct NegotiationNeeds: Hashable, Sendable {
    let hash: Bool
    let signature: Bool
    let requesterSignature: Bool
    let group: Bool
    let suite: Bool
    /// Whether there can be sessions.
    let session: Bool
    let measurements: Bool

    init(requester: CapabilityFlags, responder: CapabilityFlags) {
        let common = requester.intersection(responder)
        let psk = requester.contains(.psk) && !responder.isDisjoint(with: [.psk, .pskWithContext])
        group = common.contains(.keyExchange)
        session = group || psk
        signature = group || !responder.isDisjoint(with: [.certificate, .challenge, .measurements])
        hash = signature || psk
        requesterSignature = common.contains(.mutualAuthentication)
        suite = session && !common.isDisjoint(with: [.encrypt, .mac])
        measurements = !responder.isDisjoint(with: [.measurements, .measurementsUnsigned])
    }
}
