internal import COpenSSL

/// Keyed message authentication with a hash function (FIPS 198-1, RFC 2104).
public enum HMAC {
    /// The authentication code of `message`, ``HashAlgorithm/digestByteCount`` bytes.
    ///
    /// Throws ``CryptoError`` when OpenSSL cannot compute it.
    public static func code(
        for message: Span<UInt8>, key: borrowing SecretBytes, using algorithm: HashAlgorithm
    ) throws(CryptoError) -> [UInt8] {
        try code(for: message, key: key, digestName: algorithm.rawValue, byteCount: algorithm.digestByteCount)
    }

    /// Whether `code` authenticates `message`, compared in constant time. A code of another length does not.
    ///
    /// Throws ``CryptoError`` when OpenSSL cannot compute the code to compare with.
    public static func isValid(
        _ code: Span<UInt8>, for message: Span<UInt8>, key: borrowing SecretBytes, using algorithm: HashAlgorithm
    ) throws(CryptoError) -> Bool {
        let expected = try Self.code(for: message, key: key, using: algorithm)
        return constantTimeEqual(code, expected.span)
    }

    /// ``code(for:key:using:)`` with the hash by OpenSSL's name, so that a test can ask for one that does not exist.
    package static func code(
        for message: Span<UInt8>, key: borrowing SecretBytes, digestName: String, byteCount: Int
    ) throws(CryptoError) -> [UInt8] {
        var code = [UInt8](repeating: 0, count: byteCount)
        var written = 0
        let succeeded = key.withBytes { key in
            unsafe key.withUnsafeBufferPointer { key in
                unsafe message.withUnsafeBufferPointer { message in
                    unsafe code.withUnsafeMutableBufferPointer { code in
                        unsafe EVP_Q_mac(
                            nil, "HMAC", nil, digestName, nil, key.baseAddress, key.count, message.baseAddress,
                            message.count, code.baseAddress, code.count, &written) != nil
                    }
                }
            }
        }
        guard succeeded, written == byteCount else {
            throw CryptoError(takingQueueFor: "HMAC-\(digestName)")
        }
        return code
    }
}
