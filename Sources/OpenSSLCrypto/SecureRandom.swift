internal import COpenSSL

/// Unpredictable bytes from OpenSSL's generator, which the operating system seeds.
///
/// Every function throws ``CryptoError`` when the generator cannot be seeded; no weaker source stands in.
public enum SecureRandom {
    /// `count` bytes that may become public: nonces, identifiers.
    public static func bytes(count: Int) throws(CryptoError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var span = bytes.mutableSpan
        try fill(&span)
        return bytes
    }

    /// A 32-byte nonce.
    public static func nonce() throws(CryptoError) -> InlineArray<32, UInt8> {
        var nonce = InlineArray<32, UInt8>(repeating: 0)
        var span = nonce.mutableSpan
        try fill(&span)
        return nonce
    }

    /// `count` bytes that stay secret, from a generator whose output is never shown.
    public static func secret(count: Int) throws(CryptoError) -> SecretBytes {
        try SecretBytes(count: count) { bytes throws(CryptoError) in
            let status = unsafe bytes.withUnsafeMutableBufferPointer {
                unsafe RAND_priv_bytes_ex(nil, $0.baseAddress, $0.count, 0)
            }
            guard status == 1 else { throw CryptoError(takingQueueFor: "random bytes") }
        }
    }

    private static func fill(_ bytes: inout MutableSpan<UInt8>) throws(CryptoError) {
        let status = unsafe bytes.withUnsafeMutableBufferPointer {
            unsafe RAND_bytes_ex(nil, $0.baseAddress, $0.count, 0)
        }
        guard status == 1 else { throw CryptoError(takingQueueFor: "random bytes") }
    }
}
