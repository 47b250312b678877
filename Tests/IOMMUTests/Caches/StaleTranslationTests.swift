import IOMMU
import PCIe
import Testing

/// What is cached goes on reaching memory until it is invalidated; conversions are held because of exactly that.
@Suite struct `Stale translations` {
    private typealias F = Fixture
    private static let conversion = PageConversion(of: 0x30_0000..<0x30_1000, domain: F.one, .toPrivate)
    private static let range: Range<UInt64> = 0x8000..<0x9000

    /// A device in a VM whose page at 0x8000 has been used, so that the IOTLB holds it.
    private func used() throws -> Fixture {
        var fixture = try F()
        fixture.unit.hold(F.device, as: .unlocked, for: F.one)
        try fixture.map(0x8000, to: 0x30_0000, in: fixture.hostTable)
        #expect(fixture.unit.perform(F.request(0x8000, .untrusted)).physical == 0x30_0000)
        return fixture
    }

    @Test func `looking leaves no trace`() throws {
        var fixture = try F()
        fixture.unit.hold(F.device, as: .unlocked, for: F.one)
        try fixture.map(0x8000, to: 0x30_0000, in: fixture.hostTable)
        let before = fixture.unit
        _ = fixture.unit.route(F.request(0x8000, .untrusted))
        _ = fixture.unit.explain(F.request(0x8000, .untrusted))
        _ = fixture.unit.reachableRanges(of: F.device, .untrusted)
        #expect(fixture.unit == before)
        _ = fixture.unit.perform(F.request(0x8000, .untrusted))
        #expect(fixture.unit != before)
    }

