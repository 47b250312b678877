import IOMMU
import PCIe
import Testing

@Suite struct `Route explanation` {
    private typealias F = Fixture

    @Test func `tells every step of the way to memory`() throws {
        var fixture = try F()
        fixture.unit.setGate(.sharedOnly(F.one), of: F.device)
        try fixture.map(0x20_3000, to: 0x30_0000, in: fixture.hostTable, .write)
        let explanation = fixture.unit.explain(F.request(0x20_3010, .untrusted))
        #expect(explanation.route == .reaches([Segment(physical: 0x30_0010, count: 64, owner: .shared(F.one))]))
        #expect(
            explanation.steps == [
                .gate(.sharedOnly(F.one), reaches: .shared), .busMaster(true),
                .context(F.device, .untrusted, fixture.hostTable, .host), .cache(physical: nil),
                .entry(level: 4, index: 0, .node),
                .entry(level: 3, index: 0, .node), .entry(level: 2, index: 1, .node),
                .entry(level: 1, index: 3, .page(physical: 0x30_0000, .write)),
                .frame(physical: 0x30_0010, .shared(F.one)), .ownership(.granuleTable, allows: true),
            ])
        #expect(
            explanation.steps.map(\.description) == [
                "gate: T=0 to shared pages of domain 1", "bus mastering: enabled",
                "context of 3b:00.1 for T=0: table 0, host table", "cache: nothing",
                "level 4, entry 0: next level", "level 3, entry 0: next level", "level 2, entry 1: next level",
                "level 1, entry 3: page at 0x300000, write", "frame 0x300010: shared page of domain 1",
                "granule protection table: allows it",
            ])
    }

    @Test func `ends where the DMA ends`() throws {
        var fixture = try F()
        fixture.unit.setGate(.sharedOnly(F.one), of: F.device)
        let request = F.request(0x4000_0000, .untrusted)
        #expect(fixture.unit.explain(request).steps.last == .entry(level: 4, index: 0, .notPresent))
        fixture.unit.detach(.host, from: F.device)
        #expect(fixture.unit.explain(request).steps.last == .context(F.device, .untrusted, nil, nil))
        fixture.unit.setBusMaster(false, of: F.device)
        #expect(fixture.unit.explain(request).steps.last == .busMaster(false))
        fixture.unit.setGate(.silent, of: F.device)
        #expect(fixture.unit.explain(request).steps == [.gate(.silent, reaches: nil)])
    }

    @Test func `of a request over pages it tells the one that faults`() throws {
        var fixture = try F()
        fixture.unit.setGate(.sharedOnly(F.one), of: F.device)
        try fixture.map(0x8000, to: 0x30_0000, in: fixture.hostTable)
        try fixture.map(0x9000, to: 0x10_0000, in: fixture.hostTable)
        let explanation = fixture.unit.explain(F.request(0x8FF0, .untrusted))
        #expect(
            explanation.steps.suffix(2) == [
                .frame(physical: 0x10_0000, .private(F.one)), .ownership(.granuleTable, allows: false),
            ])
    }

    @Test func `a permission fault ends at the page, and beyond memory at the frame`() throws {
        var fixture = try F()
        fixture.unit.setGate(.sharedOnly(F.one), of: F.device)
        try fixture.map(0x8000, to: 0x30_0000, in: fixture.hostTable, .read)
        try fixture.map(0x9000, to: 0x80_0000, in: fixture.hostTable)
        #expect(
            fixture.unit.explain(F.request(0x8000, .untrusted)).steps.last
                == .entry(level: 1, index: 8, .page(physical: 0x30_0000, .read)))
        #expect(
            fixture.unit.explain(F.request(0x9000, .untrusted)).steps.last == .frame(physical: 0x80_0000, nil))
    }
}
