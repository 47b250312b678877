internal import WireBytes

/// Something that must hold for every input did not.
public struct BrokenInvariant: Error, Hashable, Sendable, CustomStringConvertible {
    /// What did not hold.
    public let description: String

    init(_ description: String) { self.description = description }
}

/// Throws unless the invariant holds; `what` says what is wrong if it does not.
func require(_ holds: Bool, _ what: @autoclosure () -> String) throws(BrokenInvariant) {
    guard holds else { throw BrokenInvariant(what()) }
}

/// What `decode` makes of `bytes`; nil when it refuses them, which it must do with an offset that lies within them.
func accepted<Value: ~Copyable>(
    _ bytes: [UInt8], _ decode: (Span<UInt8>) throws(WireError) -> Value
) throws(BrokenInvariant) -> Value? {
    do throws(WireError) {
        return try decode(bytes.span)
    } catch {
        try require(isInside(error, bytes), "'\(error)' points outside the \(bytes.count) bytes given")
        return nil
    }
}

/// Whether an error's offset lies within the bytes; where bytes are missing that is their end.
func isInside(_ error: WireError, _ bytes: [UInt8]) -> Bool {
    switch error.code {
    case .truncated, .lengthMismatch: (0...bytes.count).contains(error.offset)
    case .trailingBytes, .invalidValue, .unexpectedType: bytes.indices.contains(error.offset)
    }
}

/// Throws unless `written` is what was read but for bits that a reader ignores, which are written as zero.
func requireSame(_ written: [UInt8], as read: ArraySlice<UInt8>) throws(BrokenInvariant) {
    try require(written.count == read.count, "\(read.count) bytes were read, \(written.count) written")
    for (new, old) in zip(written, read) { try require(new & ~old == 0, "\(read) was written as \(written)") }
}

/// What `encode` makes of something that was read, which always can be written.
func encoded(_ encode: () throws(WireError) -> [UInt8]) throws(BrokenInvariant) -> [UInt8] {
    do throws(WireError) {
        return try encode()
    } catch {
        throw BrokenInvariant("what was read cannot be written: \(error)")
    }
}
