import IOMMU
import PCIe
import Testing

@Suite struct `Mapping ledger` {
    private typealias F = Fixture

    /// 3 GiB of memory, the first the host's, the others shared pages of domain 1, and what the host mapped for the
    /// device.
    private struct World {
        var unit = RemappingUnit(memorySize: 3 << 30)
        let table: TableNumber

        init(_ mappings: [Mapping]) throws {
            try unit.transfer(1 << 30..<3 << 30, from: .host, to: .shared(F.one))
            table = unit.makeTable(.host)
            try unit.attach(table, to: F.device)
            unit.setBusMaster(true, of: F.device)
            unit.hold(F.device, as: .unlocked, for: F.one)
            try unit.map(mappings, in: table)
        }

        var mappings: [Mapping] { unit.table(table).map { Array($0.mappings) } ?? [] }

        mutating func convert(_ physical: Range<UInt64>) throws {
            let conversion = PageConversion(of: physical, domain: F.one, .toPrivate)
            try unit.requestConversion(conversion)
            try unit.completeConversion(conversion)
        }
    }

    /// A page of each size, two of them contiguous, one read-only.
    private static let mixed = [
        Mapping(address: 0x1000, physical: 0x4000_0000, pageSize: .small),
        Mapping(address: 0x2000, physical: 0x4000_1000, pageSize: .small, permissions: .read),
        Mapping(address: 0x20_0000, physical: 0x4020_0000, pageSize: .large),
        Mapping(address: 0x4000_0000, physical: 0x8000_0000, pageSize: .huge),
        Mapping(address: 0x7F_FFFF_F000, physical: 0x4040_0000, pageSize: .small, permissions: .write),
    ]

    @Test func `mappings of all sizes come back exactly`() throws {
        var world = try World(Self.mixed)
        let before = world.unit
        var ledger = try world.unit.saveMappings(of: F.device, domain: F.one)
        #expect(ledger.mappings == Self.mixed)
        #expect(ledger.stage == .saved)
        #expect(world.unit == before)
        try world.unit.dropMappings(&ledger)
        #expect(ledger.stage == .dropped)
        #expect(world.mappings.isEmpty)
        #expect(world.unit.reachableRanges(of: F.device, .untrusted).isEmpty)
        try world.unit.restoreMappings(&ledger)
        #expect(ledger.stage == .restored(leftOut: []))
        #expect(world.unit == before)
    }

    @Test func `small pages do not become large ones`() throws {
        let pages = (0..<512).map { index in
            Mapping(address: UInt64(index) << 12, physical: 0x4000_0000 + UInt64(index) << 12, pageSize: .small)
        }
        var world = try World(pages)
        var ledger = try world.unit.saveMappings(of: F.device, domain: F.one)
        try world.unit.dropMappings(&ledger)
        try world.unit.restoreMappings(&ledger)
        #expect(world.mappings == pages)
    }

