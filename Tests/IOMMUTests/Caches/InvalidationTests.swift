import IOMMU
import PCIe
import Testing

@Suite struct `Invalidation` {
    private typealias F = Fixture
    private static let page: Range<UInt64> = 0x8000..<0x9000

    /// A device with two used pages, both unmapped since: only the IOTLB leads to them.
    private func stale() throws -> Fixture {
        var fixture = try F()
        fixture.unit.hold(F.device, as: .unlocked, for: F.one)
        try fixture.map(0x8000, to: 0x30_0000, in: fixture.hostTable)
        try fixture.map(0x9000, to: 0x30_1000, in: fixture.hostTable)
        _ = fixture.unit.perform(F.request(0x8000, .untrusted))
        _ = fixture.unit.perform(F.request(0x9000, .untrusted))
        try fixture.unit.unmap(0x8000..<0xA000, in: fixture.hostTable)
        return fixture
    }

    private func reached(_ fixture: Fixture) -> [UInt64] {
        fixture.unit.reachableRanges(of: F.device, .untrusted).map(\.physical)
    }

    @Test func `asking for it forgets nothing yet`() throws {
        var fixture = try stale()
        let number = fixture.unit.requestInvalidation(.everything)
        #expect(fixture.unit.progress(of: number) == .requested)
        #expect(fixture.fault(0x8000, .untrusted) == nil)
        fixture.unit.processInvalidations()
        #expect(fixture.unit.progress(of: number) == .completed)
        #expect(fixture.fault(0x8000, .untrusted) != nil)
    }

    @Test func `one that was never asked for has no progress`() throws {
        #expect(try stale().unit.progress(of: InvalidationNumber(rawValue: 0)) == nil)
    }

    @Test func `each scope forgets what it names`() throws {
        let fixture = try stale()
        let other = TableNumber(rawValue: 77)
        for (scope, rest) in [
            (.everything, []), (.table(fixture.hostTable), []), (.table(other), [0x30_0000]),
            (.pages(Self.page, fixture.hostTable), [0x30_1000]), (.pages(0x8FFF..<0x9001, fixture.hostTable), []),
            (.pages(0..<0x8000, fixture.hostTable), [0x30_0000]), (.pages(Self.page, other), [0x30_0000]),
        ] as [(InvalidationScope, [UInt64])] {
            var copy = fixture
            #expect(copy.unit.invalidate(scope) == .completed)
            #expect(reached(copy) == rest, "\(scope)")
        }
    }

    @Test func `it completes when the DMA that was let through before has landed`() throws {
        var fixture = try stale()
        let flight = try fixture.unit.launch(F.request(0x8000, .untrusted))
        let number = fixture.unit.requestInvalidation(.everything)
        fixture.unit.processInvalidations()
        #expect(fixture.fault(0x8000, .untrusted) != nil)
        #expect(fixture.unit.progress(of: number) == .draining(flight))
        #expect(
            fixture.unit.land(flight) == [Segment(physical: 0x30_0000, count: 64, owner: .shared(F.one))])
        #expect(fixture.unit.progress(of: number) == .completed)
        #expect(fixture.unit.land(flight) == nil)
    }

    @Test func `DMA that was let through afterwards does not hold it up`() throws {
        var fixture = try stale()
        try fixture.map(0xA000, to: 0x30_2000, in: fixture.hostTable)
        let before = try fixture.unit.launch(F.request(0x8000, .untrusted))
        let number = fixture.unit.requestInvalidation(.everything)
        fixture.unit.processInvalidations()
        _ = try fixture.unit.launch(F.request(0xA000, .untrusted))
        #expect(fixture.unit.progress(of: number) == .draining(before))
        fixture.unit.land(before)
        #expect(fixture.unit.progress(of: number) == .completed)
    }

    @Test func `they complete in order`() throws {
        var fixture = try stale()
        let flight = try fixture.unit.launch(F.request(0x8000, .untrusted))
        let first = fixture.unit.requestInvalidation(.everything)
        fixture.unit.processInvalidations()
        let second = fixture.unit.requestInvalidation(.table(fixture.trustedTable))
        #expect(fixture.unit.progress(of: second) == .requested)
        fixture.unit.processInvalidations()
        #expect(fixture.unit.progress(of: second) == .draining(flight))
        fixture.unit.land(flight)
        #expect(fixture.unit.progress(of: first) == .completed)
        #expect(fixture.unit.progress(of: second) == .completed)
    }

    @Test func `DMA in flight holds a conversion up after everything is forgotten`() throws {
        var fixture = try stale()
        let conversion = PageConversion(of: 0x30_0000..<0x30_1000, domain: F.one, .toPrivate)
        let flight = try fixture.unit.launch(F.request(0x8000, .untrusted))
        try fixture.unit.requestConversion(conversion)
        fixture.unit.invalidate(.everything)
        #expect(throws: PageError.reachable(.inFlight(flight))) { try fixture.unit.completeConversion(conversion) }
        fixture.unit.land(flight)
        try fixture.unit.completeConversion(conversion)
        #expect(fixture.unit.ownership.owner(of: 0x30_0000) == .private(F.one))
    }

    @Test func `DMA that faults is not in flight`() throws {
        var fixture = try F()
        let fault = Fault(.notMapped(level: 4), in: .host, at: 0x8000)
        #expect(throws: fault) { try fixture.unit.launch(F.request(0x8000, .untrusted)) }
        #expect(try fixture.unit == F().unit)
    }

    @Test func `every way that still leads to a page is told`() {
        #expect(
            [
                PageReach.mapped(TableNumber(rawValue: 1), address: 0x1000),
                .cached(TableNumber(rawValue: 2), address: 0x2000), .cachedByDevice(F.device, address: 0x3000),
                .inFlight(DMANumber(rawValue: 4)),
            ].map(\.description) == [
                "table 1 still maps a page at 0x1000", "the IOTLB still holds a translation of table 2 at 0x2000",
                "3b:00.1 still holds a translation of 0x3000", "DMA 4 has not landed",
            ])
    }
}
