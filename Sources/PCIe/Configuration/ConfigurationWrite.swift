/// One write to a configuration space: 1, 2 or 4 bytes, aligned to their width, little-endian.
public struct ConfigurationWrite: Hashable, Sendable {
    /// Byte offset, 0..<4096, a multiple of the width.
    public let offset: Int
    /// How many bytes are written.
    public let width: Width
    /// What is written; bits above the width are zero.
    public let value: UInt32

    /// The sizes of access that a configuration request can have.
    public enum Width: Int, Hashable, Sendable, CaseIterable {
        /// 8 bits.
        case byte = 1
        /// 16 bits.
        case word = 2
        /// 32 bits.
        case doubleword = 4

        /// As many low bits set as the access is wide.
        var mask: UInt32 { UInt32.max >> UInt32(32 - 8 * rawValue) }
    }

    /// Creates a write; bits of `value` above the width are cut off.
    ///
    /// Throws `access` when the offset is not aligned to the width or lies outside the space.
    public init(offset: Int, width: Width, value: UInt32) throws(ConfigurationSpaceError) {
        guard (0..<ConfigurationSpace.size).contains(offset), offset % width.rawValue == 0 else {
            throw .access(offset: offset, width: width.rawValue)
        }
        self.init(aligned: offset, width: width, value: value)
    }

    /// Creates a write to a register whose place is known to be aligned and inside.
    init(aligned offset: Int, width: Width, value: UInt32) {
        self.offset = offset
        self.width = width
        self.value = value & width.mask
    }

    /// Offset of the doubleword that the write falls into.
    var doubleword: Int { offset & ~3 }
    /// The bits of that doubleword that are written.
    var laneMask: UInt32 { width.mask << laneShift }
    /// The value in its place in that doubleword.
    var laneValue: UInt32 { value << laneShift }

    private var laneShift: UInt32 { UInt32(offset & 3) * 8 }
}
