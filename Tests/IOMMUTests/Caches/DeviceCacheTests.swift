import IOMMU
import PCIe
import Testing

/// ATS: what a device holds of translations it asked for.
@Suite struct `Device caches` {
    private typealias F = Fixture
    private static let ask = FunctionRequest(.translation(address: 0x8000, nil, .write), F.device, .untrusted)
    private static let conversion = PageConversion(of: 0x30_0000..<0x30_1000, domain: F.one, .toPrivate)

    /// A device in a VM that has ATS and one page.
    private func fixture() throws -> Fixture {
        var fixture = try F()
        fixture.unit.hold(F.device, as: .unlocked, for: F.one)
        fixture.unit.setATS(true, of: F.device)
        try fixture.map(0x8000, to: 0x30_0000, in: fixture.hostTable)
        return fixture
    }

    /// The same after the device asked for the page.
    private func holding() throws -> Fixture {
        var fixture = try fixture()
        #expect(fixture.unit.answer(Self.ask) == .translated(physical: 0x30_0000, .readWrite))
        return fixture
    }

    @Test func `an answer is kept by the device and by the IOTLB`() throws {
        let fixture = try holding()
        let translated = try #require(fixture.unit.translatedByDevice(F.request(0x8010, .untrusted)))
        #expect(translated.isTranslated)
        #expect(translated.address == 0x30_0010)
        #expect(fixture.unit.route(translated).physical == 0x30_0010)
        #expect(fixture.unit.translatedByDevice(F.request(0x9000, .untrusted)) == nil)
        #expect(fixture.unit.translatedByDevice(F.request(0x8000, .trusted)) == nil)
    }

    @Test func `the verdict alone leaves no trace`() throws {
        let fixture = try fixture()
        #expect(fixture.unit.verdict(on: Self.ask) == .translated(physical: 0x30_0000, .readWrite))
        #expect(fixture.unit.translatedByDevice(F.request(0x8000, .untrusted)) == nil)
    }

