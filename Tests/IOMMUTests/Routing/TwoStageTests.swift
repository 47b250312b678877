import IOMMU
import PCIe
import Testing

@Suite struct `Two stages` {
    private typealias F = Fixture
    private static let pasid = PASID(rawValue: 5)

    /// A device in RUN behind a unified vIOMMU: T=1 and T=0 both behind the guest's table.
    private func world() throws -> ProfileWorld {
        var world = try ProfileWorld(try RoutingProfile(.armCCA, viommu: .unified))
        world.unit.hold(F.device, as: .run, for: F.one)
        return world
    }

    @Test func `the guest's table decides where T=0 and T=1 alike go`() throws {
        var world = try world()
        #expect(world.unit.route(F.request(0x1010_0010, .trusted)).physical == 0x10_0010)
        #expect(world.unit.route(F.request(0x1030_0010, .untrusted)).physical == 0x30_0010)
        #expect(
            world.unit.route(F.request(0x10_0010, .trusted)).fault
                == Fault(.notMapped(level: 2), in: .guest(F.one), at: 0x10_0010))
        try world.unit.unmap(0x1030_0000..<0x1030_1000, in: world.guest)
        #expect(
            world.unit.route(F.request(0x1030_0010, .untrusted)).fault
                == Fault(.notMapped(level: 2), in: .guest(F.one), at: 0x1030_0010))
    }

    @Test func `a fault of the second stage tells the guest physical address`() throws {
        var world = try world()
        try world.unit.unmap(0x10_0000..<0x10_1000, in: world.trusted)
        let fault = try #require(world.unit.route(F.request(0x1010_0010, .trusted)).fault)
        #expect(
            fault
                == Fault(
                    .notMapped(level: 4), in: .trusted(F.one), at: 0x1010_0010,
                    detail: .secondStage(guestPhysical: 0x10_0010)))
        #expect(
            fault.description
                == "trusted table of domain 1, 0x10100010: not mapped at level 4, guest physical 0x100010")
    }

    @Test func `an access takes the permission of both stages`() throws {
        var world = try world()
        let read = Mapping(address: 0x2000, physical: 0x11_0000, pageSize: .small, permissions: .read)
        let write = Mapping(address: 0x11_0000, physical: 0x11_0000, pageSize: .small, permissions: .write)
        try world.unit.map([read], in: world.guest)
        try world.unit.map([write], in: world.trusted)
        #expect(
            world.unit.perform(F.request(0x2000, .trusted, .write)).fault
                == Fault(.permission(.write), in: .guest(F.one), at: 0x2000))
        #expect(
            world.unit.perform(F.request(0x2000, .trusted, .read)).fault?.table == .trusted(F.one))
        #expect(!world.unit.reachableRanges(of: F.device, .trusted).contains { $0.addresses.contains(0x2000) })
    }

    @Test func `the steps of both stages are told`() throws {
        let world = try world()
        let explanation = world.unit.explain(F.request(0x1010_0010, .trusted))
        #expect(
            explanation.steps == [
                .gate(.run, .trusted, world.unit.profile.cell(.run, .trusted)), .busMaster(true),
                .context(F.device, .trusted, world.trusted, .trusted(F.one)),
                .firstStage(world.guest, .guest(F.one)), .cache(physical: nil),
                .entry(level: 4, index: 0, .node), .entry(level: 3, index: 0, .node),
                .entry(level: 2, index: 0x80, .node),
                .entry(level: 1, index: 0x100, .page(physical: 0x10_0000, .readWrite)), .guestPhysical(0x10_0010),
                .entry(level: 4, index: 0, .node), .entry(level: 3, index: 0, .node),
                .entry(level: 2, index: 0, .node),
                .entry(level: 1, index: 0x100, .page(physical: 0x10_0000, .readWrite)),
                .frame(physical: 0x10_0010, .private(F.one)), .ownership(.granuleTable, allows: true),
            ])
        #expect(
            explanation.steps.map(\.description)[3...4] == [
                "stage 1: table 2, guest table of domain 1", "IOTLB: nothing",
            ])
    }

    @Test func `without the guest's table there is no way`() throws {
        var world = try world()
        world.unit.detach(.guest, from: F.device)
        let request = F.request(0x1010_0000, .trusted)
        #expect(world.unit.route(request) == .faults(Fault(.noContext(.trusted), at: 0x1010_0000)))
        #expect(world.unit.explain(request).steps.last == .firstStage(nil, nil))
    }

    @Test func `the table of another guest is not walked`() throws {
        var world = try world()
        let other = world.unit.makeTable(.guest(F.two))
        world.unit.detach(.guest, from: F.device)
        try world.unit.attach(other, to: F.device)
        #expect(
            world.unit.route(F.request(0x1010_0000, .trusted))
                == .faults(Fault(.contextOfOther(F.two), in: .guest(F.two), at: 0x1010_0000)))
    }

    @Test func `each PASID has a table of its own`() throws {
        var world = try world()
        let table = world.unit.makeTable(.guest(F.one), width: .bits39)
        var request = F.request(0x5000, .trusted)
        request.pasid = Self.pasid
        #expect(world.unit.route(request) == .faults(Fault(.pasid(Self.pasid), at: 0x5000)))
        try world.unit.attach(table, to: F.device, Self.pasid)
        try world.unit.map([Mapping(address: 0x5000, physical: 0x10_0000, pageSize: .small)], in: table)
        #expect(world.unit.perform(request).physical == 0x10_0000)
        #expect(world.unit.route(F.request(0x5000, .trusted)).fault?.table == .guest(F.one))
        #expect(
            world.unit.reachableRanges(of: F.device, .trusted, pasid: Self.pasid).map(\.addresses) == [0x5000..<0x6000])
        request.address = 1 << 39
        #expect(world.unit.route(request).fault?.check == .notMapped(level: 3))
        #expect(throws: ContextError.occupied(by: table)) {
            try world.unit.attach(world.guest, to: F.device, Self.pasid)
        }
        #expect(throws: ContextError.notWalked(.host)) {
            try world.unit.attach(world.host, to: F.device, PASID(rawValue: 6))
        }
        #expect(throws: ContextError.inUse(by: F.device)) { try world.unit.removeTable(table) }
        world.unit.detach(Self.pasid, from: F.device)
        try world.unit.removeTable(table)
    }

    @Test func `one table under two PASIDs stays in use until both are gone`() throws {
        var world = try world()
        let table = world.unit.makeTable(.guest(F.one))
        try world.unit.attach(table, to: F.device, Self.pasid)
        try world.unit.attach(table, to: F.device, PASID(rawValue: 6))
        world.unit.detach(Self.pasid, from: F.device)
        #expect(throws: ContextError.inUse(by: F.device)) { try world.unit.removeTable(table) }
        world.unit.detach(PASID(rawValue: 6), from: F.device)
        try world.unit.removeTable(table)
    }

    @Test func `what is cached behind a first stage goes with either of its tables`() throws {
        for scope in [0, 1, 2, 3] {
            var world = try world()
            let request = F.request(0x1010_0000, .trusted)
            _ = world.unit.perform(request)
            try world.unit.unmap(0x1010_0000..<0x1010_1000, in: world.guest)
            #expect(world.unit.route(request).physical == 0x10_0000)
            let scopes: [InvalidationScope] = [
                .table(world.guest), .table(world.trusted), .pages(0x1010_0000..<0x1010_1000, world.guest),
                .pages(0..<0x1000, world.trusted),
            ]
            world.unit.invalidate(scopes[scope])
            #expect(world.unit.route(request).fault != nil)
        }
    }

    @Test func `pages of the guest's table hold up no conversion, those of the second stage do`() throws {
        var world = try world()
        let conversion = PageConversion(of: 0x30_0000..<0x30_1000, domain: F.one, .toPrivate)
        try world.unit.requestConversion(conversion)
        #expect(throws: PageError.reachable(.mapped(world.host, address: 0x30_0000))) {
            try world.unit.completeConversion(conversion)
        }
        try world.unit.unmap(0x30_0000..<0x30_1000, in: world.host)
        try world.unit.completeConversion(conversion)
        #expect(world.unit.table(world.guest)?.mapping(at: 0x1030_0000) != nil)
    }

    @Test(arguments: AddressWidth.allCases) func `a table takes addresses of its width and no more`(width: AddressWidth)
        throws
    {
        var unit = RemappingUnit(memorySize: 1 << 20)
        let table = unit.makeTable(.host, width: width)
        try unit.attach(table, to: F.device)
        unit.setBusMaster(true, of: F.device)
        let last = Mapping(address: width.limit - 0x1000, physical: 0x3000, pageSize: .small)
        let beyond = Mapping(address: width.limit, physical: 0x3000, pageSize: .small)
        try unit.map([last], in: table)
        #expect(throws: MappingError.tooWide(beyond)) { try unit.map([beyond], in: table) }
        #expect(unit.perform(F.request(last.address, .untrusted)).physical == 0x3000)
        #expect(
            unit.perform(F.request(width.limit, .untrusted)).fault
                == Fault(.notMapped(level: width.levels), in: .host, at: width.limit))
        #expect(width.levels == [AddressWidth.bits39: 3, .bits48: 4, .bits57: 5][width])
        #expect(unit.table(table)?.mapping(at: last.address) == last)
    }
}
