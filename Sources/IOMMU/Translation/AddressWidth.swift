/// How many bits of an address a translation table takes, 9 for each level above the 12 of a page.
public enum AddressWidth: Int, Hashable, Sendable, Codable, CaseIterable {
    /// Three levels.
    case bits39 = 39
    /// Four levels.
    case bits48 = 48
    /// Five levels.
    case bits57 = 57

    /// Number of levels; the root is at this level, leaves of 4 KiB at level 1.
    public var levels: Int { (rawValue - 12) / 9 }
    /// First address behind what a table can map.
    public var limit: UInt64 { 1 << UInt64(rawValue) }
}

extension AddressWidth: CustomStringConvertible {
    /// For example `48 bits`.
    public var description: String { "\(rawValue) bits" }
}
