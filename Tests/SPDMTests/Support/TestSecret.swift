import OpenSSLCrypto
import SPDM

/// A secret that shows its bytes, derived with OpenSSL's HMAC.
struct TestSecret: ~Copyable, SPDMKeyDerivation {
    let bytes: [UInt8]
    let hash: HashAlgorithm

    var hashSize: UInt16 { UInt16(hash.digestByteCount) }

    init(_ bytes: [UInt8], _ hash: HashAlgorithm) {
        self.bytes = bytes
        self.hash = hash
    }

    private func hmac(_ key: Span<UInt8>, _ message: Span<UInt8>) throws(CryptoError) -> [UInt8] {
        try HMAC.code(for: message, key: SecretBytes(copying: key), using: hash)
    }

    func extract(salt: Span<UInt8>) throws(CryptoError) -> TestSecret {
        TestSecret(try hmac(salt, bytes.span), hash)
    }

    func extract(material: Span<UInt8>) throws(CryptoError) -> TestSecret {
        TestSecret(try hmac(bytes.span, material), hash)
    }

    func expand(info: Span<UInt8>, count: UInt16) throws(CryptoError) -> TestSecret {
        let info = info.indices.map { info[$0] }
        var output: [UInt8] = []
        var block: [UInt8] = []
        var number: UInt8 = 1
        while output.count < Int(count) {
            block = try hmac(bytes.span, (block + info + [number]).span)
            output += block
            number += 1
        }
        return TestSecret(Array(output.prefix(Int(count))), hash)
    }

    func authenticationCode(of hash: Span<UInt8>) throws(CryptoError) -> [UInt8] { try hmac(bytes.span, hash) }
}
