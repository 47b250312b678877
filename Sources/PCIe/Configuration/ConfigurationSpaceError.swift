/// Why a configuration space, or a part of it, cannot be understood or accessed. Offsets are bytes from its start.
public enum ConfigurationSpaceError: Error, Hashable, Sendable {
    /// The bytes given are not 64, 256 or 4096 long.
    case length(Int)
    /// An access of `width` bytes is not aligned to its width or lies outside the 4096 bytes.
    case access(offset: Int, width: Int)
    /// A list names more capabilities than fit into its region: it runs in a circle, through `offset`.
    case capabilityLoop(offset: Int)
    /// The capability at `offset` (or the header, offset 0x34) points outside the region of its list.
    case capabilityPointer(offset: Int, pointer: Int)
    /// The capability at `offset` lies behind what could be read. Linux shows an unprivileged reader only 64 bytes.
    case unreadable(offset: Int)
    /// The structure at `offset` needs `size` bytes, which do not fit into its region.
    case truncated(offset: Int, size: Int)
    /// The last base address register of a group says that it is the lower half of a 64-bit one.
    case baseAddressPair(offset: Int)
}

extension ConfigurationSpaceError: CustomStringConvertible {
    /// One line for an operator.
    public var description: String {
        switch self {
        case .length(let count): "configuration space of \(count) bytes; 64, 256 or 4096 expected"
        case .access(let offset, let width):
            "access of \(width) bytes at 0x\(hex(offset, 3)) is unaligned or out of range"
        case .capabilityLoop(let offset): "capability list runs in a circle at 0x\(hex(offset, 3))"
        case .capabilityPointer(let offset, let pointer):
            "pointer at 0x\(hex(offset, 3)) leads to 0x\(hex(pointer, 3)), outside the capability list"
        case .unreadable(let offset):
            "capability at 0x\(hex(offset, 3)) could not be read; more privilege may be needed"
        case .truncated(let offset, let size): "\(size) bytes at 0x\(hex(offset, 3)) do not fit"
        case .baseAddressPair(let offset):
            "64-bit base address register at 0x\(hex(offset, 3)) has no upper half"
        }
    }
}
