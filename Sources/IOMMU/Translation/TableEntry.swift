/// What an entry of a table holds. In 64 bits: 0, or a node number or a physical address in bits 63:12 and what it is
/// in the bits below, a leaf's permissions in bits 1:0.
enum TableEntry: Hashable {
    case notPresent
    case node(Int)
    case leaf(physical: UInt64, Permissions)

    /// Set in entries that lead to another node, and in no other.
    @inline(__always)
    static var nodeBit: UInt64 { 1 << 2 }

    init(bits: UInt64) {
        if let permissions = Permissions(rawValue: UInt8(truncatingIfNeeded: bits & 0b11)) {
            self = .leaf(physical: bits & ~0xFFF, permissions)
        } else {
            self = bits == 0 ? .notPresent : .node(Int(bits >> 12))
        }
    }

    var bits: UInt64 {
        switch self {
        case .notPresent: 0
        case .node(let number): UInt64(number) << 12 | Self.nodeBit
        case .leaf(let physical, let permissions): physical | UInt64(permissions.rawValue)
        }
    }

    /// Index of an address in a node of a level.
    @inline(__always)
    static func index(of address: UInt64, level: Int) -> Int {
        Int(truncatingIfNeeded: address &>> shift(level: level) & 0x1FF)
    }

    /// Bytes that one entry of a level covers.
    @inline(__always)
    static func bytes(level: Int) -> UInt64 { 1 &<< shift(level: level) }

    /// Number of address bits below one entry of a level.
    @inline(__always)
    private static func shift(level: Int) -> UInt64 { UInt64(truncatingIfNeeded: 3 &+ 9 &* level) }
}