    @Test func `an unmapped page is reached until it is invalidated`() throws {
        var fixture = try used()
        try fixture.unit.unmap(Self.range, in: fixture.hostTable)
        #expect(fixture.unit.route(F.request(0x8010, .untrusted)).physical == 0x30_0010)
        #expect(fixture.unit.reachableRanges(of: F.device, .untrusted).map(\.addresses) == [Self.range])
        #expect(
            fixture.unit.explain(F.request(0x8010, .untrusted)).steps.suffix(3) == [
                .cache(physical: 0x30_0000), .frame(physical: 0x30_0010, .shared(F.one)),
                .ownership(.granuleTable, allows: true),
            ])
        #expect(fixture.unit.invalidate(.pages(Self.range, fixture.hostTable)) == .completed)
        #expect(fixture.fault(0x8010, .untrusted)?.check == .notMapped(level: 4))
        #expect(fixture.unit.reachableRanges(of: F.device, .untrusted).isEmpty)
    }

    @Test func `a remapped page goes where it went before until it is invalidated`() throws {
        var fixture = try used()
        try fixture.unit.unmap(Self.range, in: fixture.hostTable)
        try fixture.map(0x8000, to: 0x31_0000, in: fixture.hostTable)
        #expect(fixture.unit.perform(F.request(0x8000, .untrusted)).physical == 0x30_0000)
        fixture.unit.invalidate(.everything)
        #expect(fixture.unit.perform(F.request(0x8000, .untrusted)).physical == 0x31_0000)
    }

    @Test func `a wider permission is found by another walk, a narrower one is not noticed`() throws {
        var fixture = try F()
        fixture.unit.hold(F.device, as: .unlocked, for: F.one)
        try fixture.map(0x8000, to: 0x30_0000, in: fixture.hostTable, .read)
        _ = fixture.unit.perform(F.request(0x8000, .untrusted, .read))
        #expect(fixture.fault(0x8000, .untrusted, .write)?.check == .permission(.write))
        try fixture.unit.unmap(Self.range, in: fixture.hostTable)
        try fixture.map(0x8000, to: 0x30_0000, in: fixture.hostTable)
        #expect(fixture.unit.perform(F.request(0x8000, .untrusted, .write)).physical == 0x30_0000)
        try fixture.unit.unmap(Self.range, in: fixture.hostTable)
        try fixture.map(0x8000, to: 0x30_0000, in: fixture.hostTable, .read)
        #expect(fixture.fault(0x8000, .untrusted, .write) == nil)
    }

    @Test func `a conversion is held while the IOTLB knows the page`() throws {
        var fixture = try used()
        try fixture.unit.requestConversion(Self.conversion)
        #expect(throws: PageError.reachable(.mapped(fixture.hostTable, address: 0x8000))) {
            try fixture.unit.completeConversion(Self.conversion)
        }
        try fixture.unit.unmap(Self.range, in: fixture.hostTable)
        let held = PageError.reachable(.cached(fixture.hostTable, address: 0x8000))
        #expect(throws: held) { try fixture.unit.completeConversion(Self.conversion) }
        #expect(held.isHeld)
        #expect(held.rule == .noConversionUnderDMA)
        #expect(fixture.unit.ownership.owner(of: 0x30_0000) == .shared(F.one))
        fixture.unit.invalidate(.table(fixture.hostTable))
        try fixture.unit.completeConversion(Self.conversion)
        #expect(fixture.unit.ownership.owner(of: 0x30_0000) == .private(F.one))
    }

    @Test func `pages do not change hands while the IOTLB knows them`() throws {
        var fixture = try used()
        try fixture.unit.unmap(Self.range, in: fixture.hostTable)
        #expect(throws: PageError.reachable(.cached(fixture.hostTable, address: 0x8000))) {
            try fixture.unit.transfer(0x30_0000..<0x30_1000, from: .shared(F.one), to: .host)
        }
    }

    @Test func `a table that is gone still holds pages up by what was cached from it`() throws {
        var fixture = try used()
        fixture.unit.detach(.host, from: F.device)
        try fixture.unit.removeTable(fixture.hostTable)
        #expect(fixture.fault(0x8000, .untrusted)?.check == .noContext(.untrusted))
        #expect(fixture.unit.reach(of: 0x30_0000..<0x30_1000) == .cached(fixture.hostTable, address: 0x8000))
        fixture.unit.invalidate(.table(fixture.hostTable))
        #expect(fixture.unit.reach(of: 0x30_0000..<0x30_1000) == nil)
    }

    @Test func `what faults is not cached`() throws {
        var fixture = try F()
        fixture.unit.hold(F.device, as: .unlocked, for: F.one)
        try fixture.map(0x8000, to: 0x10_0000, in: fixture.hostTable)
        let before = fixture.unit
        #expect(fixture.unit.perform(F.request(0x8000, .untrusted)).fault?.rule == .noUntrustedDMAToPrivate)
        #expect(fixture.unit == before)
    }

    @Test(
        arguments: [
            (.locked, nil), (.host, nil), (.unlocked, Fixture.two), (.run, Fixture.one),
        ] as [(Standing, DomainNumber?)])
    func `what is cached helps nobody who is held otherwise by now`(standing: Standing, domain: DomainNumber?) throws {
        var fixture = try used()
        fixture.unit.hold(F.device, as: standing, for: domain)
        #expect(fixture.fault(0x8000, .untrusted) != nil)
        #expect(fixture.unit.reachableRanges(of: F.device, .untrusted).isEmpty)
    }

    @Test func `the secure EPT believes what is cached of it, others look at the owner as it was`() throws {
        for platform in [PlatformProfile.tdxConnect, .armCCA] {
            var world = try ProfileWorld(try RoutingProfile(platform))
            world.unit.hold(F.device, as: .run, for: F.one)
            let request = world.request(.ownPrivate, .trusted)
            #expect(world.unit.perform(request).physical == 0x10_0000)
            try world.unit.unmap(0x10_0000..<0x10_1000, in: world.trusted)
            #expect(world.unit.route(request).physical == 0x10_0000)
            let conversion = PageConversion(of: 0x10_0000..<0x10_1000, domain: F.one, .toShared)
            try world.unit.requestConversion(conversion)
            #expect(throws: PageError.self) { try world.unit.completeConversion(conversion) }
        }
    }
}
