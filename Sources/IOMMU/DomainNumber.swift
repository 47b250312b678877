/// A confidential VM as the IOMMU and the memory controller number it; given by the owner of the platform, never reused
/// while a page or a table belongs to it.
public struct DomainNumber: RawRepresentable, Hashable, Sendable, Codable, Comparable {
    /// The number.
    public let rawValue: UInt16

    /// Creates a domain number.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Orders by number.
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

extension DomainNumber: CustomStringConvertible {
    /// `domain` and the number in decimal.
    public var description: String { "domain \(rawValue)" }
}
