import IOMMU
import PCIe
import Testing

@Suite struct `Page ownership and conversion` {
    private typealias F = Fixture
    private static let shared: Range<UInt64> = 0x30_0000..<0x30_2000
    private static let toPrivate = PageConversion(of: shared, domain: F.one, .toPrivate)

    @Test func `memory starts as the host's and ends at its size`() {
        let unit = RemappingUnit(memorySize: 0x2FFF)
        #expect(unit.ownership.size == 0x2000)
        #expect(unit.ownership.owner(of: 0x1FFF) == .host)
        #expect(unit.ownership.owner(of: 0x2000) == nil)
        #expect(unit.ownership.owner(of: .max) == nil)
    }

    @Test func `pages go from the host to a VM and back`() throws {
        var unit = RemappingUnit(memorySize: 0x4000)
        try unit.transfer(0x1000..<0x3000, from: .host, to: .private(F.one))
        #expect(
            [0, 0x1000, 0x2FFF, 0x3000].map(unit.ownership.owner(of:)) == [
                .host, .private(F.one), .private(F.one), .host,
            ])
        try unit.transfer(0x1000..<0x2000, from: .private(F.one), to: .host)
        #expect(unit.ownership.owner(of: 0x1000) == .host)
    }

    @Test func `pages do not change hands behind the host's back`() throws {
        var unit = try F().unit
        let before = unit
        for (owner, newOwner) in [
            (FrameOwner.private(F.one), FrameOwner.shared(F.one)), (.shared(F.one), .private(F.one)),
            (.private(F.one), .private(F.two)), (.host, .host),
        ] {
            #expect(throws: PageError.notThroughHost) {
                try unit.transfer(0x10_0000..<0x10_1000, from: owner, to: newOwner)
            }
        }
        #expect(throws: PageError.ownership(physical: 0x10_0000, .private(F.one))) {
            try unit.transfer(0xF_F000..<0x10_1000, from: .host, to: .shared(F.two))
        }
        #expect(throws: PageError.misaligned(physical: 0x800)) {
            try unit.transfer(0x800..<0x1000, from: .host, to: .shared(F.two))
        }
        #expect(throws: PageError.misaligned(physical: 0x1800)) {
            try unit.transfer(0x1000..<0x1800, from: .host, to: .shared(F.two))
        }
        #expect(throws: PageError.noMemory(physical: 0x80_0000)) {
            try unit.transfer(0x7F_F000..<0x80_1000, from: .host, to: .shared(F.two))
        }
        #expect(unit == before)
    }

    @Test func `a mapped page does not change hands`() throws {
        var fixture = try F()
        try fixture.map(0x5000, to: 0x60_0000, in: fixture.hostTable)
        let error = PageError.reachable(.mapped(fixture.hostTable, address: 0x5000))
        #expect(throws: error) { try fixture.unit.transfer(0x60_0000..<0x61_0000, from: .host, to: .private(F.one)) }
        #expect(error.rule == .noConversionUnderDMA)
        #expect(fixture.unit.ownership.owner(of: 0x60_0000) == .host)
    }

    @Test func `a page changes when the second step completes, not before`() throws {
        var unit = try F().unit
        try unit.requestConversion(Self.toPrivate)
        #expect(unit.conversions == [Self.toPrivate])
        #expect(unit.ownership.owner(of: 0x30_0000) == .shared(F.one))
        try unit.completeConversion(Self.toPrivate)
        #expect(unit.conversions.isEmpty)
        #expect(unit.ownership.owner(of: 0x30_1FFF) == .private(F.one))
        #expect(unit.ownership.owner(of: 0x30_2000) == .shared(F.one))
        let back = PageConversion(of: Self.shared, domain: F.one, .toShared)
        try unit.requestConversion(back)
        try unit.completeConversion(back)
        #expect(try unit == F().unit)
    }

    @Test func `what is not the VM's page of the other kind cannot be converted`() throws {
        var unit = try F().unit
        let before = unit
        #expect(throws: PageError.ownership(physical: 0x30_0000, .shared(F.one))) {
            try unit.requestConversion(PageConversion(of: Self.shared, domain: F.one, .toShared))
        }
        #expect(throws: PageError.ownership(physical: 0x30_0000, .shared(F.one))) {
            try unit.requestConversion(PageConversion(of: Self.shared, domain: F.two, .toPrivate))
        }
        #expect(throws: PageError.ownership(physical: 0, .host)) {
            try unit.requestConversion(PageConversion(of: 0..<0x1000, domain: F.one, .toPrivate))
        }
        #expect(unit == before)
    }

    @Test func `a second conversion of a pending page is refused`() throws {
        var unit = try F().unit
        try unit.requestConversion(Self.toPrivate)
        let other = PageConversion(of: 0x30_1000..<0x30_3000, domain: F.one, .toPrivate)
        #expect(throws: PageError.conversionPending(Self.toPrivate)) { try unit.requestConversion(other) }
        #expect(throws: PageError.conversionPending(Self.toPrivate)) {
            try unit.transfer(Self.shared, from: .shared(F.one), to: .host)
        }
        #expect(unit.conversions == [Self.toPrivate])
    }

    @Test func `only what was asked for completes or is given up`() throws {
        var unit = try F().unit
        #expect(throws: PageError.notRequested) { try unit.completeConversion(Self.toPrivate) }
        #expect(throws: PageError.notRequested) { try unit.cancelConversion(Self.toPrivate) }
        try unit.requestConversion(Self.toPrivate)
        try unit.cancelConversion(Self.toPrivate)
        #expect(throws: PageError.notRequested) { try unit.completeConversion(Self.toPrivate) }
        #expect(try unit == F().unit)
    }

    @Test(arguments: [0x5000, 0x20_0000] as [UInt64]) func `no page changes while a table maps it`(address: UInt64)
        throws
    {
        var fixture = try F()
        // Once by a 4 KiB page, once inside a 2 MiB page that starts elsewhere.
        let isSmall = address == 0x5000
        let page = Mapping(
            address: address, physical: isSmall ? 0x30_1000 : 0x20_0000, pageSize: isSmall ? .small : .large)
        try fixture.unit.map([page], in: fixture.hostTable)
        try fixture.unit.requestConversion(Self.toPrivate)
        let error = PageError.reachable(.mapped(fixture.hostTable, address: address))
        #expect(throws: error) { try fixture.unit.completeConversion(Self.toPrivate) }
        #expect(fixture.unit.ownership.owner(of: 0x30_1000) == .shared(F.one))
        #expect(fixture.unit.conversions == [Self.toPrivate])
        try fixture.unit.unmap(page.addresses, in: fixture.hostTable)
        try fixture.unit.completeConversion(Self.toPrivate)
        #expect(fixture.unit.ownership.owner(of: 0x30_1000) == .private(F.one))
    }

    @Test func `a trusted mapping holds up the way to shared`() throws {
        var fixture = try F()
        try fixture.map(0x9000, to: 0x10_0000, in: fixture.trustedTable)
        let conversion = PageConversion(of: 0x10_0000..<0x10_1000, domain: F.one, .toShared)
        try fixture.unit.requestConversion(conversion)
        #expect(throws: PageError.reachable(.mapped(fixture.trustedTable, address: 0x9000))) {
            try fixture.unit.completeConversion(conversion)
        }
    }

    @Test func `nobody maps a page that is being converted`() throws {
        var fixture = try F()
        try fixture.unit.requestConversion(Self.toPrivate)
        #expect(throws: MappingError.conversionPending(Self.toPrivate)) {
            try fixture.map(0x5000, to: 0x30_1000, in: fixture.hostTable)
        }
        try fixture.map(0x5000, to: 0x30_2000, in: fixture.hostTable)
        let back = PageConversion(of: 0x10_0000..<0x10_1000, domain: F.one, .toShared)
        try fixture.unit.requestConversion(back)
        #expect(throws: MappingError.conversionPending(back)) {
            try fixture.map(0x5000, to: 0x10_0000, in: fixture.trustedTable)
        }
    }

    @Test func `DMA goes on through what is mapped until it is unmapped`() throws {
        var fixture = try F()
        fixture.unit.hold(F.device, as: .unlocked, for: F.one)
        try fixture.map(0x5000, to: 0x30_0000, in: fixture.hostTable)
        try fixture.unit.requestConversion(Self.toPrivate)
        #expect(fixture.fault(0x5000, .untrusted) == nil)
    }

    @Test func `a range inside large pages is unmapped exactly`() throws {
        var fixture = try F()
        let table = fixture.hostTable
        try fixture.unit.map([Mapping(address: 0x20_0000, physical: 0x20_0000, pageSize: .large)], in: table)
        let removed = try fixture.unit.unmapExactly(0x30_0000..<0x30_2000, in: table)
        #expect(removed.map(\.address) == [0x30_0000, 0x30_1000])
        #expect(fixture.unit.table(table)?.mappings.count { _ in true } == 510)
        #expect(try fixture.unit.unmapExactly(0x30_0000..<0x30_2000, in: table).isEmpty)
        #expect(fixture.unit.reach(of: Self.shared) == nil)
        #expect(fixture.unit.reach(of: 0x30_2000..<0x30_3000) == .mapped(table, address: 0x30_2000))
        let missing = TableNumber(rawValue: 9)
        #expect(throws: MappingError.noSuchTable(missing)) { try fixture.unit.unmapExactly(0..<0x1000, in: missing) }
        #expect(throws: MappingError.noSuchTable(missing)) { try fixture.unit.split(at: 0, in: missing) }
    }

    @Test func `a page mapped twice is held until both are gone`() throws {
        var fixture = try F()
        try fixture.map(0x5000, to: 0x30_0000, in: fixture.hostTable)
        try fixture.map(0x6000, to: 0x30_0000, in: fixture.hostTable)
        try fixture.unit.requestConversion(Self.toPrivate)
        try fixture.unit.unmap(0x5000..<0x6000, in: fixture.hostTable)
        #expect(throws: PageError.reachable(.mapped(fixture.hostTable, address: 0x6000))) {
            try fixture.unit.completeConversion(Self.toPrivate)
        }
        try fixture.unit.unmap(0x6000..<0x7000, in: fixture.hostTable)
        try fixture.unit.completeConversion(Self.toPrivate)
    }

    @Test(arguments: Standing.allCases)
    func `a mapped page holds its conversion up whatever its device is doing`(standing: Standing) throws {
        var fixture = try F()
        try fixture.map(0x5000, to: 0x30_0000, in: fixture.hostTable)
        fixture.unit.hold(F.device, as: standing, for: F.one)
        try fixture.unit.requestConversion(Self.toPrivate)
        let error = PageError.reachable(.mapped(fixture.hostTable, address: 0x5000))
        #expect(throws: error) { try fixture.unit.completeConversion(Self.toPrivate) }
        #expect(error.isHeld)
        try fixture.unit.cancelConversion(Self.toPrivate)
        #expect(fixture.unit.ownership.owner(of: 0x30_0000) == .shared(F.one))
    }

    @Test func `what is held can succeed later, what is refused cannot`() {
        #expect(PageError.conversionPending(Self.toPrivate).isHeld)
        for error in [
            PageError.notRequested, .notThroughHost, .misaligned(physical: 1), .noMemory(physical: 0),
            .ownership(physical: 0, .host),
        ] {
            #expect(!error.isHeld)
            #expect(error.rule == nil)
        }
    }
}
