/// A translation table: a radix tree over device addresses of 39, 48 or 57 bits, with leaves of 4 KiB, 2 MiB and 1 GiB.
///
/// Two tables are equal if they map the same pages in the same sizes.
public struct TranslationTable: Sendable {
    /// How many bits of an address it takes.
    public let width: AddressWidth
    private(set) var nodes: TableNodes
    let root: TableNodes.Root

    /// First physical address behind what an entry can hold.
    static let physicalLimit: UInt64 = 1 << 52

    /// Creates an empty table.
    public init(width: AddressWidth = .bits48) {
        self.width = width
        nodes = TableNodes()
        root = nodes.makeRoot(width)
    }

    /// A table of a remapping unit, as it is now.
    init(_ root: TableNodes.Root, of nodes: TableNodes, width: AddressWidth) {
        (self.root, self.nodes, self.width) = (root, nodes, width)
    }

    /// How many nodes there is room for.
    var nodeCount: Int { nodes.count }

    /// Adds a page.
    ///
    /// Throws `misaligned`, `tooWide`, or `overlaps` when a page is already mapped there; nothing changes then.
    public mutating func map(_ mapping: Mapping) throws(MappingError) {
        try mapping.check(width)
        try nodes.map(mapping, in: root)
    }

    /// Adds pages one after the other, all or none of them. Throws like ``map(_:)-(Mapping)``.
    public mutating func map(_ mappings: [Mapping]) throws(MappingError) {
        for (index, mapping) in mappings.enumerated() {
            do throws(MappingError) {
                try map(mapping)
            } catch {
                for added in mappings[..<index] { nodes.remove(added, from: root) }
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
        for mapping in removed { nodes.remove(mapping, from: root) }
        return removed
    }

    /// Puts smaller pages in the place of one that reaches across an address, so that a page begins there. Nothing is
    /// translated differently after it. The address is a multiple of 4 KiB; where no page reaches across, nothing
    /// changes.
    public mutating func split(at address: UInt64) {
        guard address % PageSize.small.bytes == 0, address < width.limit else { return }
        nodes.split(at: address, in: root)
    }
}

extension TranslationTable: Hashable {
    /// Whether both map the same pages in the same sizes.
    public static func == (left: Self, right: Self) -> Bool {
        left.width == right.width && left.mappings.elementsEqual(right.mappings)
    }

    /// Hashes the mappings.
    public func hash(into hasher: inout Hasher) {
        for mapping in mappings { hasher.combine(mapping) }
    }
}

extension Mapping {
    /// Throws `misaligned`, or `tooWide` when a table of this width cannot map it.
    func check(_ width: AddressWidth) throws(MappingError) {
        let size = pageSize.bytes
        guard address % size == 0, physical % size == 0 else { throw .misaligned(self) }
        guard address < width.limit, physical < TranslationTable.physicalLimit else { throw .tooWide(self) }
    }
}
