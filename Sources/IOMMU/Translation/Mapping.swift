/// One leaf of a translation table: a page of device addresses, the physical page behind it, and what may be done to
/// it.
public struct Mapping: Hashable, Sendable, Codable {
    /// First device address (IOVA; in a trusted or host table behind a first stage: guest physical), a multiple of the
    /// page size, below the limit of the table.
    public let address: UInt64
    /// First host physical address (in a guest's table: guest physical), a multiple of the page size, below 2^52.
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

    /// The first device address of each frame of the page.
    var addressesOfFrames: StrideTo<UInt64> {
        stride(from: address, to: addresses.upperBound, by: Int(PageOwnership.frameSize))
    }

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
