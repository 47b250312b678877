import IOMMU
import PCIe
import Testing

@Suite struct `Contexts and tables` {
    private typealias F = Fixture

    @Test func `a requester that nobody set up has nothing`() throws {
        let context = try F().unit.context(of: F.sibling)
        #expect(context.standing == .host && context.owner == nil)
        #expect(!context.isBusMaster)
        #expect(context.hostTable == nil)
        #expect(context.trustedTable == nil)
    }

    @Test func `contexts of all requesters are kept apart`() {
        var unit = RemappingUnit(memorySize: 0)
        let requesters = stride(from: 0, through: 0xFFFF, by: 251).map { RequesterID(rawValue: UInt16($0)) }
        for requester in requesters {
            unit.hold(requester, as: .unlocked, for: DomainNumber(rawValue: requester.rawValue))
        }
        for requester in requesters {
            #expect(unit.context(of: requester).standing == .unlocked)
            #expect(unit.context(of: requester).owner == DomainNumber(rawValue: requester.rawValue))
        }
    }

    @Test func `a context is not replaced unseen`() throws {
        var fixture = try F()
        let other = fixture.unit.makeTable(.host)
        #expect(throws: ContextError.occupied(by: fixture.hostTable)) { try fixture.unit.attach(other, to: F.device) }
        fixture.unit.detach(.host, from: F.device)
        try fixture.unit.attach(other, to: F.device)
        #expect(fixture.unit.context(of: F.device).hostTable == other)
        #expect(fixture.unit.context(of: F.device).trustedTable == fixture.trustedTable)
    }

    @Test func `a table that the platform does not walk cannot be attached`() throws {
        var fixture = try F(profile: RoutingProfile(.trustedOnly))
        #expect(throws: ContextError.notWalked(.host)) { try fixture.unit.attach(fixture.hostTable, to: F.device) }
    }

    @Test func `a table in use stays`() throws {
        var fixture = try F()
        #expect(throws: ContextError.inUse(by: F.device)) { try fixture.unit.removeTable(fixture.trustedTable) }
        fixture.unit.detach(.trusted, from: F.device)
        try fixture.unit.removeTable(fixture.trustedTable)
        #expect(fixture.unit.table(fixture.trustedTable) == nil)
        #expect(fixture.unit.tableOwner(fixture.trustedTable) == nil)
        #expect(fixture.unit.makeTable(.host) != fixture.trustedTable)
    }

    @Test(arguments: [2, 99] as [UInt32]) func `what is done to a table that is not there is refused`(number: UInt32)
        throws
    {
        var fixture = try F()
        let removed = fixture.unit.makeTable(.host)
        try fixture.unit.removeTable(removed)
        let table = TableNumber(rawValue: number)
        #expect(throws: ContextError.noSuchTable(table)) { try fixture.unit.attach(table, to: F.sibling) }
        #expect(throws: ContextError.noSuchTable(table)) { try fixture.unit.removeTable(table) }
        #expect(throws: MappingError.noSuchTable(table)) { try fixture.map(0, to: 0, in: table) }
        #expect(throws: MappingError.noSuchTable(table)) { try fixture.unit.unmap(0..<0x1000, in: table) }
    }

    @Test(
        arguments: [
            (0, .host), (0x30_0000, .shared(Fixture.one)), (0x40_0000, .private(Fixture.two)), (0x80_0000, nil),
            (0xF_FFFF_FFFF_F000, nil),
        ] as [(UInt64, FrameOwner?)])
    func `a trusted table maps private pages of its domain only`(physical: UInt64, owner: FrameOwner?) throws {
        var fixture = try F()
        #expect(throws: MappingError.ownership(physical: physical, owner)) {
            try fixture.map(0x1000, to: physical, in: fixture.trustedTable)
        }
        #expect(fixture.unit.table(fixture.trustedTable)?.isEmpty == true)
    }

    @Test func `each frame of a large trusted page is looked at`() throws {
        var fixture = try F()
        let page = Mapping(address: 0, physical: 0x20_0000, pageSize: .large)
        #expect(throws: MappingError.ownership(physical: 0x30_0000, .shared(F.one))) {
            try fixture.unit.map([page], in: fixture.trustedTable)
        }
    }
}
