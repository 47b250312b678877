import IOMMU
import PCIe

/// Two VMs and the host in 8 MiB of memory.
///
/// 0..<1 MiB host; 1..<3 private and 3..<4 shared of domain 1; 4..<5 private and 5..<6 shared of domain 2; the rest
/// host.
struct Fixture {
    static let one = DomainNumber(rawValue: 1)
    static let two = DomainNumber(rawValue: 2)
    static let device = RequesterID(bus: 0x3B, device: 0, function: 1)
    static let sibling = RequesterID(bus: 0x3B, device: 0, function: 2)
    static let mebibyte: UInt64 = 1 << 20

    var unit: RemappingUnit
    /// The device's own table, which the host fills.
    let hostTable: TableNumber
    /// Domain 1's table, which the TSM fills.
    let trustedTable: TableNumber

    /// Memory handed out, both tables empty and attached to the device, bus mastering on, held by the host.
    init(profile: RoutingProfile = .standard) throws {
        unit = RemappingUnit(profile: profile, memorySize: 8 * Self.mebibyte)
        try unit.transfer(1 * Self.mebibyte..<3 * Self.mebibyte, from: .host, to: .private(Self.one))
        try unit.transfer(3 * Self.mebibyte..<4 * Self.mebibyte, from: .host, to: .shared(Self.one))
        try unit.transfer(4 * Self.mebibyte..<5 * Self.mebibyte, from: .host, to: .private(Self.two))
        try unit.transfer(5 * Self.mebibyte..<6 * Self.mebibyte, from: .host, to: .shared(Self.two))
        hostTable = unit.makeTable(.host)
        trustedTable = unit.makeTable(.trusted(Self.one))
        if profile.walks(.host) { try unit.attach(hostTable, to: Self.device) }
        if profile.walks(.trusted) { try unit.attach(trustedTable, to: Self.device) }
        unit.setBusMaster(true, of: Self.device)
    }

    /// Maps a 4 KiB page.
    mutating func map(
        _ address: UInt64, to physical: UInt64, in table: TableNumber, _ permissions: Permissions = .readWrite
    ) throws {
        let page = Mapping(address: address, physical: physical, pageSize: .small, permissions: permissions)
        try unit.map([page], in: table)
    }

    /// A request of the device for one page.
    static func request(
        _ address: UInt64, _ tBit: TBit, count: UInt64 = 64, _ access: DMAAccess = .write
    ) -> DMARequest {
        DMARequest(requesterID: device, tBit: tBit, address: address, count: count, access: access)
    }

    /// The fault of a request of the device, or nil.
    func fault(
        _ address: UInt64, _ tBit: TBit, count: UInt64 = 64, _ access: DMAAccess = .write
    ) -> Fault? {
        switch unit.route(Self.request(address, tBit, count: count, access)) {
        case .reaches: nil
        case .faults(let fault): fault
        }
    }
}
