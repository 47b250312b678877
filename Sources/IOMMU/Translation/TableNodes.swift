/// The nodes of translation tables: 512 entries each, in one flat array, so that a walk is nothing but loads.
///
/// A table is a root among them and a number of levels. Nodes that become empty are used again.
struct TableNodes: Sendable {
    private(set) var entries: ContiguousArray<UInt64> = []
    /// How many entries of each node are present.
    private var present: ContiguousArray<UInt16> = []
    private var free: ContiguousArray<Int> = []

    private static let entriesPerNode = 512

    /// A table among the nodes.
    struct Root: Hashable {
        let node: Int
        let levels: Int

        /// First address behind what it can map.
        @inline(__always)
        var limit: UInt64 { TableEntry.bytes(level: levels &+ 1) }
    }

    /// How many nodes there is room for.
    var count: Int { present.count }

    /// A root without entries.
    mutating func makeRoot(_ width: AddressWidth) -> Root { Root(node: makeNode(), levels: width.levels) }

    mutating func makeNode() -> Int {
        if let node = free.popLast() { return node }
        entries.append(contentsOf: repeatElement(0, count: Self.entriesPerNode))
        present.append(0)
        return present.count - 1
    }

    /// Takes a node back, whose entries are all gone.
    mutating func recycle(_ node: Int) { free.append(node) }

    func entry(node: Int, at address: UInt64, level: Int) -> TableEntry {
        TableEntry(bits: entries[node << 9 | TableEntry.index(of: address, level: level)])
    }

    mutating func set(_ entry: TableEntry, node: Int, at address: UInt64, level: Int) {
        let index = node << 9 | TableEntry.index(of: address, level: level)
        let (old, new) = (entries[index], entry.bits)
        entries[index] = new
        if old == 0, new != 0 { present[node] += 1 }
        if old != 0, new == 0 { present[node] -= 1 }
    }

    func isEmpty(node: Int) -> Bool { present[node] == 0 }

    /// Where the walk for an address ends, which has to be below the limit of the root: at a leaf, or at an entry that
    /// is not present.
    @inline(__always)
    func walk(_ root: Root, _ address: UInt64) -> WalkEnd {
        var node = root.node
        var level = root.levels
        while true {
            let bits = entries[node &<< 9 | TableEntry.index(of: address, level: level)]
            if bits & TableEntry.nodeBit == 0 { return WalkEnd(level: level, bits: bits) }
            node = Int(truncatingIfNeeded: bits &>> 12)
            level &-= 1
        }
    }

    /// The entry at which a walk ended.
    struct WalkEnd {
        let level: Int
        let bits: UInt64

        var entry: TableEntry { TableEntry(bits: bits) }
        var isLeaf: Bool { bits != 0 }
        /// Of a leaf: bit 0 read, bit 1 write.
        var permissionBits: UInt64 { bits & 0b11 }

        /// The address behind one that the leaf covers.
        @inline(__always)
        func physical(of address: UInt64) -> UInt64 {
            bits & ~0xFFF | address & (TableEntry.bytes(level: level) &- 1)
        }
    }
}
