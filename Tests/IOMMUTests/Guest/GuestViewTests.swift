import IOMMU
import PCIe
import Testing

@Suite struct `Guest's view` {
    private typealias F = Fixture
    /// An address that the guest's table maps to the shared page, and is at the same time the guest physical address of
    /// a shared page further on.
    private static let address: UInt64 = 0x31_0000

    private func world(_ profile: RoutingProfile, _ standing: Standing) throws -> ProfileWorld {
        var world = try ProfileWorld(profile)
        let guest = Mapping(address: Self.address, physical: 0x30_0000, pageSize: .small)
        let second = Mapping(address: Self.address, physical: Self.address, pageSize: .small)
        try world.unit.map([guest], in: world.guest)
        try world.unit.map([second], in: world.host)
        world.unit.hold(F.device, as: standing, for: F.one)
        return world
    }

    private func view(_ profile: String, _ standing: Standing, _ tBit: TBit, at address: UInt64 = address) throws
        -> GuestView
    {
        try world(try RoutingProfile(named: profile), standing).unit.guestView(of: F.request(address, tBit))
    }

    @Test func `without a vIOMMU the guest sees what there is`() throws {
        let view = try view("arm-cca", .unlocked, .untrusted)
        #expect(view.belief == .noIOMMU)
        #expect(view.guestPhysical == Self.address)
        #expect(view.route.physical == Self.address)
        #expect(view.finding == .none)
    }

    @Test(arguments: ["arm-cca/split", "sev-tio/split"])
    func `with a split vIOMMU, T=0 flips the guest's IOMMU to identity`(profile: String) throws {
        let view = try view(profile, .unlocked, .untrusted)
        #expect(view.belief == .mapped(guestPhysical: 0x30_0000))
        #expect(view.guestPhysical == Self.address)
        #expect(view.route.physical == Self.address)
        #expect(view.finding == .identityFlip(believed: 0x30_0000, actual: Self.address))
        #expect(
            view.finding.description
                == "With T=0 the guest's IOMMU flips to identity: its driver believes that the address leads to "
                + "0x300000, but no guest table is walked, and the address itself is taken as guest physical 0x310000.")
    }

    @Test func `what the guest's table forbids goes through with T=0 of a split vIOMMU`() throws {
        let view = try view("arm-cca/split", .unlocked, .untrusted, at: 0x30_0000)
        #expect(view.belief == .stopped(Fault(.notMapped(level: 1), in: .guest(F.one), at: 0x30_0000)))
        #expect(view.finding == .identityFlip(believed: nil, actual: 0x30_0000))
        #expect(view.finding.description.contains("leads nowhere"))
    }

    @Test func `from RUN the flip is refused by its rule`() throws {
        let view = try view("arm-cca/split", .run, .untrusted)
        #expect(view.guestPhysical == nil)
        #expect(view.finding == .identityFlipRefused(believed: 0x30_0000, rule: .noMixedTraffic))
        #expect(view.finding.description.hasSuffix("refuses T=0 here [no-mixed-traffic]."))
    }

    @Test(arguments: [Standing.unlocked, .run])
    func `with a unified vIOMMU, T=0 goes where the guest believes`(standing: Standing) throws {
        let view = try view("arm-cca/unified", standing, .untrusted)
        #expect(view.belief == .mapped(guestPhysical: 0x30_0000))
        #expect(view.guestPhysical == 0x30_0000)
        #expect(view.route.physical == 0x30_0000)
        #expect(view.finding == .none)
    }

    @Test(arguments: ["arm-cca/split", "arm-cca/unified", "sev-tio/split", "trusted-only/split"])
    func `T=1 from RUN goes where the guest believes`(profile: String) throws {
        let view = try view(profile, .run, .trusted, at: 0x1010_0000)
        #expect(view.belief == .mapped(guestPhysical: 0x10_0000))
        #expect(view.guestPhysical == 0x10_0000)
        #expect(view.finding == .none)
    }

    @Test func `where T=0 is not translated at all, the guest only does not see why`() throws {
        #expect(try view("trusted-only/split", .unlocked, .untrusted).finding == .stoppedUnseen)
        #expect(try view("arm-cca/unified", .error, .untrusted).finding == .stoppedUnseen)
        #expect(GuestFinding.stoppedUnseen.description.contains("the guest does not see it"))
    }

    @Test func `a function of the host is nobody's guest's`() throws {
        #expect(try view("arm-cca/split", .host, .untrusted).finding == .notTheGuests)
    }

    @Test func `a guest that has set nothing up believes in a fault`() throws {
        var world = try world(try RoutingProfile(named: "arm-cca/unified"), .run)
        world.unit.detach(.guest, from: F.device)
        let view = world.unit.guestView(of: F.request(Self.address, .trusted))
        #expect(view.belief == .stopped(Fault(.noContext(.trusted), at: Self.address)))
        #expect(view.finding == .none)
        #expect(view.finding.description == "The guest's view agrees with what happens.")
    }
}
