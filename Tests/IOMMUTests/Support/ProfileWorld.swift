import IOMMU
import PCIe

/// A page of each kind of owner, from the point of view of domain 1.
enum PageSample: UInt64, CaseIterable {
    case host = 0x1000
    case ownPrivate = 0x10_0000
    case ownShared = 0x30_0000
    case otherPrivate = 0x40_0000
    case otherShared = 0x50_0000

    /// Its host physical address, which is also where it is in second-stage tables.
    var physical: UInt64 { rawValue }
    /// Where devices find it: behind a first stage at an address of its own, otherwise at its guest physical one.
    func address(isBehindFirstStage: Bool) -> UInt64 { isBehindFirstStage ? rawValue + 0x1000_0000 : rawValue }
}

/// The memory of ``Fixture`` on any profile, with a device that domain 1 may hold and a page of each kind in every
/// table that takes it.
struct ProfileWorld {
    private typealias F = Fixture

    var unit: RemappingUnit
    let host: TableNumber
    let trusted: TableNumber
    let guest: TableNumber
    /// What the trusted table would not take.
    private(set) var refused: [PageSample] = []

    init(_ profile: RoutingProfile, cacheCapacity: Int = 1024) throws {
        unit = RemappingUnit(profile: profile, memorySize: 8 << 20, cacheCapacity: cacheCapacity)
        try unit.transfer(1 << 20..<3 << 20, from: .host, to: .private(F.one))
        try unit.transfer(3 << 20..<4 << 20, from: .host, to: .shared(F.one))
        try unit.transfer(4 << 20..<5 << 20, from: .host, to: .private(F.two))
        try unit.transfer(5 << 20..<6 << 20, from: .host, to: .shared(F.two))
        host = unit.makeTable(.host)
        trusted = unit.makeTable(.trusted(F.one))
        guest = unit.makeTable(.guest(F.one))
        for sample in PageSample.allCases { try map(sample) }
        for (table, kind) in [(host, TableKind.host), (trusted, .trusted), (guest, .guest)] where profile.walks(kind) {
            try unit.attach(table, to: F.device)
        }
        unit.setBusMaster(true, of: F.device)
    }

    private mutating func map(_ sample: PageSample) throws {
        let page = Mapping(address: sample.physical, physical: sample.physical, pageSize: .small)
        let window = Mapping(
            address: RoutingProfile.defaultVTOM + sample.physical, physical: sample.physical, pageSize: .small)
        let first = Mapping(
            address: sample.address(isBehindFirstStage: true), physical: sample.physical, pageSize: .small)
        try unit.map([page], in: host)
        try unit.map([first], in: guest)
        do throws(MappingError) {
            try unit.map([page, window], in: trusted)
        } catch {
            refused.append(sample)
        }
    }

    /// A write of the device to a page, as it would find it in this standing.
    func request(_ sample: PageSample, _ tBit: TBit, throughVTOM: Bool = false) -> DMARequest {
        let standing = unit.context(of: F.device).standing
        var isBehind = false
        if case .walked(let walk) = unit.profile.cell(standing, tBit).passage { isBehind = walk.hasFirstStage }
        let address = sample.address(isBehindFirstStage: isBehind) + (throughVTOM ? RoutingProfile.defaultVTOM : 0)
        return F.request(address, tBit)
    }
}

extension Route {
    /// The fault; nil: it reaches memory.
    var fault: Fault? {
        switch self {
        case .reaches: nil
        case .faults(let fault): fault
        }
    }

    /// First host physical address; nil: it faults.
    var physical: UInt64? {
        switch self {
        case .reaches(let segments): segments.first?.physical
        case .faults: nil
        }
    }
}
