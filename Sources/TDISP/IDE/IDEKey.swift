internal import WireBytes

/// An AES-256 key of one substream and direction: a secret with one owner, who passes it on or drops it.
///
/// Two orders of the same 32 bytes exist, and mixing them up goes unnoticed until the first integrity check fails.
/// - **AES order** (FIPS 197): byte 0 is the first byte of the key. Ciphers take it.
/// - **Wire order** (KEY_PROG, PCIe 6.0, 6.33.3): eight little-endian doublewords, Key_DW7 first, where Key_DW7 holds the
///   first four bytes of the AES order, most significant first. So the doublewords stand in AES order and the bytes
///   inside each are reversed: `K3 K2 K1 K0 K7 K6 K5 K4 ...`.
///
/// This type is the only place that knows. It is not copyable, hashable or printable, so that a key cannot slip into a
/// machine's state, a trace or a log. Its bytes do get there once: in the KEY_PROG that the requester sends, and that is
/// sealed a step later. Neither that message nor a key that is dropped is overwritten: the language has no safe means to
/// promise that, and this target no library.
public struct IDEKey: ~Copyable, Sendable {
    /// The key as a cipher takes it.
    public let aesOrder: InlineArray<32, UInt8>

    /// Creates a key from the bytes of a cipher or a random source.
    public init(aesOrder: InlineArray<32, UInt8>) { self.aesOrder = aesOrder }

    /// Creates a key from the Key field of KEY_PROG.
    public init(wireOrder: InlineArray<32, UInt8>) { aesOrder = Self.reversedInDoublewords(wireOrder) }

    /// The key as it stands in KEY_PROG.
    public var wireOrder: InlineArray<32, UInt8> { Self.reversedInDoublewords(aesOrder) }

    /// Whether two keys are equal; takes the same time wherever they differ.
    public func equals(_ other: borrowing IDEKey) -> Bool { constantTimeEqual(aesOrder, other.aesOrder) }

    private static func reversedInDoublewords(_ bytes: InlineArray<32, UInt8>) -> InlineArray<32, UInt8> {
        var result = bytes
        for index in bytes.indices { result[index ^ 3] = bytes[index] }
        return result
    }
}
