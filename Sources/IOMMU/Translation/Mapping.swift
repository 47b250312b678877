/// One leaf of a translation table: a page of device addresses, the physical page behind it, and what may be done to it.
public struct Mapping: Hashable, Sendable, Codable {
    /// First device address (IOVA), a multiple of the page size, below 2^48.
    public let address: UInt64
    /// First host physical address, a multiple of the page size, below 2^52.
    public let physical: UInt64
    /// How much it covers.
    public let pageSize: PageSize
    /// What the device may do.
    public let permissions: Permissions

    /// Creates a mapping; alignment is checked by the table.
    public init(address: UInt64, physical: UInt64, pageSize: PageSize, permissions: Permissions = .readWrite) {
        self.address = address
        self.physical = physical
        self.pageSize = pageSize
        self.permissions = permissions
    }

    /// First device address behind the page.
    public var end: UInt64 { address + pageSize.bytes }
}

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
    var shift: UInt64 { 12 + 9 * (UInt64(rawValue) - 1) }
}

/// What a mapping lets a device do: at least one of read and write.
public enum Permissions: UInt8, Hashable, Sendable, Codable, CaseIterable {
    /// Reads only.
    case read = 0b01
    /// Writes only.
    case write = 0b10
    /// Both.
    case readWrite = 0b11

    /// Whether they cover an access.
    public func allow(_ access: DMAAccess) -> Bool {
        switch access {
        case .read: rawValue & Self.read.rawValue != 0
        case .write: rawValue & Self.write.rawValue != 0
        }
    }
}
