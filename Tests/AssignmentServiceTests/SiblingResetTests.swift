import Assignment
import PCIe
import Testing

@testable import AssignmentService

/// A reset that would make other interfaces of the device fall.
@Suite struct `A reset beside siblings` {
    private func reset(_ tdi: FunctionAddress) -> Chronicle.Entry { .performed(.reset, tdi) }

    @Test func `a fallen function 0 is not reset under a sound sibling without a word`() async throws {
        let rig = try Rig()
        await rig.makePrivate(Place.one, Place.two)
        rig.platform.notice(Place.one, .device(Place.one, .driverTimeout))
        await rig.service.takeNotices(of: Place.one)
        #expect(await rig.state(Place.one).quarantineReason == .siblingsInUse)
        #expect(rig.chronicle.effects(on: Place.one) == [.cut, .stop])
        #expect(await rig.phase(Place.two) == .private)
        #expect(rig.chronicle.effects(on: Place.two).isEmpty)
    }

    @Test func `a sibling that has fallen itself holds nothing back`() async throws {
        let rig = try Rig()
        await rig.makePrivate(Place.one, Place.two)
        rig.platform.notice(
            Place.one, .device(Place.one, .driverTimeout), .device(Place.two, .driverTimeout))
        await rig.service.takeNotices(of: Place.one)
        #expect(await [rig.phase(Place.one), rig.phase(Place.two)] == [.attached, .attached])
    }

    @Test func `another function than 0 is reset beside its siblings`() async throws {
        let rig = try Rig()
        await rig.makePrivate(Place.one, Place.two)
        rig.platform.notice(Place.one, .device(Place.two, .driverTimeout))
        await rig.service.takeNotices(of: Place.one)
        #expect(await [rig.phase(Place.one), rig.phase(Place.two)] == [.private, .attached])
    }

    @Test func `siblings that were given up are cut before the reset that makes them fall`() async throws {
        let rig = try Rig()
        await rig.makePrivate(Place.one, Place.two)
        let result = await rig.recover(Place.one, RecoveryRequest(takeSiblings: true))
        #expect(result.state.phase == .attached)
        #expect(await rig.phase(Place.two) == .attached)
        let performed = rig.chronicle.performed
        let cut = try #require(performed.firstIndex(of: .performed(.cut, Place.two)))
        #expect(try cut < #require(performed.firstIndex(of: reset(Place.one))))
    }

    @Test func `a conventional reset that was allowed cuts the siblings first as well`() async throws {
        let rig = try Rig()
        await rig.makePrivate(Place.one, Place.two, orders: StandingOrders(allowConventionalReset: true))
        rig.platform.answer(.reset, on: Place.two, EffectReport(.failed(.deviceRefused)))
        rig.platform.notice(Place.one, .device(Place.two, .driverTimeout))
        await rig.service.takeNotices(of: Place.one)
        #expect(await [rig.phase(Place.one), rig.phase(Place.two)] == [.attached, .attached])
        let performed = rig.chronicle.performed
        let cut = try #require(performed.firstIndex(of: .performed(.cut, Place.one)))
        #expect(try cut < #require(performed.lastIndex(of: reset(Place.two))))
    }
}