    @Test func `without ATS nothing is answered and nothing translated is taken`() throws {
        var fixture = try holding()
        let translated = try #require(fixture.unit.translatedByDevice(F.request(0x8000, .untrusted)))
        fixture.unit.setATS(false, of: F.device)
        #expect(fixture.unit.answer(Self.ask) == .refused(.noATS))
        #expect(
            fixture.unit.route(translated)
                == .faults(Fault(.noContext(.untrusted), at: 0x30_0000, detail: .translatedRequest)))
    }

    @Test func `a translation that faults is refused with the fault`() throws {
        var fixture = try fixture()
        let ask = FunctionRequest(.translation(address: 0x9000, nil, .read), F.device, .untrusted)
        let fault = Fault(.notMapped(level: 1), in: .host, at: 0x9000)
        #expect(fixture.unit.answer(ask) == .refused(.fault(fault)))
    }

    @Test func `an unmapped and invalidated page is reached until the device answers too`() throws {
        var fixture = try holding()
        try fixture.unit.unmap(0x8000..<0x9000, in: fixture.hostTable)
        fixture.unit.invalidate(.everything)
        let request = try #require(fixture.unit.translatedByDevice(F.request(0x8000, .untrusted)))
        #expect(fixture.unit.route(request).physical == 0x30_0000)
        try fixture.unit.requestConversion(Self.conversion)
        let held = PageError.reachable(.cachedByDevice(F.device, address: 0x8000))
        #expect(throws: held) { try fixture.unit.completeConversion(Self.conversion) }

        let number = fixture.unit.requestInvalidation(.device(F.device, 0x8000..<0x9000))
        fixture.unit.processInvalidations()
        #expect(fixture.unit.progress(of: number) == .awaiting(F.device))
        #expect(throws: held) { try fixture.unit.completeConversion(Self.conversion) }
        fixture.unit.answerInvalidation(number)
        #expect(fixture.unit.progress(of: number) == .completed)
        #expect(fixture.unit.translatedByDevice(F.request(0x8000, .untrusted)) == nil)
        try fixture.unit.completeConversion(Self.conversion)
    }

    @Test func `asked before the IOTLB has forgotten, the device takes the old page in again`() throws {
        var fixture = try holding()
        try fixture.unit.unmap(0x8000..<0x9000, in: fixture.hostTable)
        let number = fixture.unit.requestInvalidation(.device(F.device, 0..<0x10000))
        fixture.unit.processInvalidations()
        fixture.unit.answerInvalidation(number)
        #expect(fixture.unit.answer(Self.ask) == .translated(physical: 0x30_0000, .readWrite))
        fixture.unit.invalidate(.everything)
        #expect(
            fixture.unit.reach(of: 0x30_0000..<0x30_1000) == .cachedByDevice(F.device, address: 0x8000))
    }

    @Test func `translated DMA in flight holds the invalidation up`() throws {
        var fixture = try holding()
        let request = try #require(fixture.unit.translatedByDevice(F.request(0x8000, .untrusted)))
        let flight = try fixture.unit.launch(request)
        let number = fixture.unit.requestInvalidation(.device(F.device, 0x8000..<0x9000))
        fixture.unit.processInvalidations()
        fixture.unit.answerInvalidation(number)
        #expect(fixture.unit.progress(of: number) == .draining(flight))
        fixture.unit.land(flight)
        #expect(fixture.unit.progress(of: number) == .completed)
    }

    @Test func `an answer that nobody waits for does nothing`() throws {
        var fixture = try holding()
        let number = fixture.unit.requestInvalidation(.device(F.device, 0x8000..<0x9000))
        let before = fixture.unit
        fixture.unit.answerInvalidation(number)
        fixture.unit.answerInvalidation(InvalidationNumber(rawValue: 9))
        #expect(fixture.unit == before)
    }

    @Test func `an invalidation of other pages or of another device leaves the page`() throws {
        for scope in [
            InvalidationScope.device(F.device, 0x9000..<0xA000), .device(F.sibling, 0x8000..<0x9000),
        ] {
            var fixture = try holding()
            let number = fixture.unit.requestInvalidation(scope)
            fixture.unit.processInvalidations()
            fixture.unit.answerInvalidation(number)
            #expect(fixture.unit.progress(of: number) == .completed)
            #expect(fixture.unit.translatedByDevice(F.request(0x8000, .untrusted)) != nil)
        }
    }

    @Test func `LOCK, STOP and reset empty it`() throws {
        var fixture = try holding()
        fixture.unit.clearDeviceCache(of: F.sibling)
        #expect(fixture.unit.translatedByDevice(F.request(0x8000, .untrusted)) != nil)
        fixture.unit.clearDeviceCache(of: F.device)
        #expect(fixture.unit.translatedByDevice(F.request(0x8000, .untrusted)) == nil)
    }

    @Test(arguments: [(0x10_0000, .noUntrustedDMAToPrivate), (0x1000, nil)] as [(UInt64, RoutingRule?)])
    func `a forged translated request meets the ownership check`(physical: UInt64, rule: RoutingRule?) throws {
        let fixture = try holding()
        var forged = F.request(physical, .untrusted)
        forged.isTranslated = true
        let fault = try #require(fixture.unit.route(forged).fault)
        #expect(fault.rule == rule)
        #expect(fault.check == .ownership(physical: physical, fixture.unit.ownership.owner(of: physical) ?? .host))
        forged.address = 8 << 20
        #expect(fixture.unit.route(forged).fault?.check == .noMemory(physical: 8 << 20))
    }

    @Test(arguments: RoutingProfile.all) func `T=1 gets translations where the profile answers them`(
        profile: RoutingProfile
    ) throws {
        var world = try ProfileWorld(profile)
        world.unit.hold(F.device, as: .run, for: F.one)
        world.unit.setATS(true, of: F.device)
        let address = world.request(.ownPrivate, .trusted).address
        let ask = FunctionRequest(.translation(address: address, nil, .read), F.device, .trusted)
        let isOpen = profile.platform == .sevTIO || profile.platform == .armCCA
        if isOpen {
            #expect(world.unit.answer(ask) == .translated(physical: 0x10_0000, .readWrite))
            let request = try #require(world.unit.translatedByDevice(F.request(address, .trusted)))
            #expect(world.unit.route(request).physical == 0x10_0000)
        } else {
            let cell = profile.cell(.translation, .run, .trusted)
            #expect(world.unit.answer(ask) == .refused(.closed(.translation, .run, .trusted, cell)))
        }
    }
}
