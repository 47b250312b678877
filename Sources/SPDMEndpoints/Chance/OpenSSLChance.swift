public import OpenSSLCrypto
public import SPDM

/// Chance from OpenSSL's generator: what every end uses outside tests.
public struct OpenSSLChance: HandshakeChance, ~Copyable {
    private var exchange: EphemeralKeyPair?

    /// Creates a source without an exchange begun.
    public init() {}

    /// 32 fresh random bytes.
    public mutating func nonce() throws(CryptoError) -> Nonce { Nonce(try SecureRandom.nonce()) }

    /// A random number of 16 bits.
    public mutating func sessionIDHalf() throws(CryptoError) -> UInt16 {
        let bytes = try SecureRandom.bytes(count: 2)
        return UInt16(bytes[0]) | UInt16(bytes[1]) << 8
    }

    /// Fresh random bytes.
    public mutating func bytes(_ count: Int) throws(CryptoError) -> [UInt8] { try SecureRandom.bytes(count: count) }

    /// The public half of a fresh key pair.
    public mutating func beginExchange(_ group: KeyExchangeGroup) throws(CryptoError) -> [UInt8] {
        let pair = try EphemeralKeyPair(group)
        let data = pair.exchangeData
        exchange = consume pair
        return data
    }

    /// The secret of the key pair that ``beginExchange(_:)`` made, which is used up.
    public mutating func finishExchange(_ peer: [UInt8]) throws(CryptoError) -> SecretBytes {
        guard let pair = exchange.take() else {
            throw CryptoError(operation: "key exchange", reasons: ["none was begun"])
        }
        return try pair.sharedSecret(with: peer.span)
    }

    /// A signature under `key`, fresh for ECDSA and RSASSA-PSS.
    public mutating func sign(
        _ input: SigningContext.Input, with key: borrowing PrivateKey, hash: HashAlgorithm,
        using algorithm: SignatureAlgorithm
    ) throws(CryptoError) -> [UInt8] {
        switch input {
        case .digest(let digest): try key.signature(ofDigest: digest.span, hash: hash, using: algorithm)
        case .message(let message): try key.signature(ofMessage: message.span, hash: hash, using: algorithm)
        }
    }
}

extension PublicKey {
    /// Whether a signature is one over what SPDM makes of a transcript's hash, under this key.
    ///
    /// Throws ``CryptoError`` when the key is not of the algorithm's type.
    public func isValid(
        _ signature: Span<UInt8>, for input: SigningContext.Input, hash: HashAlgorithm,
        using algorithm: SignatureAlgorithm
    ) throws(CryptoError) -> Bool {
        switch input {
        case .digest(let digest): try isValid(signature, forDigest: digest.span, hash: hash, using: algorithm)
        case .message(let message): try isValid(signature, forMessage: message.span, hash: hash, using: algorithm)
        }
    }
}
