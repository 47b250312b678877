internal import COpenSSL

/// Whether two byte strings are equal, in a time that depends on their length only.
///
/// For codes, digests and nonces that a peer sent. Strings of different length are not equal; lengths are not secret.
public func constantTimeEqual(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
    guard left.count == right.count else { return false }
    return unsafe left.withUnsafeBufferPointer { left in
        unsafe right.withUnsafeBufferPointer { right in
            unsafe CRYPTO_memcmp(left.baseAddress, right.baseAddress, left.count) == 0
        }
    }
}
