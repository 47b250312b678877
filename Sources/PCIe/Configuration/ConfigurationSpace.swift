/// The configuration space of one function: 4096 bytes, little-endian, as a value.
///
/// Every access is total, as on the bus: what lies outside the readable part reads as ones, and writing there does
/// nothing. Structure is read through the views (header, capabilities), which check that what they read is there.
public struct ConfigurationSpace: Hashable, Sendable {
    /// Bytes of a PCI Express configuration space.
    public static let size = 4096
    /// Bytes of the part that conventional PCI has; the extended capabilities start behind it.
    public static let conventionalSize = 256

    /// How many bytes are known: 4096, or what a reader with fewer rights was given (256 or 64).
    public let readableSize: Int
    /// The bytes, 4096 of them; those behind ``readableSize`` are 0xFF.
    public private(set) var bytes: [UInt8]

    /// Creates a space of zeros.
    public init() {
        readableSize = Self.size
        bytes = [UInt8](repeating: 0, count: Self.size)
    }

    /// Creates a space from the bytes that were read.
    ///
    /// Throws `length` when there are not 64, 256 or 4096 of them.
    public init(_ read: [UInt8]) throws(ConfigurationSpaceError) {
        guard read.count == 64 || read.count == Self.conventionalSize || read.count == Self.size else {
            throw .length(read.count)
        }
        readableSize = read.count
        bytes = read + [UInt8](repeating: 0xFF, count: Self.size - read.count)
    }

    /// The byte at `offset`.
    public func uint8(at offset: Int) -> UInt8 {
        bytes.indices.contains(offset) ? bytes[offset] : .max
    }

    /// The two bytes at `offset`.
    public func uint16(at offset: Int) -> UInt16 {
        UInt16(uint8(at: offset)) | UInt16(uint8(at: offset &+ 1)) << 8
    }

    /// The four bytes at `offset`.
    public func uint32(at offset: Int) -> UInt32 {
        UInt32(uint16(at: offset)) | UInt32(uint16(at: offset &+ 2)) << 16
    }

    /// Stores a byte.
    public mutating func store(_ value: UInt8, at offset: Int) {
        if (0..<readableSize).contains(offset) { bytes[offset] = value }
    }

    /// Stores two bytes.
    public mutating func store(_ value: UInt16, at offset: Int) {
        store(UInt8(truncatingIfNeeded: value), at: offset)
        store(UInt8(truncatingIfNeeded: value >> 8), at: offset &+ 1)
    }

    /// Stores four bytes.
    public mutating func store(_ value: UInt32, at offset: Int) {
        store(UInt16(truncatingIfNeeded: value), at: offset)
        store(UInt16(truncatingIfNeeded: value >> 16), at: offset &+ 2)
    }

    /// Stores what a write carries, whatever the register would do with it; ``FunctionRegisters`` knows that.
    public mutating func apply(_ write: ConfigurationWrite) {
        let kept = uint32(at: write.doubleword) & ~write.laneMask
        store(kept | write.laneValue, at: write.doubleword)
    }
}

extension ConfigurationSpace: CustomStringConvertible {
    /// Vendor and device ID as `lspci -n` shows them, and how much is known, for example `8086:1592, 4096 bytes`.
    public var description: String { "\(hex(vendorID, 4)):\(hex(deviceID, 4)), \(readableSize) bytes" }
}
