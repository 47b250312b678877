import PCIe
import Testing

@testable import IOMMU

@Suite struct `DMA routes` {
    private typealias F = Fixture

    /// The same device address in both tables, so that only T decides: T=0 to a shared, T=1 to a private page.
    private func split(_ standing: Standing, for domain: DomainNumber = F.one) throws -> Fixture {
        var fixture = try F()
        fixture.unit.hold(F.device, as: standing, for: domain)
        try fixture.map(0x8000, to: 0x30_0000, in: fixture.hostTable)
        try fixture.map(0x8000, to: 0x10_0000, in: fixture.trustedTable)
        return fixture
    }

    @Test func `T=0 and T=1 to one address hit different translations`() throws {
        #expect(
            try split(.unlocked).unit.route(F.request(0x8010, .untrusted))
                == .reaches([Segment(physical: 0x30_0010, count: 64, owner: .shared(F.one))]))
        #expect(
            try split(.run).unit.route(F.request(0x8010, .trusted))
                == .reaches([Segment(physical: 0x10_0010, count: 64, owner: .private(F.one))]))
    }

    @Test(
        arguments: [
            (.host, .trusted, .noTrustedDMAWithoutRun), (.unlocked, .trusted, .noTrustedDMAWithoutRun),
            (.locked, .untrusted, .silentWhenLockedOrFailed), (.locked, .trusted, .silentWhenLockedOrFailed),
            (.error, .untrusted, .silentWhenLockedOrFailed), (.error, .trusted, .silentWhenLockedOrFailed),
            (.run, .untrusted, .noMixedTraffic),
        ] as [(Standing, TBit, RoutingRule)])
    func `what the gate does not let through names the rule`(
        standing: Standing, tBit: TBit, rule: RoutingRule
    ) throws {
        let fault = try split(standing).fault(0x8000, tBit)
        #expect(fault == Fault(.gate(standing, tBit), at: 0x8000, rule: rule))
    }

    @Test func `a host device reaches host pages only`() throws {
        var fixture = try split(.host)
        try fixture.map(0x9000, to: 0x2000, in: fixture.hostTable)
        #expect(fixture.fault(0x9000, .untrusted) == nil)
        #expect(
            fixture.fault(0x8000, .untrusted)
                == Fault(.ownership(physical: 0x30_0000, .shared(F.one)), in: .host, at: 0x8000))
    }

    @Test(
        arguments: [
            (0x10_0000, .private(Fixture.one), .noUntrustedDMAToPrivate),
            (0x40_0000, .private(Fixture.two), .noUntrustedDMAToPrivate), (0x50_0000, .shared(Fixture.two), nil),
            (0, .host, nil),
        ] as [(UInt64, FrameOwner, RoutingRule?)])
    func `T=0 reaches nothing but shared pages of its VM, whatever the host maps`(
        physical: UInt64, owner: FrameOwner, rule: RoutingRule?
    ) throws {
        var fixture = try F()
        fixture.unit.hold(F.device, as: .unlocked, for: F.one)
        try fixture.map(0x5000, to: physical, in: fixture.hostTable)
        #expect(
            fixture.fault(0x5000, .untrusted)
                == Fault(.ownership(physical: physical, owner), in: .host, at: 0x5000, rule: rule))
    }

    @Test(arguments: [.host, .shared(Fixture.one), .private(Fixture.two)] as [FrameOwner])
    func `T=1 reaches nothing but private pages of its VM, even if the table is wrong`(owner: FrameOwner) throws {
        var fixture = try split(.run)
        try fixture.unit.ownership.give(0x10_0000..<0x10_1000, to: owner)
        #expect(
            fixture.fault(0x8000, .trusted)
                == Fault(
                    .ownership(physical: 0x10_0000, owner), in: .trusted(F.one), at: 0x8000,
                    rule: .noTrustedDMAWithoutRun))
    }

    @Test func `a trusted context of another domain is not walked`() throws {
        let fault = try split(.run, for: F.two).fault(0x8000, .trusted)
        #expect(fault == Fault(.contextOfOther(F.one), in: .trusted(F.one), at: 0x8000, rule: .noTrustedDMAWithoutRun))
    }

    @Test func `the cut of T=1 works at once`() throws {
        var fixture = try split(.run)
        #expect(fixture.fault(0x8000, .trusted) == nil)
        fixture.unit.detach(.trusted, from: F.device)
        #expect(fixture.fault(0x8000, .trusted) == Fault(.noContext(.trusted), at: 0x8000))
    }

    @Test func `requesters do not use each other's contexts`() throws {
        var fixture = try split(.unlocked)
        fixture.unit.setBusMaster(true, of: F.sibling)
        fixture.unit.hold(F.sibling, as: .unlocked, for: F.one)
        var request = F.request(0x8000, .untrusted)
        request.requesterID = F.sibling
        #expect(fixture.unit.route(request) == .faults(Fault(.noContext(.untrusted), at: 0x8000)))
    }

    @Test func `bus mastering off stops everything`() throws {
        var fixture = try split(.unlocked)
        fixture.unit.setBusMaster(false, of: F.device)
        #expect(fixture.fault(0x8000, .untrusted) == Fault(.busMasterDisabled, at: 0x8000))
    }

    @Test func `a T value that the platform does not translate faults`() throws {
        var fixture = try F(profile: RoutingProfile(.trustedOnly))
        fixture.unit.hold(F.device, as: .unlocked, for: F.one)
        #expect(fixture.fault(0x8000, .untrusted) == Fault(.notTranslated(.untrusted), at: 0x8000))
    }

    @Test func `a PASID has no context`() throws {
        let fixture = try split(.unlocked)
        var request = F.request(0x8000, .untrusted)
        request.pasid = PASID(rawValue: 7)
        #expect(fixture.unit.route(request) == .faults(Fault(.pasid(PASID(rawValue: 7)), at: 0x8000)))
    }

    @Test(arguments: [(0x9000, 1), (0x20_0000, 2), (0x4000_0000, 3), (1 << 39, 4), (1 << 48, 4)] as [(UInt64, Int)])
    func `what is not mapped faults at the level where the walk ends`(address: UInt64, level: Int) throws {
        let fault = try split(.unlocked).fault(address, .untrusted)
        #expect(fault == Fault(.notMapped(level: level), in: .host, at: address))
    }

    @Test(arguments: [(Permissions.read, DMAAccess.write), (.write, .read)])
    func `an access that is not permitted faults`(permissions: Permissions, access: DMAAccess) throws {
        var fixture = try split(.unlocked)
        try fixture.map(0x9000, to: 0x30_1000, in: fixture.hostTable, permissions)
        #expect(fixture.fault(0x9000, .untrusted, access) == Fault(.permission(access), in: .host, at: 0x9000))
        let other = access == .read ? DMAAccess.write : .read
        #expect(fixture.fault(0x9000, .untrusted, other) == nil)
    }

    @Test func `a page behind the end of memory faults`() throws {
        var fixture = try split(.unlocked)
        try fixture.map(0x9000, to: 0x80_0000, in: fixture.hostTable)
        #expect(fixture.fault(0x9010, .untrusted) == Fault(.noMemory(physical: 0x80_0010), in: .host, at: 0x9010))
    }

    @Test(arguments: [(0x8000, 0), (UInt64.max, 2), (2, UInt64.max)] as [(UInt64, UInt64)])
    func `an impossible range faults`(address: UInt64, count: UInt64) throws {
        let fault = try split(.unlocked).fault(address, .untrusted, count: count)
        #expect(fault == Fault(.addressRange, at: address))
    }

    @Test func `a request over pages reaches contiguous memory as one segment`() throws {
        var fixture = try split(.unlocked)
        try fixture.map(0x9000, to: 0x30_1000, in: fixture.hostTable)
        try fixture.map(0xA000, to: 0x30_8000, in: fixture.hostTable)
        #expect(
            fixture.unit.route(F.request(0x8800, .untrusted, count: 0x2000))
                == .reaches([
                    Segment(physical: 0x30_0800, count: 0x1800, owner: .shared(F.one)),
                    Segment(physical: 0x30_8000, count: 0x800, owner: .shared(F.one)),
                ]))
    }

    @Test func `a request over pages reaches all of them or none`() throws {
        var fixture = try split(.unlocked)
        try fixture.map(0x9000, to: 0x40_0000, in: fixture.hostTable)
        #expect(
            fixture.fault(0x8800, .untrusted, count: 0x1000)
                == Fault(
                    .ownership(physical: 0x40_0000, .private(F.two)), in: .host, at: 0x9000,
                    rule: .noUntrustedDMAToPrivate))
        #expect(fixture.fault(0x8800, .untrusted, count: 0x800) == nil)
    }

    @Test func `inside a large page each frame is judged`() throws {
        var fixture = try F()
        fixture.unit.hold(F.device, as: .unlocked, for: F.one)
        try fixture.unit.map([Mapping(address: 0, physical: 0x20_0000, pageSize: .large)], in: fixture.hostTable)
        #expect(fixture.fault(0x10_0000, .untrusted, count: 0x10_0000) == nil)
        #expect(fixture.fault(0xF_FFFF, .untrusted, count: 2)?.rule == .noUntrustedDMAToPrivate)
        try fixture.unit.map([Mapping(address: 0x20_0000, physical: 0, pageSize: .large)], in: fixture.hostTable)
        fixture.unit.hold(F.device, as: .host)
        #expect(
            fixture.fault(0x2F_FFF0, .untrusted, count: 32)
                == Fault(
                    .ownership(physical: 0x10_0000, .private(F.one)), in: .host, at: 0x30_0000,
                    rule: .noUntrustedDMAToPrivate))
        fixture.unit.hold(F.device, as: .unlocked, for: F.one)
        #expect(
            fixture.unit.reachableRanges(of: F.device, .untrusted) == [
                ReachableRange(
                    addresses: 0x10_0000..<0x20_0000, physical: 0x30_0000, permissions: .readWrite,
                    owner: .shared(F.one))
            ])
    }

    @Test func `reachable ranges follow standing, context and bus mastering`() throws {
        var fixture = try split(.unlocked)
        try fixture.map(0x9000, to: 0x30_1000, in: fixture.hostTable, .read)
        #expect(
            fixture.unit.reachableRanges(of: F.device, .untrusted).map(\.addresses) == [
                0x8000..<0x9000, 0x9000..<0xA000,
            ])
        #expect(fixture.unit.reachableRanges(of: F.device, .trusted).isEmpty)
        fixture.unit.hold(F.device, as: .run, for: F.one)
        #expect(fixture.unit.reachableRanges(of: F.device, .untrusted).isEmpty)
        #expect(fixture.unit.reachableRanges(of: F.device, .trusted).map(\.physical) == [0x10_0000])
        fixture.unit.hold(F.device, as: .run, for: F.two)
        #expect(fixture.unit.reachableRanges(of: F.device, .trusted).isEmpty)
        fixture.unit.hold(F.device, as: .locked)
        #expect(fixture.unit.reachableRanges(of: F.device, .untrusted).isEmpty)
        fixture.unit.hold(F.device, as: .run, for: F.one)
        fixture.unit.setBusMaster(false, of: F.device)
        #expect(fixture.unit.reachableRanges(of: F.device, .trusted).isEmpty)
    }

    @Test func `a fault is told in one line with its rule`() throws {
        let fault = try #require(try split(.locked).fault(0x8000, .trusted))
        #expect(
            fault.description
                == "0x8000: T=1 is not let through in CONFIG_LOCKED [silent-when-locked-or-failed]")
        #expect(Fault(.notMapped(level: 2), in: .host, at: 0).description == "host table, 0x0: not mapped at level 2")
    }
}
