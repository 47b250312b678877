import IOMMU
import PCIe
import Testing

@Suite struct `Route explanation` {
    private typealias F = Fixture

    @Test func `tells every step of the way to memory`() throws {
        var fixture = try F()
        fixture.unit.hold(F.device, as: .unlocked, for: F.one)
        try fixture.map(0x20_3000, to: 0x30_0000, in: fixture.hostTable, .write)
        let explanation = fixture.unit.explain(F.request(0x20_3010, .untrusted))
        #expect(explanation.route == .reaches([Segment(physical: 0x30_0010, count: 64, owner: .shared(F.one))]))
        #expect(
            explanation.steps == [
                .gate(.unlocked, .untrusted, fixture.unit.profile.cell(.unlocked, .untrusted)), .busMaster(true),
                .context(F.device, .untrusted, fixture.hostTable, .host), .cache(physical: nil),
                .entry(level: 4, index: 0, .node),
                .entry(level: 3, index: 0, .node), .entry(level: 2, index: 1, .node),
                .entry(level: 1, index: 3, .page(physical: 0x30_0000, .write)),
                .frame(physical: 0x30_0010, .shared(F.one)), .ownership(.granuleTable, allows: true),
            ])
        #expect(
            explanation.steps.map(\.description) == [
                "gate: T=0 in CONFIG_UNLOCKED: host table, to shared pages", "bus master: enabled",
                "context: 3b:00.1, T=0: table 0, host table", "IOTLB: nothing", "walk: L4[0] next level",
                "walk: L3[0] next level", "walk: L2[1] next level", "walk: L1[3] page at 0x300000, write",
                "page: 0x300010, shared page of domain 1", "ownership: granule protection table: allows it",
            ])
        let names = Names(domain: { "vm\($0.rawValue)" }, requester: { "0000:\($0)" })
        #expect(explanation.steps[2].text(names) == "context: 0000:3b:00.1, T=0: table 0, host table")
        #expect(explanation.steps[8].text(names) == "page: 0x300010, shared page of vm1")
    }

    @Test func `ends where the DMA ends`() throws {
        var fixture = try F()
        fixture.unit.hold(F.device, as: .unlocked, for: F.one)
        let request = F.request(0x4000_0000, .untrusted)
        #expect(fixture.unit.explain(request).steps.last == .entry(level: 4, index: 0, .notPresent))
        fixture.unit.detach(.host, from: F.device)
        #expect(fixture.unit.explain(request).steps.last == .context(F.device, .untrusted, nil, nil))
        fixture.unit.setBusMaster(false, of: F.device)
        #expect(fixture.unit.explain(request).steps.last == .busMaster(false))
        fixture.unit.hold(F.device, as: .locked)
        let cell = fixture.unit.profile.cell(.locked, .untrusted)
        #expect(fixture.unit.explain(request).steps == [.gate(.locked, .untrusted, cell)])
    }

    @Test func `of a request over pages it tells the one that faults`() throws {
        var fixture = try F()
        fixture.unit.hold(F.device, as: .unlocked, for: F.one)
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
        fixture.unit.hold(F.device, as: .unlocked, for: F.one)
        try fixture.map(0x8000, to: 0x30_0000, in: fixture.hostTable, .read)
        try fixture.map(0x9000, to: 0x80_0000, in: fixture.hostTable)
        #expect(
            fixture.unit.explain(F.request(0x8000, .untrusted)).steps.last
                == .entry(level: 1, index: 8, .page(physical: 0x30_0000, .read)))
        #expect(
            fixture.unit.explain(F.request(0x9000, .untrusted)).steps.last == .frame(physical: 0x80_0000, nil))
    }

    @Test func `the gate is what the profile has, and not what most of them have`() throws {
        for (name, standing, tBit, text) in [
            (
                "arm-cca/unified", Standing.run, TBit.untrusted,
                "T=0 in RUN: guest table, then host table, to shared pages"
            ),
            (
                "sev-tio", .run, .trusted,
                "T=1 in RUN: trusted table, to pages private below vTOM, shared from there on"
            ), ("arm-cca", .run, .untrusted, "T=0 in RUN: nothing [no-mixed-traffic]"),
        ] {
            var world = try ProfileWorld(try RoutingProfile(named: name))
            world.unit.hold(F.device, as: standing, for: F.one)
            let step = try #require(world.unit.explain(world.request(.ownShared, tBit)).steps.first)
            #expect(step.saying(.numbers) == text)
        }
    }

    @Test func `a translated request is told without the tables that it passes by`() throws {
        var world = try ProfileWorld(try RoutingProfile(named: "arm-cca/unified"))
        world.unit.hold(F.device, as: .run, for: F.one)
        world.unit.setATS(true, of: F.device)
        var request = F.request(0x10_0010, .trusted)
        request.isTranslated = true
        #expect(
            world.unit.explain(request).steps.map(\.part) == ["gate", "bus master", "context", "page", "ownership"])
    }
}
