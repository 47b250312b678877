public import OpenSSLCrypto
public import SPDM

/// What a slot shows and signs with. ``DeviceIdentity`` is one.
public protocol SlotIdentity: AnyObject, Sendable {
    /// The algorithms that the key signs with.
    var signatures: BaseAsymmetricAlgorithms { get }

    /// The chain as CERTIFICATE carries it, ``SPDMCertificateChain``, with the root's digest by this hash.
    ///
    /// Throws ``DeviceIdentityError`` when there is none.
    func chain(rootHash hash: HashAlgorithm) throws(DeviceIdentityError) -> [UInt8]

    /// The digest of that chain, for an end that knows it beforehand; else it is computed.
    ///
    /// Throws ``DeviceIdentityError`` when there is none.
    func chainDigest(rootHash hash: HashAlgorithm) throws(DeviceIdentityError) -> [UInt8]

    /// Lends the private key. Throws what `body` throws.
    func withKey<Value>(
        _ body: (borrowing PrivateKey) throws(CryptoError) -> Value
    ) throws(CryptoError) -> Value
}

extension SlotIdentity {
    /// The digest of the chain, computed. Throws ``DeviceIdentityError`` when OpenSSL cannot.
    public func chainDigest(rootHash hash: HashAlgorithm) throws(DeviceIdentityError) -> [UInt8] {
        let chain = try chain(rootHash: hash)
        do throws(CryptoError) {
            return try hash.digest(of: chain.span)
        } catch {
            throw .crypto(error)
        }
    }
}

extension DeviceIdentity: SlotIdentity {
    /// Lends the private key. Throws what `body` throws.
    public func withKey<Value>(
        _ body: (borrowing PrivateKey) throws(CryptoError) -> Value
    ) throws(CryptoError) -> Value {
        try body(key)
    }
}
