import Assignment
import AssignmentService
import PCIe
import TDISP
import Testing

/// A new manager over what a former one has recorded.
@Suite struct RestartTests {
    /// Everything that can be pending in a conversion from the host.
    static let converting: [EffectName] =
        [.releaseHostDriver, .requireConnection, .attach] + ConversionTests.toPrivate.dropFirst(2) + [.appraise]
    /// Everything that can be pending in a release to the host.
    static let releasing: [EffectName] = ConversionTests.toHost + [.requireConnection, .rekey]

    /// The journal of a manager that was killed when the step that starts `effect` had been committed.
    static func journal(killedAt effect: EffectName, _ work: (Rig) async -> OperationResult, private: Bool) async throws
        -> VolatileJournal
    {
        let rig = try Rig()
        if `private` { await rig.makePrivate(Place.one) }
        let (assignments, connections) = (
            rig.journal.volatile.assignmentSteps.count, rig.journal.volatile.connectionSteps.count
        )
        rig.chronicle.forget()
        _ = await work(rig)
        let volatile = VolatileJournal()
        for step in rig.journal.volatile.assignmentSteps.prefix(assignments) { try volatile.record(step) }
        for step in rig.journal.volatile.connectionSteps.prefix(connections) { try volatile.record(step) }
        var rest = rig.journal.volatile.assignmentSteps.dropFirst(assignments)
        var restOfConnection = rig.journal.volatile.connectionSteps.dropFirst(connections)
        for entry in rig.chronicle.entries {
            switch entry {
            case .recorded(let name, _):
                try volatile.record(#require(rest.first))
                rest = rest.dropFirst()
                if name == effect { return volatile }
            case .recordedConnection:
                try volatile.record(#require(restOfConnection.first))
                restOfConnection = restOfConnection.dropFirst()
            case .performed, .connection, .recordedSuspicion, .published, .told: break
            }
        }
        Issue.record("\(effect) was never started")
        return volatile
    }

    private func expectHome(_ rig: Rig, _ result: OperationResult?, _ tdi: FunctionAddress = Place.one) async throws {
        let result = try #require(result)
        #expect(result.end == .done)
        #expect(result.state.phase == .available)
        let effects = rig.chronicle.effects(on: tdi)
        #expect(effects.prefix(2) == [.cut, .askState])
        #expect(!effects.contains { [.attach, .lock, .accept, .bindGuestDriver, .restoreMappings].contains($0) })
        #expect(effects.contains(.proveReturn))
        #expect(await rig.service.settle(tdi, dsm: Place.one) == nil)
    }

    @Test(arguments: converting, [TDIState.configUnlocked, .configLocked, .run, .error])
    func `a conversion that was interrupted at any effect is cut, asked and brought home`(
        _ effect: EffectName, _ answer: TDIState
    ) async throws {
        let volatile = try await Self.journal(killedAt: effect, { await $0.convert() }, private: false)
        let rig = try Rig(over: volatile)
        rig.platform.set(Place.one, answer)
        try await expectHome(rig, await rig.service.settle(Place.one, dsm: Place.one))
        #expect(rig.chronicle.effects(on: Place.one)[2] == (answer == .configUnlocked ? .reset : .stop))
    }

    @Test(arguments: releasing)
    func `a release that was interrupted at any effect is cut, asked and brought home`(
        _ effect: EffectName
    ) async throws {
        let volatile = try await Self.journal(killedAt: effect, { await $0.release() }, private: true)
        let rig = try Rig(over: volatile)
        try await expectHome(rig, await rig.service.settle(Place.one, dsm: Place.one))
    }

    @Test func `a request on a device that was left in between settles it first`() async throws {
        let volatile = try await Self.journal(killedAt: .accept, { await $0.convert() }, private: false)
        let rig = try Rig(over: volatile)
        rig.platform.set(Place.one, .run)
        let result = await rig.convert()
        #expect(result.end == .done && result.state.phase == .private)
        #expect(result.state.lineage.epoch.rawValue == 2)
        #expect(rig.chronicle.effects(on: Place.one).first == .cut)
    }

    @Test func `a notice about a device that was left in between does not keep it from being settled`() async throws {
        let volatile = try await Self.journal(killedAt: .drainDMA, { await $0.convert() }, private: false)
        let rig = try Rig(over: volatile)
        rig.platform.notice(Place.one, .device(Place.one, .domainStopped))
        let result = await rig.release()
        #expect(result.state.phase == .available)
        #expect(rig.chronicle.effects(on: Place.one).first == .cut)
    }

    @Test func `a recovery that is asked of a device left in between is its settling`() async throws {
        let volatile = try await Self.journal(killedAt: .accept, { await $0.convert() }, private: false)
        let rig = try Rig(over: volatile)
        #expect(await rig.recover().end == .done)
        #expect(await rig.phase() == .available)
    }

    @Test(arguments: [EffectName.unbindGuestDriver, .lock, .accept])
    func `a recovery that is to convert again does, for the domain that the interrupted conversion was for`(
        _ effect: EffectName
    ) async throws {
        let volatile = try await Self.journal(killedAt: effect, { await $0.convert() }, private: false)
        let rig = try Rig(over: volatile)
        let result = await rig.recover(Place.one, RecoveryRequest(convertAgain: true))
        #expect(result.end == .done)
        #expect(result.state.phase == .private && result.state.domain == Place.web)
        #expect(rig.chronicle.effects(on: Place.one).first == .cut)
    }

    @Test func `a device that rests by the record and is shut by the platform was cut, and is brought back`()
        async throws
    {
        let before = try Rig()
        await before.makePrivate(Place.one)
        var facts = Place.facts(about: Place.one, connected: true)
        facts.isShut = true
        let rig = try before.restarted(functions: [facts])
        rig.platform.set(Place.one, .run)
        await rig.service.takeUp()
        #expect(rig.chronicle.effects(on: Place.one).prefix(2) == [.cut, .stop])
        #expect(await rig.phase() == .attached)
    }

    @Test func `a device that was cut, with the order to convert again, is converted again, and that is counted`()
        async throws
    {
        let before = try Rig()
        await before.makePrivate(Place.one, orders: StandingOrders(convertAgain: true, recoveryLimit: 1))
        var facts = Place.facts(about: Place.one, connected: true)
        facts.isShut = true
        let rig = try before.restarted(functions: [facts])
        await rig.service.takeUp()
        #expect(await rig.phase() == .private)
        #expect(await rig.state().lineage.recoveries == 1)
    }

    @Test func `a fall that was noticed keeps its cause, and its signals, though the device was cut already`()
        async throws
    {
        let before = try Rig()
        await before.makePrivate(Place.one)
        var facts = Place.facts(about: Place.one, connected: false)
        facts.isShut = true
        let rig = try before.restarted(functions: [facts])
        rig.platform.notice(Place.one, .connection(.streamInsecure))
        let stop = rig.platform.hold(.stop)
        async let home: Void = rig.service.takeUp()
        await stop.reached()
        let state = try #require(rig.journal.load().assignments[Place.one])
        guard case .recovering(let now) = state else { return #expect(state.phase == .recovering) }
        #expect(now.cause == .streamInsecure)
        #expect(try rig.journal.load().suspicions[Place.one]?.tallies.map(\.kind) == [.streamInsecure])
        stop.open()
        await home
        #expect(await rig.phase() == .attached)
    }

    @Test func `what somebody heard who listened is fed where no notice is left`() async throws {
        let before = try Rig()
        await before.makePrivate(Place.one)
        var facts = Place.facts(about: Place.one, connected: true)
        facts.isShut = true
        let heard = SuspicionMachine.step(.none, Signal(.asidFenced, at: 0)).state
        let rig = try Rig(over: before.journal.volatile, functions: [facts], heard: [Place.one: heard])
        await rig.service.takeUp()
        let noticed = rig.watched.kinds(of: Place.one).first
        #expect(noticed == .noticed(.state(.error)))
        #expect(await rig.phase() == .attached)
    }

    @Test(arguments: [false, nil])
    func `a device that rests by the record and is not known to be shut is left alone`(_ isShut: Bool?) async throws {
        let before = try Rig()
        await before.makePrivate(Place.one)
        var facts = Place.facts(about: Place.one, connected: true)
        facts.isShut = isShut
        let rig = try before.restarted(functions: [facts])
        await rig.service.takeUp()
        #expect(rig.chronicle.effects(on: Place.one) == [])
    }

    // MARK: Connections

    @Test func `a connection that was being opened is torn down before it is opened again`() async throws {
        let volatile = try await Self.journal(killedAt: .requireConnection, { await $0.convert() }, private: false)
        try volatile.record(
            ConnectionStep(
                dsm: Place.one, event: .require,
                state: ConnectionMachine.step(.initial, .require).state, effect: .connect, detail: "", time: 0))
        let rig = try Rig(over: volatile)
        try await expectHome(rig, await rig.service.settle(Place.one, dsm: Place.one))
        #expect(rig.chronicle.connectionEffects == [.disconnect, .connect])
    }

    @Test func `a device that is recorded private is cut at once where the host shows no connection`() async throws {
        let before = try Rig()
        await before.makePrivate(Place.one, Place.two)
        let rig = try before.restarted(
            functions: [Place.one, Place.two].map { Place.facts(about: $0, connected: false) })
        rig.platform.set(Place.one, .error)
        await rig.service.takeNotices(of: Place.one)
        #expect(rig.chronicle.performed.prefix(2) == [.performed(.cut, Place.one), .performed(.cut, Place.two)])
        #expect(await [rig.phase(Place.one), rig.phase(Place.two)] == [.attached, .attached])
    }

    @Test func `a device that the host has in no domain any more goes home to the host, and a recovery says so`()
        async throws
    {
        let before = try Rig()
        await before.makePrivate(Place.one)
        let gone = Place.facts(about: Place.one, connected: false, domain: nil)
        let rig = try before.restarted(functions: [gone])
        let result = await rig.recover()
        #expect(result.end == .done)
        #expect(result.state.phase == .available)
        let effects = rig.chronicle.effects(on: Place.one)
        #expect(effects.first == .cut)
        #expect(effects.contains(.proveReturn) && !effects.contains(.restoreMappings))
    }

    @Test func `a device in quarantine that the host has in no domain any more is led out to the host`() async throws {
        let before = try Rig()
        await before.makePrivate(Place.one)
        let refused = EffectReport(.failed(.other))
        before.platform.answer(.restoreMappings, refused, refused)
        #expect(await before.release(to: .attached).state.phase == .quarantined)
        let rig = try before.restarted(functions: [Place.facts(about: Place.one, connected: true, domain: nil)])
        #expect(await rig.recover().end == .refused(Refusal(.quarantined, rule: .oneOwner)))
        let result = await rig.recover(Place.one, RecoveryRequest(fromQuarantine: true))
        #expect(result.end == .done)
        #expect(result.state.phase == .available)
    }

    @Test func `a manager killed between the loss of a connection and the cuts leaves them to the next one`()
        async throws
    {
        let before = try Rig()
        await before.makePrivate(Place.one, Place.two)
        let lost = try #require(before.journal.load().connections[Place.one])
        try before.journal.volatile.record(
            ConnectionStep(
                dsm: Place.one, event: .lost(.streamInsecure),
                state: ConnectionMachine.step(lost, .lost(.streamInsecure)).state, effect: .none, detail: "", time: 0))
        let rig = try before.restarted()
        await rig.service.takeNotices(of: Place.one)
        #expect(rig.chronicle.performed.prefix(2) == [.performed(.cut, Place.one), .performed(.cut, Place.two)])
    }

    @Test func `a host that cannot be asked leaves what is recorded as it is`() async throws {
        let before = try Rig()
        await before.makePrivate(Place.one, Place.two)
        let rig = try before.restarted(functions: nil)
        await rig.service.takeNotices(of: Place.one)
        #expect(rig.chronicle.performed.isEmpty)
        #expect(await [rig.phase(Place.one), rig.phase(Place.two)] == [.private, .private])
        // Siblings are known by their place, so that a disconnect is refused.
        #expect(await rig.service.disconnect(Place.one, force: false).outcome == .failed(.busy))
    }

    @Test func `recorded devices of another DSM are none of an owner's business`() async throws {
        let before = try Rig()
        await before.makePrivate(Place.one, Place.two, Place.other)
        let rig = try before.restarted()
        rig.platform.notice(Place.one, .connection(.sessionLost))
        await rig.service.takeNotices(of: Place.one)
        #expect(rig.chronicle.effects(on: Place.other).isEmpty)
        #expect(rig.chronicle.effects(on: Place.two).first == .cut)
        #expect(try rig.journal.load().assignments[Place.other]?.phase == .private)
        #expect(
            await rig.service.disconnect(Place.other, force: false) == EffectReport(.failed(.busy), "1 locked TDIs"))
    }

    @Test func `new keys spare siblings that only the record knows to be locked`() async throws {
        let before = try Rig()
        await before.makePrivate(Place.one, Place.two)
        let rig = try before.restarted()
        for tdi in [Place.one, Place.two] { rig.platform.set(tdi, .run) }
        rig.platform.answer(.refreshKeys, EffectReport(.failed(.unsupported)))
        #expect(await rig.release(Place.two).state.phase == .quarantined)
        #expect(rig.chronicle.connectionEffects == [.refreshKeys])
    }
}
