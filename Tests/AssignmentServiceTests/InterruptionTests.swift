import Assignment
import AssignmentService
import PCIe
import TDISP
import Testing

/// What is noticed while an effect is under way.
@Suite struct InterruptionTests {
    /// Every effect of a conversion from LOCK on: whatever is noticed then is trouble.
    static let slow: [EffectName] = [.lock, .collectEvidence, .reconfirm, .accept, .bindGuestDriver, .probePrivate]

    @Test(arguments: slow)
    func `the cut is issued before a slow effect answers, and its late outcome changes nothing`(
        _ effect: EffectName
    ) async throws {
        let rig = try Rig()
        let gate = rig.platform.hold(effect)
        async let result = rig.convert()
        await gate.reached()
        await rig.service.observe(.streamInsecure, on: Place.one, dsm: Place.one)
        let effects = rig.chronicle.effects(on: Place.one)
        let slow = try #require(effects.firstIndex(of: effect))
        #expect(effects[(slow + 1)...].first == .cut)
        let home = await rig.state()
        #expect(home.phase == .available)
        let (steps, count) = (rig.journal.volatile.assignmentSteps.count, effects.count)
        gate.open()
        guard case .failed(let trouble) = await result.end else {
            Issue.record("not failed")
            return
        }
        #expect(trouble.what == .noticed(.streamInsecure))
        #expect(await rig.state() == home)
        #expect(rig.journal.volatile.assignmentSteps.count == steps)
        #expect(rig.chronicle.effects(on: Place.one).count == count)
    }

    @Test func `the late outcome of an effect is not taken for that of a later one of the same name`() async throws {
        let rig = try Rig()
        await rig.makePrivate(Place.one)
        _ = await rig.release(to: .attached)
        rig.platform.set(Place.one, .configUnlocked)
        let (old, new) = (rig.platform.hold(.bindGuestDriver), rig.platform.hold(.bindGuestDriver))
        async let conversion = rig.convert()
        await old.reached()
        async let recovery: Void = rig.service.observe(.streamInsecure, on: Place.one, dsm: Place.one)
        await new.reached()
        let before = await rig.state()
        #expect(before.phase == .recovering && before.pending == .bindGuestDriver)
        let asked = rig.platform.noticesAsked
        old.open()
        // The outcome is heard, or not, in the turn in which notices are asked for.
        while rig.platform.noticesAsked == asked { await Task.yield() }
        #expect(await rig.state() == before)
        new.open()
        await recovery
        #expect(await conversion.state.phase == .attached)
    }

    @Test func `nothing new is begun on a device while an overtaken effect has not answered`() async throws {
        let rig = try Rig()
        let gate = rig.platform.hold(.lock)
        async let first = rig.convert()
        await gate.reached()
        await rig.service.observe(.streamInsecure, on: Place.one, dsm: Place.one)
        #expect(await rig.phase() == .available)
        #expect(await rig.convert().end == .refused(Refusal(.busy)))
        gate.open()
        _ = await first
        #expect(await rig.convert().end == .done)
    }

    @Test func `what a platform notices while it carries out an effect is heard before the outcome`() async throws {
        let rig = try Rig()
        let gate = rig.platform.hold(.accept)
        async let result = rig.convert()
        await gate.reached()
        rig.platform.notice(Place.one, .device(Place.one, .state(.error)))
        gate.open()
        #expect(await result.state.phase == .available)
        let effects = rig.chronicle.effects(on: Place.one)
        #expect(try effects[(#require(effects.firstIndex(of: .accept)) + 1)...].first == .cut)
    }

    @Test func `two devices that are noticed in ERROR are both cut before either is stopped`() async throws {
        let rig = try Rig()
        await rig.makePrivate(Place.one, Place.two)
        rig.platform.notice(
            Place.one, .device(Place.two, .state(.error)), .device(Place.one, .state(.error)))
        await rig.service.takeNotices(of: Place.one)
        #expect(
            rig.chronicle.entries.prefix(2) == [.performed(.cut, Place.two), .performed(.cut, Place.one)],
            "as they were told, and nothing written or told before")
        #expect(rig.chronicle.performed.prefix(3).last == .performed(.stop, Place.one))
        #expect(await [rig.phase(Place.one), rig.phase(Place.two)] == [.attached, .attached])
    }

    @Test func `where one device is to be reset and another to be cut, the cut comes first`() async throws {
        let rig = try Rig()
        await rig.makePrivate(Place.one)
        _ = await rig.release(Place.one, to: .attached)
        await rig.makePrivate(Place.two)
        rig.platform.notice(
            Place.one, .device(Place.one, .hostdevRemoved), .device(Place.two, .driverTimeout))
        await rig.service.takeNotices(of: Place.one)
        #expect(rig.chronicle.performed.prefix(2) == [.performed(.cut, Place.two), .performed(.reset, Place.one)])
        #expect(await [rig.phase(Place.one), rig.phase(Place.two)] == [.available, .attached])
    }

    @Test func `two observations of one device lead to one cut`() async throws {
        let rig = try Rig()
        await rig.makePrivate(Place.one)
        rig.platform.notice(
            Place.one, .device(Place.one, .state(.error)), .device(Place.one, .deviceGone), .connection(.sessionLost))
        await rig.service.takeNotices(of: Place.one)
        #expect(rig.chronicle.effects(on: Place.one).filter { $0 == .cut }.count == 1)
        #expect(await rig.phase() == .attached)
    }
}
