/// The pages that a table maps in a range of device addresses, in order; those that reach into the range are among them.
public struct MappingSequence: Sequence, IteratorProtocol, Sendable {
    private let table: TranslationTable
    private var address: UInt64
    private let end: UInt64

    init(of table: TranslationTable, in range: Range<UInt64>) {
        self.table = table
        address = range.lowerBound
        end = Swift.min(range.upperBound, TranslationTable.addressLimit)
    }

    /// The next page; nil at the end. What is not mapped is skipped by the size of the entry that is missing.
    public mutating func next() -> Mapping? {
        while address < end {
            let (level, entry) = table.walk(address)
            let size = TranslationTable.bytes(level: level)
            let start = address & ~(size - 1)
            address = start + size
            switch entry {
            case .leaf(let physical, let permissions):
                guard let pageSize = PageSize(rawValue: level) else { return nil }
                return Mapping(address: start, physical: physical, pageSize: pageSize, permissions: permissions)
            case .notPresent, .node: continue
            }
        }
        return nil
    }
}

extension TranslationTable {
    /// All pages, in order of device addresses.
    public var mappings: MappingSequence { mappings(in: 0..<Self.addressLimit) }

    /// The pages of a range, in order; those that reach into it are among them.
    public func mappings(in range: Range<UInt64>) -> MappingSequence { MappingSequence(of: self, in: range) }

    /// The page that covers an address; nil: not mapped.
    public func mapping(at address: UInt64) -> Mapping? {
        address < Self.addressLimit ? firstMapping(in: address..<address + 1) : nil
    }

    /// Whether nothing is mapped.
    public var isEmpty: Bool { firstMapping(in: 0..<Self.addressLimit) == nil }

    /// The first page of a range.
    func firstMapping(in range: Range<UInt64>) -> Mapping? {
        var pages = mappings(in: range)
        return pages.next()
    }
}
