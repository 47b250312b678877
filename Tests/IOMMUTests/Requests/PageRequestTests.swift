import IOMMU
import PCIe
import Testing

@Suite struct `Page requests` {
    private typealias F = Fixture

    private static let address: UInt64 = 0x30_0000
    private static let asked = FunctionRequest(.page(address: address, nil), F.device, .untrusted)
    private static let shared = Mapping(address: address, physical: 0x30_0000, pageSize: .small)

    /// The device of a VM, in shared operation, with ATS, before an empty table.
    private func attached() throws -> Fixture {
        var fixture = try Fixture()
        fixture.unit.hold(F.device, as: .unlocked, for: F.one)
        fixture.unit.setATS(true, of: F.device)
        return fixture
    }

    @Test func `a request that is forwarded is open, once, until it is answered with a page that is there then`() throws
    {
        var unit = try attached().unit
        #expect(unit.answerPageRequest(Self.asked, with: Self.shared) == .notOpen)
        for _ in 1...2 { #expect(unit.answer(Self.asked) == .forwarded(to: .host)) }
        #expect(unit.openPageRequests == [Self.asked])
        #expect(unit.answerPageRequest(Self.asked, with: Self.shared) == .told(.success))
        #expect(unit.route(F.request(Self.address, .untrusted)).physical == Self.address)
        #expect(unit.openPageRequests == [])
        #expect(unit.answerPageRequest(Self.asked, with: Self.shared) == .notOpen)
    }

    @Test func `a page that is there already is a success`() throws {
        var fixture = try attached()
        try fixture.map(Self.address, to: Self.address, in: fixture.hostTable)
        _ = fixture.unit.answer(Self.asked)
        #expect(fixture.unit.answerPageRequest(Self.asked, with: Self.shared) == .told(.success))
    }

    @Test(arguments: [0x10_0000, 0x40_0000, 0x50_0000, 0x1000, 0x800_0000] as [UInt64])
    func `T=0 is given no private page, and none of another VM, the host or nobody`(physical: UInt64) throws {
        var unit = try attached().unit
        _ = unit.answer(Self.asked)
        let page = Mapping(address: Self.address, physical: physical, pageSize: .small)
        #expect(unit.answerPageRequest(Self.asked, with: page) == .told(.invalidRequest))
        #expect(unit.route(F.request(Self.address, .untrusted)).fault?.check == .notMapped(level: 4))
        #expect(unit.reach(of: physical..<physical + 0x1000) == nil)
    }

    @Test func `a page of 2 MiB of which one frame is private is not given`() throws {
        var unit = try attached().unit
        let asked = FunctionRequest(.page(address: 0x20_0000, nil), F.device, .untrusted)
        _ = unit.answer(asked)
        let page = Mapping(address: 0x20_0000, physical: 0x20_0000, pageSize: .large)
        #expect(unit.answerPageRequest(asked, with: page) == .told(.invalidRequest))
        #expect(unit.reach(of: 0x20_0000..<0x40_0000) == nil)
    }

    @Test func `no page, or one elsewhere, is an invalid request`() throws {
        var unit = try attached().unit
        let elsewhere = Mapping(address: 0x31_0000, physical: 0x31_0000, pageSize: .small)
        for mapping in [nil, elsewhere] {
            _ = unit.answer(Self.asked)
            #expect(unit.answerPageRequest(Self.asked, with: mapping) == .told(.invalidRequest))
        }
        #expect(unit.reach(of: 0x30_0000..<0x32_0000) == nil)
    }

    /// Direction of the conversion, whether it is completed rather than given up, and the answer behind it.
    @Test(arguments: [
        (PageConversion.Direction.toPrivate, true, PageAnswer.told(.invalidRequest)),
        (.toPrivate, false, .told(.success)), (.toShared, true, .told(.success)),
        (.toShared, false, .told(.invalidRequest)),
    ])
    func `a page that is being converted is given when that is over, if it is shared then`(
        direction: PageConversion.Direction, isCompleted: Bool, answer: PageAnswer
    ) throws {
        let physical: UInt64 = direction == .toPrivate ? 0x30_0000 : 0x10_0000
        let page = Mapping(address: Self.address, physical: physical, pageSize: .small)
        var unit = try attached().unit
        let conversion = PageConversion(of: page.physicalAddresses, domain: F.one, direction)
        try unit.requestConversion(conversion)
        _ = unit.answer(Self.asked)
        #expect(unit.answerPageRequest(Self.asked, with: page) == .held)
        #expect(unit.openPageRequests == [Self.asked])
        #expect(unit.reach(of: page.physicalAddresses) == nil)
        if isCompleted {
            try unit.completeConversion(conversion)
        } else {
            try unit.cancelConversion(conversion)
        }
        #expect(unit.answerPageRequest(Self.asked, with: page) == answer)
    }

    @Test(arguments: [Standing.host, .locked, .run, .error])
    func `what was asked before the cut is not answered behind it, nor when the function is back`(
        standing: Standing
    ) throws {
        var unit = try attached().unit
        _ = unit.answer(Self.asked)
        unit.hold(F.device, as: standing)
        for after in [standing, .unlocked] {
            unit.hold(F.device, as: after, for: F.one)
            #expect(unit.answerPageRequest(Self.asked, with: Self.shared) == .notOpen)
        }
        #expect(unit.reach(of: Self.shared.physicalAddresses) == nil)
    }

    @Test func `what was asked for one VM is not answered for another`() throws {
        var unit = try attached().unit
        _ = unit.answer(Self.asked)
        unit.hold(F.device, as: .unlocked, for: F.two)
        #expect(unit.answerPageRequest(Self.asked, with: Self.shared) == .notOpen)
    }

    @Test func `held once more as it is, a function keeps what it asked, but not behind a reset or without a context`()
        throws
    {
        var unit = try attached().unit
        _ = unit.answer(Self.asked)
        unit.hold(F.device, as: .unlocked, for: F.one)
        unit.clearDeviceCache(of: F.sibling)
        #expect(unit.openPageRequests == [Self.asked])
        var (reset, detached) = (unit, unit)
        reset.clearDeviceCache(of: F.device)
        #expect(reset.openPageRequests == [])
        detached.detach(.host, from: F.device)
        #expect(detached.openPageRequests == [])
    }

    @Test(arguments: RoutingProfile.all) func `no platform forwards one with T=1, nor with T=0 but in CONFIG_UNLOCKED`(
        profile: RoutingProfile
    ) throws {
        for standing in Standing.allCases {
            for tBit in TBit.allCases {
                var world = try ProfileWorld(profile)
                world.unit.hold(F.device, as: standing, for: F.one)
                world.unit.setATS(true, of: F.device)
                let request = FunctionRequest(.page(address: 0x8000, nil), F.device, tBit)
                _ = world.unit.answer(request)
                let isOrdinary = tBit == .untrusted && (standing == .host || standing == .unlocked)
                #expect(world.unit.openPageRequests.isEmpty == !(isOrdinary && profile.walks(.host)))
            }
        }
    }

    @Test func `a guest's page is given when the second stage has it too`() throws {
        let profile = try RoutingProfile(.armCCA, viommu: .unified)
        var world = try ProfileWorld(profile)
        world.unit.hold(F.device, as: .unlocked, for: F.one)
        world.unit.setATS(true, of: F.device)
        let asked = FunctionRequest(.page(address: 0x2000_0000, nil), F.device, .untrusted)
        #expect(world.unit.answer(asked) == .forwarded(to: .guest(F.one)))
        let page = Mapping(address: 0x2000_0000, physical: 0x31_0000, pageSize: .small)
        #expect(world.unit.answerPageRequest(asked, with: page) == .held)
        try world.unit.map([Mapping(address: 0x31_0000, physical: 0x31_0000, pageSize: .small)], in: world.host)
        #expect(world.unit.answerPageRequest(asked, with: page) == .told(.success))
    }

    @Test func `two units that differ in what was asked are not equal`() throws {
        let unit = try attached().unit
        var other = unit
        _ = other.answer(Self.asked)
        #expect(unit != other)
    }
}
