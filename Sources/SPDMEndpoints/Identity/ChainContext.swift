public import OpenSSLCrypto
public import SPDM

/// What a connection negotiated that rules about certificates depend on.
public struct ChainContext: Hashable, Sendable {
    /// Whose chain it is.
    public enum Signer: Hashable, Sendable {
        /// The responder's. With ALIAS_CERT_CAP the leaf is an alias certificate, else the device certificate.
        case responder(isAlias: Bool)
        /// The requester's, in mutual authentication.
        case requester
    }

    /// The negotiated version.
    public var version: SPDMVersion
    /// The negotiated hash, of the root's digest.
    public var hash: HashAlgorithm
    /// The algorithm that the leaf's key signs with.
    public var signature: SignatureAlgorithm
    /// Whose chain it is.
    public var signer: Signer

    /// Creates a context.
    public init(
        version: SPDMVersion, hash: HashAlgorithm, signature: SignatureAlgorithm,
        signer: Signer = .responder(isAlias: false)
    ) {
        self.version = version
        self.hash = hash
        self.signature = signature
        self.signer = signer
    }
}
