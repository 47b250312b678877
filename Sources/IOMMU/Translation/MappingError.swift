/// Why a table refuses a change. Nothing has changed then.
public enum MappingError: Error, Hashable, Sendable {
    /// An address is not a multiple of the page size.
    case misaligned(Mapping)
    /// The device address has more bits than the table takes, or the physical one more than 52.
    case tooWide(Mapping)
    /// This page is already mapped there.
    case overlaps(Mapping)
    /// No page is mapped in the range.
    case notMapped(Range<UInt64>)
    /// This page reaches out of the range.
    case splitsPage(Mapping)
    /// There is no such table.
    case noSuchTable(TableNumber)
    /// A trusted table maps private pages of its own domain only; this frame is another's, or no memory (nil).
    case ownership(physical: UInt64, FrameOwner?)
    /// A page that is being converted cannot be mapped.
    case conversionPending(PageConversion)
}

extension MappingError: CustomStringConvertible {
    /// One line for an operator.
    public var description: String {
        switch self {
        case .misaligned(let mapping): "\(mapping) is not aligned to its page size"
        case .tooWide(let mapping): "\(mapping) is outside what a table can map"
        case .overlaps(let mapping): "\(mapping) is already mapped"
        case .notMapped(let range): "nothing is mapped in \(hexRange(range))"
        case .splitsPage(let mapping): "\(mapping) reaches out of the range"
        case .noSuchTable(let number): "no table \(number.rawValue)"
        case .ownership(let physical, let owner?): "\(owner) at \(hexAddress(physical))"
        case .ownership(let physical, nil): "no memory at \(hexAddress(physical))"
        case .conversionPending(let conversion): "\(conversion) is pending"
        }
    }
}
