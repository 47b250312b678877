internal import OpenSSLCrypto
internal import SPDM

/// A secret of the key schedule that stays in wiped memory, with the hash that derives from it.
struct SessionSecret: ~Copyable, Sendable, SPDMKeyDerivation {
    let bytes: SecretBytes
    let hash: HashAlgorithm

    var hashSize: UInt16 { UInt16(hash.digestByteCount) }

    init(_ bytes: consuming SecretBytes, _ hash: HashAlgorithm) {
        self.bytes = bytes
        self.hash = hash
    }

    func extract(salt: Span<UInt8>) throws(CryptoError) -> SessionSecret {
        let salt = SecretBytes(copying: salt)
        return SessionSecret(try HKDF.extract(salt: salt, inputKeyMaterial: bytes, using: hash), hash)
    }

    func extract(material: Span<UInt8>) throws(CryptoError) -> SessionSecret {
        let material = SecretBytes(copying: material)
        return SessionSecret(try HKDF.extract(salt: bytes, inputKeyMaterial: material, using: hash), hash)
    }

    func expand(info: Span<UInt8>, count: UInt16) throws(CryptoError) -> SessionSecret {
        SessionSecret(try HKDF.expand(bytes, info: info, count: Int(count), using: hash), hash)
    }

    func authenticationCode(of hash: Span<UInt8>) throws(CryptoError) -> [UInt8] {
        try HMAC.code(for: hash, key: bytes, using: self.hash)
    }
}
