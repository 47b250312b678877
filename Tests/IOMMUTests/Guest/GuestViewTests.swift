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

    private func parts(
        _ profile: String, _ standing: Standing, _ tBit: TBit, at address: UInt64 = address, count: UInt64 = 64
    ) throws -> [GuestPart] {
        var request = F.request(address, tBit)
        request.count = count
        return try world(try RoutingProfile(named: profile), standing).unit.guestView(of: request)
    }

    private func view(_ profile: String, _ standing: Standing, _ tBit: TBit, at address: UInt64 = address) throws
        -> GuestPart
    {
        let parts = try parts(profile, standing, tBit, at: address)
        #expect(parts.count == 1)
        return try #require(parts.first)
    }

    @Test func `without a vIOMMU the guest sees what there is`() throws {
        let view = try view("arm-cca", .unlocked, .untrusted)
        #expect(view.belief == .physical(Self.address, isFromVTOM: false))
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
        #expect(view.finding == .identityFlip(believed: 0x30_0000, actual: Self.address, isStopped: false))
        #expect(
            view.finding.description
                == "With T=0 the guest's IOMMU flips to identity: its driver believes that the address leads to "
                + "0x300000, but no guest table is walked, and the address itself is taken as guest physical 0x310000.")
    }

    @Test func `what the guest's table forbids goes through with T=0 of a split vIOMMU`() throws {
        let view = try view("arm-cca/split", .unlocked, .untrusted, at: 0x30_0000)
        #expect(view.belief == .stopped(Fault(.notMapped(level: 1), in: .guest(F.one), at: 0x30_0000)))
        #expect(view.finding == .identityFlip(believed: nil, actual: 0x30_0000, isStopped: false))
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

    @Test func `where T=0 is not translated at all, it would pass the guest's table by all the same`() throws {
        let view = try view("trusted-only/split", .unlocked, .untrusted)
        #expect(view.finding == .identityFlipRefused(believed: 0x30_0000, rule: nil))
        #expect(view.finding.description.hasSuffix("and the platform refuses T=0 here."))
    }

    @Test func `a flip may also lead nowhere`() throws {
        var world = try world(try RoutingProfile(named: "arm-cca/split"), .unlocked)
        try world.unit.unmap(Self.address..<Self.address + 4096, in: world.host)
        let view = try #require(world.unit.guestView(of: F.request(Self.address, .untrusted)).first)
        #expect(view.finding == .identityFlip(believed: 0x30_0000, actual: Self.address, isStopped: true))
        #expect(view.finding.description.hasSuffix("guest physical 0x310000, where the DMA is stopped."))
    }

    @Test func `what nothing of the guest's stops, and is stopped, the guest does not see`() throws {
        let silent = try view("arm-cca/unified", .error, .untrusted).finding
        #expect(silent == .stoppedUnseen(rule: .silentWhenLockedOrFailed))
        // Without an IOMMU, too: the guest's driver gives its device shared pages after conversion.
        let running = try view("arm-cca", .run, .untrusted)
        #expect(running.belief == .physical(Self.address, isFromVTOM: false) && running.guestPhysical == nil)
        #expect(running.finding == .stoppedUnseen(rule: .noMixedTraffic))
        #expect(running.finding.description.hasSuffix("where the guest does not see it [no-mixed-traffic]."))
    }

    @Test func `vTOM is no part of the guest physical address`() throws {
        let view = try view("sev-tio", .run, .trusted, at: RoutingProfile.defaultVTOM + 0x30_0000)
        #expect(view.belief == .physical(0x30_0000, isFromVTOM: true))
        #expect(view.guestPhysical == 0x30_0000)
        #expect(view.route.physical == 0x30_0000)
        #expect(view.finding == .none)
    }

    @Test func `a request over pages is compared page by page`() throws {
        // The first page is mapped by the guest, the ones behind it are not; T=0 gets to the first two.
        let parts = try parts("arm-cca/split", .unlocked, .untrusted, count: 0x3000)
        #expect(parts.map(\.addresses) == [0x31_0000..<0x31_1000, 0x31_1000..<0x31_3000])
        #expect(
            parts.map(\.finding) == [
                .identityFlip(believed: 0x30_0000, actual: Self.address, isStopped: false), .none,
            ])
        let mapped = try #require(try? self.parts("arm-cca/unified", .run, .trusted, at: 0x1010_0000, count: 0x2000))
        #expect(mapped.map(\.finding) == [.none, .none])
        #expect(mapped[1].belief == .stopped(Fault(.notMapped(level: 1), in: .guest(F.one), at: 0x1010_1000)))
    }

    @Test func `a request over everything is a few parts`() throws {
        let parts = try parts("arm-cca/split", .run, .untrusted, at: 0, count: 1 << 47)
        #expect(parts.count < 20)
        #expect(parts.first?.addresses.lowerBound == 0 && parts.last?.addresses.upperBound == 1 << 47)
        #expect(zip(parts, parts.dropFirst()).allSatisfy { $0.addresses.upperBound == $1.addresses.lowerBound })
    }

    @Test func `all of it: what the guest maps and what the device reaches, run by run`() throws {
        let world = try world(try RoutingProfile(named: "arm-cca/split"), .unlocked)
        let parts = world.unit.guestView(of: F.device, .untrusted, memory: [])
        let flips = parts.filter { $0.finding != .none }
        #expect(
            flips.contains { $0.addresses == Self.address..<Self.address + 4096 && $0.guestPhysical == Self.address })
        // What no guest table maps is reached as well.
        #expect(flips.contains { $0.addresses == 0x30_0000..<0x30_1000 && $0.finding.name == "identity-flip" })
        #expect(parts == parts.sorted { $0.addresses.lowerBound < $1.addresses.lowerBound })
    }

    @Test func `all of it, without an IOMMU: the guest's memory`() throws {
        var world = try world(try RoutingProfile(named: "arm-cca"), .run)
        let parts = world.unit.guestView(of: F.device, .untrusted, memory: [3 << 20..<4 << 20])
        #expect(parts.map(\.addresses) == [3 << 20..<4 << 20])
        #expect(parts.map(\.finding) == [.stoppedUnseen(rule: .noMixedTraffic)])
        world.unit.hold(F.device, as: .host)
        #expect(world.unit.guestView(of: F.device, .untrusted, memory: [3 << 20..<4 << 20]).isEmpty)
    }

    @Test func `by a translation that it holds the device gets where no table leads`() throws {
        var world = try world(try RoutingProfile(named: "arm-cca/unified"), .run)
        world.unit.setATS(true, of: F.device)
        let request = F.request(0x1010_0000, .trusted)
        _ = world.unit.answer(
            FunctionRequest(.translation(address: 0x1010_0000, nil, .write), F.device, .trusted))
        let held = try #require(world.unit.translatedByDevice(request))
        #expect(world.unit.guestView(of: request, sentAs: held).map(\.finding) == [.none])
        try world.unit.unmap(0x1010_0000..<0x1010_1000, in: world.guest)
        world.unit.invalidate(.everything)
        let parts = world.unit.guestView(of: request, sentAs: held)
        #expect(parts.map(\.finding) == [.heldTranslation] && parts.first?.route.physical == 0x10_0000)
        #expect(world.unit.guestView(of: request).map(\.finding) == [.none])
    }

    @Test func `a function of the host is nobody's guest's`() throws {
        #expect(try parts("arm-cca/split", .host, .untrusted).isEmpty)
    }

    @Test func `a guest that has set nothing up believes in a fault`() throws {
        var world = try world(try RoutingProfile(named: "arm-cca/unified"), .run)
        world.unit.detach(.guest, from: F.device)
        let view = try #require(world.unit.guestView(of: F.request(Self.address, .trusted)).first)
        #expect(view.belief == .stopped(Fault(.noContext(.trusted), at: Self.address)))
        #expect(view.finding == .none)
        #expect(view.finding.description == "The guest's view agrees with what happens.")
    }
}
