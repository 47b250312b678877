/// A translation table: a radix tree of four levels over 48-bit device addresses, with leaves of 4 KiB, 2 MiB and 1 GiB.
///
/// Nodes are 512 entries each in one flat array; node 0 is the root. An entry is 0 (not present), or holds a node number
/// or a physical address in bits 51:12 and what it is in the bits below. Two tables are equal if they map the same.
public struct TranslationTable: Sendable {
    private var entries: ContiguousArray<UInt64>
    /// How many entries of each node are present.
    private var present: ContiguousArray<UInt16> = [0]
    private var freeNodes: ContiguousArray<Int> = []

    /// Number of bits of a device address.
    static let addressBits: UInt64 = 48
    /// First address behind what a table can map.
    static let addressLimit: UInt64 = 1 << addressBits
    /// First physical address behind what an entry can hold.
    static let physicalLimit: UInt64 = 1 << 52
    static let levels = 4
    private static let entriesPerNode = 512

    /// Creates an empty table.
    public init() {
        entries = ContiguousArray(repeating: 0, count: Self.entriesPerNode)
    }

    /// What an entry of a node is.
    enum Entry: Hashable {
        case notPresent
        case node(Int)
        case leaf(physical: UInt64, Permissions)

        private static let leafBit: UInt64 = 1 << 7
        private static let nodeBit: UInt64 = 1 << 2

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
            case .leaf(let physical, let permissions): physical | Self.leafBit | UInt64(permissions.rawValue)
            }
        }
    }

    /// How many nodes there is room for; those that became empty are used again.
    var nodeCount: Int { present.count }

    /// Index of an address in a node of a level.
    static func index(of address: UInt64, level: Int) -> Int {
        Int(address >> (12 + 9 * UInt64(level - 1)) & 0x1FF)
    }

    /// Bytes that one entry of a level covers.
    static func bytes(level: Int) -> UInt64 { 1 << (12 + 9 * UInt64(level - 1)) }

    func entry(node: Int, at address: UInt64, level: Int) -> Entry {
        Entry(bits: entries[node * Self.entriesPerNode + Self.index(of: address, level: level)])
    }

    private mutating func set(_ entry: Entry, node: Int, at address: UInt64, level: Int) {
        entries[node * Self.entriesPerNode + Self.index(of: address, level: level)] = entry.bits
    }

    /// Where the walk for an address below 2^48 ends: at a leaf, or at an entry that is not present.
    func walk(_ address: UInt64) -> (level: Int, entry: Entry) {
        var node = 0
        var level = Self.levels
        while true {
            switch entry(node: node, at: address, level: level) {
            case .node(let next):
                node = next
                level -= 1
            case .notPresent: return (level, .notPresent)
            case .leaf(let physical, let permissions): return (level, .leaf(physical: physical, permissions))
            }
        }
    }

    // MARK: Changing

    /// Adds a page.
    ///
    /// Throws `misaligned`, `tooWide`, or `overlaps` when a page is already mapped there; nothing changes then.
    public mutating func map(_ mapping: Mapping) throws(MappingError) {
        try Self.check(mapping)
        if let existing = firstMapping(in: mapping.addresses) { throw .overlaps(existing) }
        var node = 0
        var level = Self.levels
        while level > mapping.pageSize.rawValue {
            node = child(of: node, at: mapping.address, level: level)
            level -= 1
        }
        set(.leaf(physical: mapping.physical, mapping.permissions), node: node, at: mapping.address, level: level)
        present[node] += 1
    }

    /// Adds pages one after the other, all or none of them. Throws like ``map(_:)-(Mapping)``.
    public mutating func map(_ mappings: [Mapping]) throws(MappingError) {
        for (index, mapping) in mappings.enumerated() {
            do throws(MappingError) {
                try map(mapping)
            } catch {
                for added in mappings[..<index] { _ = remove(added, node: 0, level: Self.levels) }
                throw error
            }
        }
    }

    /// Removes every page of a range of device addresses and says which they were, in order.
    ///
    /// Throws `notMapped` when there is none, and `splitsPage` when one reaches out of the range; nothing changes then.
    @discardableResult
    public mutating func unmap(_ range: Range<UInt64>) throws(MappingError) -> [Mapping] {
        let removed = Array(mappings(in: range))
        guard !removed.isEmpty else { throw .notMapped(range) }
        for mapping in removed where !range.contains(mapping.addresses) { throw .splitsPage(mapping) }
        for mapping in removed { _ = remove(mapping, node: 0, level: Self.levels) }
        return removed
    }

    private static func check(_ mapping: Mapping) throws(MappingError) {
        let size = mapping.pageSize.bytes
        guard mapping.address % size == 0, mapping.physical % size == 0 else { throw .misaligned(mapping) }
        guard mapping.address < addressLimit, mapping.physical < physicalLimit else { throw .tooWide(mapping) }
    }

    /// The node below, made if it is not there.
    private mutating func child(of node: Int, at address: UInt64, level: Int) -> Int {
        if case .node(let next) = entry(node: node, at: address, level: level) { return next }
        let next = freeNodes.popLast() ?? appendNode()
        set(.node(next), node: node, at: address, level: level)
        present[node] += 1
        return next
    }

    private mutating func appendNode() -> Int {
        entries.append(contentsOf: repeatElement(0, count: Self.entriesPerNode))
        present.append(0)
        return present.count - 1
    }

    /// Removes a leaf that is known to be there, and each node that it leaves empty. Returns whether `node` is empty now.
    private mutating func remove(_ mapping: Mapping, node: Int, level: Int) -> Bool {
        if case .node(let next) = entry(node: node, at: mapping.address, level: level) {
            guard remove(mapping, node: next, level: level - 1) else { return false }
            freeNodes.append(next)
        }
        set(.notPresent, node: node, at: mapping.address, level: level)
        present[node] -= 1
        return present[node] == 0
    }
}

extension TranslationTable: Hashable {
    /// Whether both map the same pages in the same sizes.
    public static func == (left: Self, right: Self) -> Bool { left.mappings.elementsEqual(right.mappings) }

    /// Hashes the mappings.
    public func hash(into hasher: inout Hasher) {
        for mapping in mappings { hasher.combine(mapping) }
    }
}
