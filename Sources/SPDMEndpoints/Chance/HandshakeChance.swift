public import OpenSSLCrypto
public import SPDM

/// What makes two runs of the same handshake differ: random values, key pairs and signatures.
///
/// An end asks for each value once, in the order in which its messages need them, so a recorded run can be played back.
/// Every function throws ``CryptoError`` when there is no such value to be had; no weaker one stands in.
public protocol HandshakeChance: ~Copyable, Sendable {
    /// A nonce, or the random data of KEY_EXCHANGE.
    mutating func nonce() throws(CryptoError) -> Nonce

    /// This end's half of a session ID. Whether it is taken already is the caller's to look at.
    mutating func sessionIDHalf() throws(CryptoError) -> UInt16

    /// `count` bytes that may become public, such as the context of PSK_EXCHANGE.
    mutating func bytes(_ count: Int) throws(CryptoError) -> [UInt8]

    /// Begins a key exchange: the exchange data for the peer. The private half is kept until
    /// ``finishExchange(_:)``; one of an exchange that was not finished is wiped.
    mutating func beginExchange(_ group: KeyExchangeGroup) throws(CryptoError) -> [UInt8]

    /// The secret shared with the end that sent `peer`. The private half is used up, also when this throws because
    /// `peer` is no exchange data of the group or no exchange was begun.
    mutating func finishExchange(_ peer: [UInt8]) throws(CryptoError) -> SecretBytes

    /// A signature over what SPDM makes of a transcript's hash.
    mutating func sign(
        _ input: SigningContext.Input, with key: borrowing PrivateKey, hash: HashAlgorithm,
        using algorithm: SignatureAlgorithm
    ) throws(CryptoError) -> [UInt8]
}
