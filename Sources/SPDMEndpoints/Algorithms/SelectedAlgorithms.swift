public import OpenSSLCrypto
public import SPDM

/// What ALGORITHMS selected, in the words of the library that carries it out.
///
/// Nil means that nothing of the kind was selected, or something that is not spoken here.
public struct SelectedAlgorithms: Hashable, Sendable {
    /// For transcripts, digests and keys.
    public let hash: HashAlgorithm
    /// The responder's signatures.
    public let signature: SignatureAlgorithm?
    /// The requester's signatures.
    public let requesterSignature: SignatureAlgorithm?
    /// KEY_EXCHANGE.
    public let group: KeyExchangeGroup?
    /// The records of sessions.
    public let suite: AEADAlgorithm?

    /// Reads a selection; nil when its hash is not spoken here, without which nothing can be done.
    public init?(_ algorithms: Algorithms) {
        guard let hash = HashAlgorithm(algorithms.hash) else { return nil }
        self.hash = hash
        signature = SignatureAlgorithm(algorithms.asymmetric)
        requesterSignature = algorithms.tables.requesterAsymmetric.flatMap(SignatureAlgorithm.init)
        group = algorithms.tables.exchange.flatMap(KeyExchangeGroup.init)
        suite = algorithms.tables.aead.flatMap(AEADAlgorithm.init)
    }
}

extension HashAlgorithm {
    /// The one function of a selection.
    public init?(_ selected: BaseHashAlgorithms) {
        switch selected {
        case .sha256: self = .sha256
        case .sha384: self = .sha384
        case .sha512: self = .sha512
        default: return nil
        }
    }
}

extension SignatureAlgorithm {
    /// The one algorithm of a selection.
    public init?(_ selected: BaseAsymmetricAlgorithms) {
        switch selected {
        case .ecdsaP256: self = .ecdsaP256
        case .ecdsaP384: self = .ecdsaP384
        case .ecdsaP521: self = .ecdsaP521
        case .rsassa2048: self = .rsassa2048
        case .rsassa3072: self = .rsassa3072
        case .rsassa4096: self = .rsassa4096
        case .rsapss2048: self = .rsapss2048
        case .rsapss3072: self = .rsapss3072
        case .rsapss4096: self = .rsapss4096
        default: return nil
        }
    }
}

extension KeyExchangeGroup {
    /// The one group of a selection.
    public init?(_ selected: ExchangeGroups) {
        switch selected {
        case .secp256r1: self = .secp256r1
        case .secp384r1: self = .secp384r1
        case .secp521r1: self = .secp521r1
        case .ffdhe2048: self = .ffdhe2048
        case .ffdhe3072: self = .ffdhe3072
        default: return nil
        }
    }
}

extension AEADAlgorithm {
    /// The one suite of a selection.
    public init?(_ selected: AEADSuites) {
        switch selected {
        case .aes128GCM: self = .aes128GCM
        case .aes256GCM: self = .aes256GCM
        case .chaCha20Poly1305: self = .chaCha20Poly1305
        default: return nil
        }
    }
}
