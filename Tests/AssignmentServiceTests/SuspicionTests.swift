import Assignment
import AssignmentService
import PCIe
import TDISP
import Testing

/// What an owner makes of signs of trouble.
@Suite struct SuspicionTests {
    private static func signal(_ kind: SignalKind, _ reading: UInt64? = nil) -> Signal {
        Signal(kind, at: 99, reading: reading)
    }

    private static func suspicion(_ rig: Rig, _ tdi: FunctionAddress = Place.one) throws -> Suspicion {
        try rig.journal.load().suspicions[tdi] ?? .none
    }

    @Test func `weak signals that add up cut the device before anything is asked, told or recorded`() async throws {
        let rig = try Rig()
        await rig.makePrivate(Place.one)
        rig.platform.notice(
            Place.one, .signal(Place.one, Self.signal(.ideCheck)), .signal(Place.one, Self.signal(.pcrcCheck)))
        await rig.service.takeNotices(of: Place.one)
        #expect(rig.chronicle.entries.first == .performed(.cut, Place.one))
        #expect(rig.chronicle.effects(on: Place.one).prefix(2) == [.cut, .stop])
        #expect(await rig.phase() == .attached)
        let noticed = rig.watched.kinds(of: Place.one).contains(.noticed(.streamInsecure))
        #expect(noticed)
    }

    @Test func `what was noticed is recorded only once STOP is under way, and cleared by the proof of return`()
        async throws
    {
        let rig = try Rig()
        await rig.makePrivate(Place.two)
        rig.platform.notice(
            Place.one, .signal(Place.two, Self.signal(.ideCheck)), .signal(Place.two, Self.signal(.pcrcCheck)))
        await rig.service.takeNotices(of: Place.one)
        let entries = rig.chronicle.entries
        let recorded = try #require(entries.firstIndex(of: .recordedSuspicion(Place.two)))
        let stopped = try #require(entries.firstIndex(of: .performed(.stop, Place.two)))
        #expect(recorded > stopped)
        #expect(try Self.suspicion(rig, Place.two).isEmpty)
        #expect(entries.count { $0 == .recordedSuspicion(Place.two) } == 2)
    }

    @Test func `a suspect device is asked, and that it answers RUN clears nothing`() async throws {
        let rig = try Rig()
        await rig.makePrivate(Place.one)
        rig.platform.notice(Place.one, .signal(Place.one, Self.signal(.ideCheck)))
        await rig.service.takeNotices(of: Place.one)
        #expect(rig.chronicle.effects(on: Place.one) == [.askState])
        #expect(await rig.phase() == .private)
        let suspicion = try Self.suspicion(rig)
        #expect(suspicion.standing == .suspect && suspicion.points == 60)
        rig.platform.notice(Place.one, .signal(Place.one, Self.signal(.misroutedIDE)))
        await rig.service.takeNotices(of: Place.one)
        #expect(await rig.phase() == .attached)
    }

    @Test func `a suspect device that answers ERROR is cut`() async throws {
        let rig = try Rig()
        await rig.makePrivate(Place.one)
        rig.platform.set(Place.one, .error)
        rig.platform.notice(Place.one, .signal(Place.one, Self.signal(.ideCheck)))
        await rig.service.takeNotices(of: Place.one)
        #expect(rig.chronicle.effects(on: Place.one).prefix(3) == [.askState, .cut, .stop])
    }

    @Test func `that a suspect device does not answer is a sign more`() async throws {
        let rig = try Rig()
        await rig.makePrivate(Place.one)
        rig.platform.answer(.askState, on: Place.one, EffectReport(.failed(.timedOut)))
        rig.platform.notice(Place.one, .signal(Place.one, Self.signal(.ideCheck)))
        await rig.service.takeNotices(of: Place.one)
        #expect(rig.chronicle.effects(on: Place.one).prefix(3) == [.askState, .cut, .stop])
    }

    @Test func `a suspicion is there again after a restart, and goes on adding up`() async throws {
        let rig = try Rig()
        await rig.makePrivate(Place.one)
        rig.platform.notice(Place.one, .signal(Place.one, Self.signal(.ideCheck, 1)))
        await rig.service.takeNotices(of: Place.one)
        let next = try rig.restarted()
        next.platform.set(Place.one, .run)
        next.platform.notice(Place.one, .signal(Place.one, Self.signal(.ideCheck, 1)))
        await next.service.takeNotices(of: Place.one)
        #expect(await next.phase() == .private)
        next.platform.notice(Place.one, .signal(Place.one, Self.signal(.ideCheck, 2)))
        await next.service.takeNotices(of: Place.one)
        #expect(await next.phase() == .attached)
    }

    @Test func `a new epoch that is proven clears it`() async throws {
        let rig = try Rig()
        let gate = rig.platform.hold(.probePrivate, on: Place.one)
        async let result = rig.convert()
        await gate.reached()
        rig.platform.notice(Place.one, .signal(Place.one, Self.signal(.ideCheck, 1)))
        await rig.service.takeNotices(of: Place.one)
        #expect(try Self.suspicion(rig).standing == .suspect)
        gate.open()
        #expect(await result.state.phase == .private)
        #expect(try Self.suspicion(rig).isEmpty)
    }

    @Test func `a device that has no lock to lose is not suspected`() async throws {
        let rig = try Rig()
        rig.platform.notice(
            Place.one, .signal(Place.one, Self.signal(.ideCheck)), .signal(Place.one, Self.signal(.ideCheck)))
        await rig.service.takeNotices(of: Place.one)
        #expect(await rig.phase() == .available)
        #expect(rig.chronicle.performed.isEmpty)
        #expect(try Self.suspicion(rig).isEmpty)
    }

    @Test func `what the engine expects in a phase is no sign of trouble there`() async throws {
        let rig = try Rig()
        await rig.makePrivate(Place.one)
        let gate = rig.platform.hold(.unbindGuestDriver, on: Place.one)
        async let result = rig.release()
        await gate.reached()
        await rig.service.observe(.state(.error), on: Place.one, dsm: Place.one)
        #expect(try Self.suspicion(rig).isEmpty)
        gate.open()
        #expect(await result.end == .done)
    }

    @Test func `a journal that cannot be written holds nothing up, and is told later`() async throws {
        let rig = try Rig()
        await rig.makePrivate(Place.one, Place.two)
        rig.journal.fail(.everything)
        rig.platform.notice(Place.one, .signal(Place.one, Self.signal(.ideCheck)))
        await rig.service.takeNotices(of: Place.one)
        #expect(try Self.suspicion(rig).isEmpty)
        rig.journal.fail(.none)
        await rig.service.takeNotices(of: Place.one)
        #expect(try Self.suspicion(rig).standing == .suspect)
    }
}
