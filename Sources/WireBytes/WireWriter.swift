/// Appends fields to a byte array. All integers are little-endian; reserved fields are written as zero.
public struct WireWriter: Sendable {
    /// What was written so far.
    public private(set) var bytes: [UInt8]

    /// Creates an empty writer with room for `capacity` bytes, so that a message costs one allocation.
    public init(capacity: Int) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    /// Appends one byte.
    public mutating func uint8(_ value: UInt8) { bytes.append(value) }

    /// Appends two bytes, little-endian.
    public mutating func uint16(_ value: UInt16) {
        bytes.append(UInt8(truncatingIfNeeded: value))
        bytes.append(UInt8(truncatingIfNeeded: value >> 8))
    }

    /// Appends the low three bytes of `value`, little-endian.
    public mutating func uint24(_ value: UInt32) {
        uint16(UInt16(truncatingIfNeeded: value))
        bytes.append(UInt8(truncatingIfNeeded: value >> 16))
    }

    /// Appends four bytes, little-endian.
    public mutating func uint32(_ value: UInt32) {
        uint16(UInt16(truncatingIfNeeded: value))
        uint16(UInt16(truncatingIfNeeded: value >> 16))
    }

    /// Appends eight bytes, little-endian.
    public mutating func uint64(_ value: UInt64) {
        uint32(UInt32(truncatingIfNeeded: value))
        uint32(UInt32(truncatingIfNeeded: value >> 32))
    }

    /// Appends bytes as they are.
    public mutating func append(_ more: some Sequence<UInt8>) { bytes.append(contentsOf: more) }

    /// Appends a 32-byte field.
    public mutating func bytes32(_ value: InlineArray<32, UInt8>) {
        for index in value.indices { bytes.append(value[index]) }
    }

    /// Appends `count` reserved (zero) bytes.
    public mutating func zeros(_ count: Int) {
        for _ in 0..<count { bytes.append(0) }
    }
}
