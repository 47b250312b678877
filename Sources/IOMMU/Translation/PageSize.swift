/// The page sizes of a translation table.
public enum PageSize: Int, Hashable, Sendable, Codable, CaseIterable {
    /// 4 KiB: a leaf at level 1.
    case small = 1
    /// 2 MiB: a leaf at level 2.
    case large = 2
    /// 1 GiB: a leaf at level 3.
    case huge = 3

    /// Bytes that a page covers.
    public var bytes: UInt64 { 1 << shift }
    /// Number of address bits inside a page.
    private var shift: UInt64 { 12 + 9 * (UInt64(rawValue) - 1) }

    /// The next smaller size; nil: there is none.
    var smaller: PageSize? { PageSize(rawValue: rawValue - 1) }

    /// The largest size that divides an alignment and is not above a limit; the smallest where none is.
    static func largest(for alignment: UInt64, atMost limit: UInt64) -> PageSize {
        allCases.last { alignment % $0.bytes == 0 && $0.bytes <= limit } ?? .small
    }
}

extension PageSize: CustomStringConvertible {
    /// `4 KiB`, `2 MiB` or `1 GiB`.
    public var description: String {
        switch self {
        case .small: "4 KiB"
        case .large: "2 MiB"
        case .huge: "1 GiB"
        }
    }
}
