/// A secret from which the keys of a session come, with the negotiated hash (DSP0274, 12; RFC 5869).
///
/// Whoever implements it keeps the bytes: no secret passes through this module as bytes, and the type need not be
/// copyable.
public protocol SPDMKeyDerivation: ~Copyable {
    /// Why an operation failed.
    associatedtype Failure: Error

    /// H: bytes of a digest of the negotiated hash. The secret itself may have another size.
    var hashSize: UInt16 { get }

    /// HKDF-Extract of this secret with a salt that is none: HMAC(salt, self).
    borrowing func extract(salt: Span<UInt8>) throws(Failure) -> Self

    /// HKDF-Extract with this secret as the salt: HMAC(self, material).
    borrowing func extract(material: Span<UInt8>) throws(Failure) -> Self

    /// HKDF-Expand of this secret to `count` bytes.
    borrowing func expand(info: Span<UInt8>, count: UInt16) throws(Failure) -> Self

    /// HMAC of a transcript's hash with this secret as key, for verify data.
    borrowing func authenticationCode(of hash: Span<UInt8>) throws(Failure) -> [UInt8]
}
