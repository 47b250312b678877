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

    /// The device addresses of the page.
    public var addresses: Range<UInt64> { address..<end(of: address) }
    /// The host physical addresses of the page.
    public var physicalAddresses: Range<UInt64> { physical..<end(of: physical) }

    /// The first address of each frame behind the page.
    var physicalFrames: StrideTo<UInt64> {
        stride(from: physical, to: physicalAddresses.upperBound, by: Int(PageOwnership.frameSize))
    }

    /// First address behind a page that starts here; at most 2^64 - 1, which is behind what a table maps.
    private func end(of start: UInt64) -> UInt64 {
        let (end, overflow) = start.addingReportingOverflow(pageSize.bytes)
        return overflow ? .max : end
    }

    /// The fewest pages that map `count` bytes, a multiple of 4 KiB, from `address` on to contiguous memory from
    /// `physical` on: each as large as alignment and what is left allow.
    public static func covering(
        address: UInt64, physical: UInt64, count: UInt64, permissions: Permissions = .readWrite
    ) -> [Mapping] {
        var pages: [Mapping] = []
        var offset: UInt64 = 0
        while count - offset >= PageSize.small.bytes {
            let size = PageSize.largest(for: (address &+ offset) | (physical &+ offset), atMost: count - offset)
            pages.append(
                Mapping(
                    address: address &+ offset, physical: physical &+ offset, pageSize: size, permissions: permissions))
            offset += size.bytes
        }
        return pages
    }
}

extension Mapping: CustomStringConvertible {
    /// For example `0x200000 -> 0x40000000 (2 MiB, read and write)`.
    public var description: String {
        "\(hexAddress(address)) -> \(hexAddress(physical)) (\(pageSize), \(permissions))"
    }
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
    private var shift: UInt64 { 12 + 9 * (UInt64(rawValue) - 1) }

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

extension Permissions: CustomStringConvertible {
    /// `read`, `write` or `read and write`.
    public var description: String {
        switch self {
        case .read: "read"
        case .write: "write"
        case .readWrite: "read and write"
        }
    }
}