    @Test func `a page that became private is left out and the rest of a large page comes back`() throws {
        var world = try World(Self.mixed)
        var ledger = try world.unit.saveMappings(of: F.device, domain: F.one)
        try world.unit.dropMappings(&ledger)
        try world.convert(0x4020_3000..<0x4020_5000)
        try world.convert(0x4000_1000..<0x4000_2000)
        try world.unit.restoreMappings(&ledger)
        let reason = LeftOutPages.Reason.owner(.private(F.one))
        guard case .restored(let leftOut) = ledger.stage else { return #expect(Bool(false), "not restored") }
        #expect(leftOut.map(\.addresses) == [0x2000..<0x3000, 0x20_3000..<0x20_5000])
        #expect(leftOut.map(\.physical) == [0x4000_1000, 0x4020_3000])
        #expect(leftOut.map(\.reason) == [reason, reason])
        let inLarge = world.mappings.filter { (0x20_0000..<0x40_0000).contains($0.address) }
        #expect(inLarge.count == 510)
        #expect(inLarge.allSatisfy { $0.pageSize == .small && $0.physical == $0.address + 0x4000_0000 })
        #expect(world.mappings.count == 3 + 510)
    }

    @Test func `a gap in a huge page leaves large pages where they fit`() throws {
        var world = try World([Self.mixed[3]])
        var ledger = try world.unit.saveMappings(of: F.device, domain: F.one)
        try world.unit.dropMappings(&ledger)
        try world.convert(0x8000_0000..<0x8000_1000)
        try world.unit.restoreMappings(&ledger)
        #expect(world.mappings.count { $0.pageSize == .small } == 511)
        #expect(world.mappings.count { $0.pageSize == .large } == 511)
    }

    @Test func `each reason to leave a page out is recorded`() throws {
        let pages = (0..<4).map { index in
            Mapping(address: UInt64(index) << 12, physical: 0x4000_0000 + UInt64(index) << 12, pageSize: .small)
        }
        let beyond = Mapping(address: 0x8000, physical: 3 << 30, pageSize: .small)
        var world = try World(pages + [beyond])
        var ledger = try world.unit.saveMappings(of: F.device, domain: F.one)
        try world.unit.dropMappings(&ledger)
        try world.unit.transfer(0x4000_1000..<0x4000_2000, from: .shared(F.one), to: .host)
        try world.unit.transfer(0x4000_2000..<0x4000_3000, from: .shared(F.one), to: .host)
        try world.unit.transfer(0x4000_2000..<0x4000_3000, from: .host, to: .shared(F.two))
        try world.unit.requestConversion(PageConversion(of: 0x4000_3000..<0x4000_4000, domain: F.one, .toPrivate))
        try world.unit.restoreMappings(&ledger)
        guard case .restored(let leftOut) = ledger.stage else { return #expect(Bool(false), "not restored") }
        #expect(leftOut.map(\.reason) == [.owner(.host), .owner(.shared(F.two)), .conversionPending, .noMemory])
        #expect(leftOut.map(\.addresses.lowerBound) == [0x1000, 0x2000, 0x3000, 0x8000])
        #expect(world.mappings == [pages[0]])
    }

    @Test func `an empty ledger makes the round too`() throws {
        var world = try World([])
        var ledger = try world.unit.saveMappings(of: F.device, domain: F.one)
        try world.unit.dropMappings(&ledger)
        try world.unit.restoreMappings(&ledger)
        #expect(ledger.stage == .restored(leftOut: []))
        #expect(throws: LedgerError.stage(.restored(leftOut: []))) { try world.unit.restoreMappings(&ledger) }
    }

    @Test func `steps out of order are refused and change nothing`() throws {
        var world = try World(Self.mixed)
        var ledger = try world.unit.saveMappings(of: F.device, domain: F.one)
        let saved = world.unit
        #expect(throws: LedgerError.stage(.saved)) { try world.unit.restoreMappings(&ledger) }
        #expect(world.unit == saved)
        try world.unit.dropMappings(&ledger)
        let dropped = world.unit
        #expect(throws: LedgerError.stage(.dropped)) { try world.unit.dropMappings(&ledger) }
        #expect(world.unit == dropped)
        try world.unit.restoreMappings(&ledger)
        #expect(throws: LedgerError.stage(.restored(leftOut: []))) { try world.unit.restoreMappings(&ledger) }
        #expect(throws: LedgerError.stage(.restored(leftOut: []))) { try world.unit.dropMappings(&ledger) }
        #expect(world.unit == saved)
    }

    @Test func `nothing is dropped that was not saved`() throws {
        var world = try World(Self.mixed)
        var ledger = try world.unit.saveMappings(of: F.device, domain: F.one)
        try world.unit.map([Mapping(address: 0x9000, physical: 0x4000_0000, pageSize: .small)], in: world.table)
        let before = world.unit
        #expect(throws: LedgerError.changedSinceSaved) { try world.unit.dropMappings(&ledger) }
        #expect(ledger.stage == .saved)
        #expect(world.unit == before)
    }

    @Test func `nothing is restored over other mappings, not even by a copy of the ledger`() throws {
        var world = try World(Self.mixed)
        var ledger = try world.unit.saveMappings(of: F.device, domain: F.one)
        try world.unit.dropMappings(&ledger)
        var copy = ledger
        try world.unit.restoreMappings(&ledger)
        let before = world.unit
        #expect(throws: LedgerError.tableNotEmpty(Self.mixed[0])) { try world.unit.restoreMappings(&copy) }
        #expect(copy.stage == .dropped)
        #expect(world.unit == before)
    }

    @Test func `untrusted mappings come back last`() throws {
        var world = try World(Self.mixed)
        var ledger = try world.unit.saveMappings(of: F.device, domain: F.one)
        try world.unit.dropMappings(&ledger)
        try world.unit.attach(world.unit.makeTable(.trusted(F.one)), to: F.device)
        #expect(throws: LedgerError.trustedContextPresent) { try world.unit.restoreMappings(&ledger) }
        world.unit.detach(.trusted, from: F.device)
        try world.unit.restoreMappings(&ledger)
        #expect(world.mappings == Self.mixed)
    }

    @Test func `a table that others use has no ledger`() throws {
        var world = try World(Self.mixed)
        try world.unit.attach(world.table, to: F.sibling)
        #expect(throws: LedgerError.sharedTable(with: F.sibling)) {
            try world.unit.saveMappings(of: F.device, domain: F.one)
        }
        world.unit.detach(.host, from: F.sibling)
        var ledger = try world.unit.saveMappings(of: F.device, domain: F.one)
        try world.unit.attach(world.table, to: F.sibling)
        #expect(throws: LedgerError.sharedTable(with: F.sibling)) { try world.unit.dropMappings(&ledger) }
        #expect(world.mappings == Self.mixed)
    }

    @Test func `a requester without context has no ledger`() throws {
        var world = try World(Self.mixed)
        #expect(throws: LedgerError.noContext(F.sibling)) { try world.unit.saveMappings(of: F.sibling, domain: F.one) }
        var ledger = try world.unit.saveMappings(of: F.device, domain: F.one)
        try world.unit.dropMappings(&ledger)
        world.unit.detach(.host, from: F.device)
        #expect(throws: LedgerError.noContext(F.device)) { try world.unit.restoreMappings(&ledger) }
        #expect(ledger.stage == .dropped)
    }

    /// Random pages of two sizes, random pages made private meanwhile: what comes back and what is recorded is
    /// everything that was saved, once.
    @Test(arguments: 1...6 as ClosedRange<UInt64>) func `every page comes back or is recorded`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var mappings: [Mapping] = []
        for slot in 0..<8 as Range<UInt64> {
            let isLarge = Bool.random(using: &random)
            let address = slot << 21 + (isLarge ? 0 : UInt64.random(in: 0..<512, using: &random) << 12)
            let physical = 1 << 30 + UInt64.random(in: 0..<8, using: &random) << 21
            mappings.append(Mapping(address: address, physical: physical, pageSize: isLarge ? .large : .small))
        }
        var world = try World(mappings)
        var ledger = try world.unit.saveMappings(of: F.device, domain: F.one)
        try world.unit.dropMappings(&ledger)
        for _ in 0..<40 {
            let frame = 1 << 30 + UInt64.random(in: 0..<8 * 512, using: &random) << 12
            if world.unit.ownership.owner(of: frame) == .shared(F.one) { try world.convert(frame..<frame + 0x1000) }
        }
        try world.unit.restoreMappings(&ledger)
        guard case .restored(let leftOut) = ledger.stage else { return #expect(Bool(false), "not restored") }
        let saved = mappings.flatMap { pages($0.addresses, to: $0.physical) }
        let restored = world.mappings.flatMap { pages($0.addresses, to: $0.physical) }
        let recorded = leftOut.flatMap { pages($0.addresses, to: $0.physical) }
        #expect(Set(restored).isDisjoint(with: recorded))
        #expect((restored + recorded).sorted { $0[0] < $1[0] } == saved)
        #expect(restored.allSatisfy { world.unit.ownership.owner(of: $0[1]) == .shared(F.one) })
        #expect(recorded.allSatisfy { world.unit.ownership.owner(of: $0[1]) == .private(F.one) })
        let untouched = mappings.filter { mapping in !leftOut.contains { $0.addresses.overlaps(mapping.addresses) } }
        #expect(untouched.allSatisfy(world.mappings.contains))
    }

    /// Address and physical address of each 4 KiB page.
    private func pages(_ addresses: Range<UInt64>, to physical: UInt64) -> [[UInt64]] {
        stride(from: addresses.lowerBound, to: addresses.upperBound, by: 4096).map {
            [$0, physical + ($0 - addresses.lowerBound)]
        }
    }
}
