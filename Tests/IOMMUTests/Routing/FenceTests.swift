import IOMMU
import PCIe
import Testing

@Suite struct `Fence after a private DMA that faults` {
    private typealias F = Fixture
    private static let bad = F.request(0x7000, .trusted)

    private func running(_ profile: RoutingProfile) throws -> ProfileWorld {
        var world = try ProfileWorld(profile)
        world.unit.hold(F.device, as: .run, for: F.one)
        try world.unit.attach(world.trusted, to: F.sibling)
        world.unit.setBusMaster(true, of: F.sibling)
        world.unit.hold(F.sibling, as: .run, for: F.one)
        return world
    }

    @Test(arguments: RoutingProfile.all.filter { $0.viommu == .none })
    func `on sev-tio it takes all T=1 of the VM along, elsewhere nothing`(profile: RoutingProfile) throws {
        var world = try running(profile)
        var sibling = world.request(.ownPrivate, .trusted)
        sibling.requesterID = F.sibling
        #expect(world.unit.perform(sibling).fault == nil)
        #expect(world.unit.perform(Self.bad).fault?.check == .notMapped(level: 1))
        guard profile.platform == .sevTIO else {
            #expect(world.unit.fencedDomains.isEmpty)
            #expect(world.unit.perform(sibling).fault == nil)
            return
        }
        #expect(world.unit.fencedDomains == [F.one])
        let fault = Fault(.gate(.run, .trusted), at: sibling.address, detail: .fenced(F.one))
        #expect(world.unit.perform(sibling) == .faults(fault))
        #expect(world.unit.explain(sibling).steps.last == .fence(F.one))
        #expect(world.unit.reachableRanges(of: F.sibling, .trusted).isEmpty)
        world.unit.clearFence(of: F.one)
        #expect(world.unit.perform(sibling).fault == nil)
    }

    @Test func `looking at a bad DMA fences nothing`() throws {
        let world = try running(try RoutingProfile(.sevTIO))
        #expect(world.unit.route(Self.bad).fault != nil)
        #expect(world.unit.fencedDomains.isEmpty)
    }

    @Test func `a DMA to somebody else's page fences, T=0 and what never got to a table do not`() throws {
        var world = try running(try RoutingProfile(.sevTIO))
        _ = world.unit.perform(F.request(0x7000, .untrusted))
        world.unit.setBusMaster(false, of: F.device)
        _ = world.unit.perform(Self.bad)
        world.unit.setBusMaster(true, of: F.device)
        world.unit.hold(F.device, as: .locked)
        _ = world.unit.perform(Self.bad)
        #expect(world.unit.fencedDomains.isEmpty)
        world.unit.hold(F.device, as: .run)
        #expect(world.unit.perform(world.request(.otherPrivate, .trusted)).fault?.rule == .noTrustedDMAWithoutRun)
        #expect(world.unit.fencedDomains == [F.one])
    }

    @Test func `a fault tells of the fence`() {
        let fault = Fault(
            .gate(.run, .trusted), at: 0x1000, detail: .fenced(F.one))
        #expect(fault.description.hasSuffix("domain 1 is fenced off after a private DMA that faulted"))
    }
}
