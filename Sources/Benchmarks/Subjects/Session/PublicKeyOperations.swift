import OpenSSLCrypto

/// What OpenSSL takes for the public-key operations of a handshake, on P-384 with SHA-384: nanoseconds of processor time
/// each.
struct PublicKeyOperations {
    let signature: Double
    let verification: Double
    /// A fresh key pair, and the secret shared with a peer.
    let keyExchange: Double

    init() throws {
        let key = try PrivateKey(generating: .p384)
        let publicKey = try key.publicKey()
        let digest = [UInt8](repeating: 0xA5, count: HashAlgorithm.sha384.digestByteCount)
        let signed = try key.signature(ofDigest: digest.span, hash: .sha384, using: .ecdsaP384)
        try require(
            try publicKey.isValid(signed.span, forDigest: digest.span, hash: .sha384, using: .ecdsaP384),
            "the signature is valid")
        signature = try measure(by: .processor) { times in
            for _ in 0..<times {
                blackHole(try key.signature(ofDigest: digest.span, hash: .sha384, using: .ecdsaP384))
            }
        }.nanoseconds
        verification = try measure(by: .processor) { times in
            for _ in 0..<times {
                blackHole(
                    try publicKey.isValid(signed.span, forDigest: digest.span, hash: .sha384, using: .ecdsaP384))
            }
        }.nanoseconds
        let peer = try EphemeralKeyPair(.secp384r1).exchangeData
        keyExchange = try measure(by: .processor) { times in
            for _ in 0..<times { blackHole(try EphemeralKeyPair(.secp384r1).sharedSecret(with: peer.span)) }
        }.nanoseconds
    }

    /// What a requester cannot do without: the signatures of a root and of the two certificates under it, those of
    /// KEY_EXCHANGE_RSP and MEASUREMENTS, and a key exchange.
    var ofRequester: Double { 5 * verification + keyExchange }
    /// What a responder cannot do without: to sign KEY_EXCHANGE_RSP and MEASUREMENTS, and a key exchange.
    var ofResponder: Double { 2 * signature + keyExchange }
    /// One after the other.
    var ofBoth: Double { ofRequester + ofResponder }
}
