/// A reading position in a span of bytes. All integers are little-endian.
///
/// The cursor holds offsets only; the span is passed to each call, so that a message can be decoded in place without
/// copying it and without unsafe code. A sub-range opened with ``slice(_:_:)`` cannot be left by its reader.
///
/// Every reading function throws ``WireError`` with code `truncated` when the field does not fit.
public struct WireCursor: Hashable, Sendable {
    /// Offset of the next byte, counted from the start of the span.
    public private(set) var offset: Int
    /// Offset behind the last byte that may be read.
    public let end: Int

    /// Creates a cursor over all of `bytes`.
    public init(_ bytes: Span<UInt8>) {
        self.init(from: 0, to: bytes.count)
    }

    private init(from offset: Int, to end: Int) {
        self.offset = offset
        self.end = end
    }

    /// Number of bytes not yet read.
    public var remaining: Int { end - offset }

    private mutating func take(_ count: Int, _ field: String) throws(WireError) -> Int {
        guard count >= 0, count <= remaining else { throw WireError(.truncated, at: offset, in: field) }
        defer { offset += count }
        return offset
    }

    /// Reads one byte.
    public mutating func uint8(_ bytes: Span<UInt8>, _ field: String) throws(WireError) -> UInt8 {
        bytes[try take(1, field)]
    }

    /// Reads two bytes, little-endian.
    public mutating func uint16(_ bytes: Span<UInt8>, _ field: String) throws(WireError) -> UInt16 {
        let at = try take(2, field)
        return UInt16(bytes[at]) | UInt16(bytes[at + 1]) << 8
    }

    /// Reads three bytes, little-endian.
    public mutating func uint24(_ bytes: Span<UInt8>, _ field: String) throws(WireError) -> UInt32 {
        let at = try take(3, field)
        return UInt32(bytes[at]) | UInt32(bytes[at + 1]) << 8 | UInt32(bytes[at + 2]) << 16
    }

    /// Reads four bytes, little-endian.
    public mutating func uint32(_ bytes: Span<UInt8>, _ field: String) throws(WireError) -> UInt32 {
        let at = try take(4, field)
        return UInt32(bytes[at]) | UInt32(bytes[at + 1]) << 8 | UInt32(bytes[at + 2]) << 16 | UInt32(bytes[at + 3])
            << 24
    }

    /// Reads eight bytes, little-endian.
    public mutating func uint64(_ bytes: Span<UInt8>, _ field: String) throws(WireError) -> UInt64 {
        let at = try take(8, field)
        var value: UInt64 = 0
        for index in 0..<8 { value |= UInt64(bytes[at + index]) << (8 * UInt64(index)) }
        return value
    }

    /// Copies `count` bytes; allocates once when `count` is not zero.
    public mutating func bytes(_ bytes: Span<UInt8>, count: Int, _ field: String) throws(WireError) -> [UInt8] {
        let at = try take(count, field)
        return [UInt8](copying: bytes.extracting(at..<(at + count)))
    }

    /// Reads 32 bytes without allocating: nonces, keys.
    public mutating func bytes32(_ bytes: Span<UInt8>, _ field: String) throws(WireError) -> InlineArray<32, UInt8> {
        let at = try take(32, field)
        var value = InlineArray<32, UInt8>(repeating: 0)
        for index in 0..<32 { value[index] = bytes[at + index] }
        return value
    }

    /// Skips reserved bytes, which a reader ignores.
    public mutating func skip(_ count: Int, _ field: String) throws(WireError) {
        _ = try take(count, field)
    }

    /// Opens the next `count` bytes as a cursor of their own and moves behind them.
    public mutating func slice(_ count: Int, _ field: String) throws(WireError) -> WireCursor {
        let at = try take(count, field)
        return WireCursor(from: at, to: at + count)
    }

    /// Checks that everything was read. Throws `trailingBytes` otherwise.
    public func expectEnd(_ message: String) throws(WireError) {
        guard remaining == 0 else { throw WireError(.trailingBytes, at: offset, in: message) }
    }
}

extension [UInt8] {
    /// Copies a span.
    fileprivate init(copying span: Span<UInt8>) {
        self = [UInt8](capacity: span.count) { output in
            for index in span.indices { output.append(span[index]) }
        }
    }
}
