/// Compares two 32-byte values without a branch that depends on their content.
///
/// Used for nonces and keys: the time taken does not tell how many leading bytes agree. It is written by hand because the
/// targets that use it compute and do nothing else, and so cannot import OpenSSL, whose comparison is used elsewhere.
public func constantTimeEqual(_ left: InlineArray<32, UInt8>, _ right: InlineArray<32, UInt8>) -> Bool {
    var difference: UInt8 = 0
    for index in 0..<32 { difference |= left[index] ^ right[index] }
    return difference == 0
}
