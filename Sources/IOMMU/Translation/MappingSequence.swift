/// The pages that a table maps in a range of device addresses, in order; those that reach into the range are among
/// them.
public struct MappingSequence: Sequence, IteratorProtocol, Sendable {
    private let nodes: TableNodes
    private let root: TableNodes.Root
    private var address: UInt64
    private let end: UInt64

    init(of root: TableNodes.Root, among nodes: TableNodes, in range: Range<UInt64>) {
        (self.nodes, self.root) = (nodes, root)
        address = range.lowerBound
        end = Swift.min(range.upperBound, root.limit)
    }

    /// The next page; nil at the end. What is not mapped is skipped by the size of the entry that is missing.
    public mutating func next() -> Mapping? {
        while address < end {
            let walk = nodes.walk(root, address)
            let size = TableEntry.bytes(level: walk.level)
            let start = address & ~(size - 1)
            address = start + size
            switch walk.entry {
            case .leaf(let physical, let permissions):
                guard let pageSize = PageSize(rawValue: walk.level) else { return nil }
                return Mapping(address: start, physical: physical, pageSize: pageSize, permissions: permissions)
            case .notPresent, .node: continue
            }
        }
        return nil
    }
}

extension TranslationTable {
    /// All pages, in order of device addresses.
    public var mappings: MappingSequence { mappings(in: 0..<width.limit) }

    /// The pages of a range, in order; those that reach into it are among them.
    public func mappings(in range: Range<UInt64>) -> MappingSequence {
        MappingSequence(of: root, among: nodes, in: range)
    }

    /// The page that covers an address; nil: not mapped.
    public func mapping(at address: UInt64) -> Mapping? {
        address < width.limit ? nodes.first(in: address..<address + 1, of: root) : nil
    }

    /// Whether nothing is mapped.
    public var isEmpty: Bool { nodes.isEmpty(node: root.node) }
}
