public import OpenSSLCrypto
public import SPDM

/// A key without certificates: peers were given its public half beforehand (PUB_KEY_ID_CAP, slot FFh).
public final class ProvisionedKey: SlotIdentity {
    /// The private key.
    public let key: PrivateKey
    /// Its public half as peers know it, `SubjectPublicKeyInfo` in DER.
    public let subjectPublicKeyInfo: [UInt8]

    /// Takes a key. Throws ``DeviceIdentityError`` `crypto`.
    public init(_ key: consuming PrivateKey) throws(DeviceIdentityError) {
        subjectPublicKeyInfo = try DeviceIdentityError.crypto { () throws(CryptoError) in
            try key.publicKey().subjectPublicKeyInfo
        }
        self.key = key
    }

    /// The algorithms that the key signs with.
    public var signatures: BaseAsymmetricAlgorithms { key.type.signatures }

    /// The public key, which stands for a chain in transcripts (DSP0274, 10.16.3).
    public func chain(rootHash hash: HashAlgorithm) -> [UInt8] { subjectPublicKeyInfo }

    /// Lends the private key. Throws what `body` throws.
    public func withKey<Value>(
        _ body: (borrowing PrivateKey) throws(CryptoError) -> Value
    ) throws(CryptoError) -> Value {
        try body(key)
    }
}

extension KeyType {
    /// The algorithms that a key of this type signs with.
    var signatures: BaseAsymmetricAlgorithms {
        switch self {
        case .p256: .ecdsaP256
        case .p384: .ecdsaP384
        case .p521: .ecdsaP521
        case .rsa2048: [.rsassa2048, .rsapss2048]
        case .rsa3072: [.rsassa3072, .rsapss3072]
        case .rsa4096: [.rsassa4096, .rsapss4096]
        }
    }
}
