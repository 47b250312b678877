import Assignment
import AssignmentService
import PCIe
import TDISP
import Testing

/// What the TDIs of one DSM share.
@Suite struct ConnectionTests {
    static let all = [Place.one, Place.two, Place.three]

    // MARK: Lost

    @Test(arguments: ConnectionLoss.allCases)
    func `a lost connection cuts every device in order of address before anything else`(
        _ loss: ConnectionLoss
    ) async throws {
        let rig = try Rig()
        await rig.makePrivate(Place.three, Place.one, Place.two)
        rig.platform.notice(Place.one, .connection(loss))
        await rig.service.takeNotices(of: Place.one)
        #expect(
            rig.chronicle.entries.prefix(4)
                == Self.all.map { .performed(.cut, $0) } + [.recordedConnection(.announce)])
        #expect(rig.chronicle.performed.prefix(4).last == .performed(.stop, Place.one))
        for tdi in Self.all { #expect(await rig.phase(tdi) == .attached) }
    }

    @Test func `a cut that is not answered holds up no sibling's`() async throws {
        let rig = try Rig()
        await rig.makePrivate(Place.one, Place.two, Place.three)
        let gate = rig.platform.hold(.cut, on: Place.one)
        rig.platform.notice(Place.one, .connection(.streamInsecure))
        async let noticed: Void = rig.service.takeNotices(of: Place.one)
        await gate.reached()
        let cuts = Self.all.map { Chronicle.Entry.performed(.cut, $0) }
        #expect(rig.chronicle.entries.prefix(3) == cuts[...])
        gate.open()
        await noticed
        for tdi in Self.all { #expect(await rig.phase(tdi) == .attached) }
    }

    @Test func `a cut that fails is followed by the next one before anything else is done for any device`() async throws
    {
        let rig = try Rig()
        await rig.makePrivate(Place.one, Place.two, Place.three)
        for tdi in [Place.one, Place.three] { rig.platform.answer(.cut, on: tdi, EffectReport(.failed(.timedOut))) }
        rig.platform.notice(Place.one, .connection(.streamInsecure))
        await rig.service.takeNotices(of: Place.one)
        #expect(
            rig.chronicle.performed.prefix(6)
                == Self.all.map { .performed(.cut, $0) } + [
                    .performed(.cut, Place.one), .performed(.cut, Place.three), .performed(.stop, Place.one),
                ])
    }

    @Test func `a device that cannot be cut is put away, and the others are brought home`() async throws {
        let rig = try Rig()
        await rig.makePrivate(Place.one, Place.two)
        let no = EffectReport(.failed(.timedOut))
        rig.platform.answer(.cut, on: Place.one, no, no, no)
        rig.platform.notice(Place.one, .connection(.streamInsecure))
        await rig.service.takeNotices(of: Place.one)
        #expect(await [rig.phase(Place.one), rig.phase(Place.two)] == [.quarantined, .attached])
        #expect(Set(rig.chronicle.bindings.map(\.phase)) == [.quarantined, .attached])
    }

    @Test func `a loss while a conversion waits for a slow effect cuts that device too, at once`() async throws {
        let rig = try Rig()
        await rig.makePrivate(Place.one)
        let gate = rig.platform.hold(.collectEvidence, on: Place.two)
        async let result = rig.convert(Place.two)
        await gate.reached()
        rig.chronicle.forget()
        rig.platform.notice(Place.one, .connection(.sessionLost))
        await rig.service.takeNotices(of: Place.one)
        #expect(rig.chronicle.performed.prefix(2) == [.performed(.cut, Place.one), .performed(.cut, Place.two)])
        gate.open()
        #expect(await result.state.phase == .available)
    }

    // MARK: Required

    @Test func `two devices that need the connection at the same time get one connect`() async throws {
        let rig = try Rig()
        let gate = rig.platform.hold(.connect)
        async let first = rig.convert(Place.one)
        await gate.reached()
        async let second = rig.convert(Place.two)
        await rig.waitFor(.requireConnection, on: Place.two)
        gate.open()
        #expect(await [first.end, second.end] == [.done, .done])
        #expect(rig.chronicle.connectionEffects == [.connect])
    }

    @Test func `two devices that need a connection that cannot be had are both told, and go home`() async throws {
        let rig = try Rig()
        let gate = rig.platform.hold(.connect)
        rig.platform.answer(.connect, EffectReport(.failed(.timedOut), "no answer"))
        async let first = rig.convert(Place.one)
        await gate.reached()
        async let second = rig.convert(Place.two)
        await rig.waitFor(.requireConnection, on: Place.two)
        gate.open()
        let trouble = Trouble(.effect(.requireConnection, .failed(.timedOut)), in: .attaching, detail: "no answer")
        #expect(await [first.end, second.end] == [.failed(trouble), .failed(trouble)])
        #expect(rig.chronicle.connectionEffects == [.connect])
    }

    @Test
    func `a connection that is lost while it is opened fails who waits for it, and its late success is not heard`()
        async throws
    {
        let rig = try Rig()
        let old = rig.platform.hold(.connect)
        async let first = rig.convert(Place.one)
        await old.reached()
        rig.platform.notice(Place.one, .connection(.sessionLost))
        await rig.service.takeNotices(of: Place.one)
        let new = rig.platform.hold(.connect)
        async let second = rig.convert(Place.two)
        await new.reached()
        old.open()
        #expect(
            await first.end
                == .failed(
                    Trouble(
                        .effect(.requireConnection, .failed(.connectionLost)), in: .attaching, detail: "session-lost")))
        #expect(rig.journal.volatile.connectionSteps.last?.state.name == .connecting)
        new.open()
        #expect(await second.end == .done)
        #expect(rig.chronicle.connectionEffects == [.connect, .disconnect, .connect])
    }

    // MARK: New keys

    @Test func `new keys while siblings are locked are a refresh, and the siblings stay private`() async throws {
        let rig = try Rig()
        await rig.makePrivate(Place.one, Place.two)
        #expect(await rig.release(Place.two).end == .done)
        #expect(rig.chronicle.connectionEffects == [.refreshKeys])
        #expect(await [rig.phase(Place.one), rig.phase(Place.two)] == [.private, .available])
        #expect(await !rig.state(Place.two).lineage.rekeyOwed)
    }

    @Test func `where a refresh fails while siblings are locked, the device waits in quarantine for its keys`()
        async throws
    {
        let rig = try Rig()
        await rig.makePrivate(Place.one, Place.two)
        rig.platform.answer(.refreshKeys, EffectReport(.failed(.unsupported), "no live refresh"))
        let result = await rig.release(Place.two)
        #expect(
            result.end
                == .quarantined(
                    .needsRekey,
                    Trouble(.effect(.rekey, .failed(.unsupported)), in: .detaching, detail: "no live refresh")))
        #expect(rig.chronicle.connectionEffects == [.refreshKeys])
        #expect(await rig.phase(Place.one) == .private)
    }

    @Test func `where a refresh fails and nobody else is locked, a reconnect brings the keys`() async throws {
        let rig = try Rig()
        await rig.makePrivate(Place.two)
        rig.platform.answer(.refreshKeys, EffectReport(.failed(.unsupported)))
        #expect(await rig.release(Place.two).end == .done)
        #expect(rig.chronicle.connectionEffects == [.refreshKeys, .disconnect, .connect])
        #expect(await !rig.state(Place.two).lineage.rekeyOwed)
    }

    @Test func `a device that waits for new keys is not content with the old ones being ready`() async throws {
        let rig = try Rig()
        await rig.makePrivate(Place.two, Place.three)
        let gate = rig.platform.hold(.refreshKeys)
        rig.platform.answer(.refreshKeys, EffectReport(.failed(.unsupported)))
        async let first = rig.release(Place.two)
        await gate.reached()
        async let second = rig.release(Place.three)
        await rig.waitFor(.rekey, on: Place.three)
        // A third device only needs the connection, and the one under new keys to come will do.
        #expect(await rig.convert(Place.one).end == .done)
        #expect(await rig.phase(Place.three) == .detaching)
        gate.open()
        #expect(await first.state.phase == .quarantined)
        #expect(await second.state.phase == .quarantined)
        #expect(await rig.state(Place.three).lineage.rekeyOwed)
    }

    // MARK: Disconnecting

    @Test func `a disconnect with locked devices is refused and changes nothing`() async throws {
        let rig = try Rig()
        await rig.makePrivate(Place.one, Place.two)
        let report = await rig.service.disconnect(Place.one, force: false)
        #expect(report == EffectReport(.failed(.busy), "2 locked TDIs"))
        #expect(rig.chronicle.performed.isEmpty)
        #expect(await rig.phase() == .private)
    }

    @Test func `a forced disconnect cuts every locked device before the connection ends`() async throws {
        let rig = try Rig()
        await rig.makePrivate(Place.one, Place.two)
        #expect(await rig.service.disconnect(Place.one, force: true).outcome == .succeeded)
        #expect(
            rig.chronicle.performed.prefix(3) == [
                .performed(.cut, Place.one), .performed(.cut, Place.two), .connection(.disconnect),
            ])
        #expect(await [rig.phase(Place.one), rig.phase(Place.two)] == [.attached, .attached])
    }

    @Test func `a forced disconnect ends the connection last that brought the devices home`() async throws {
        let rig = try Rig()
        await rig.makePrivate(Place.one, Place.two)
        #expect(await rig.service.disconnect(Place.one, force: true) == EffectReport(.succeeded))
        #expect(rig.chronicle.connectionEffects == [.disconnect, .connect, .disconnect])
        #expect(rig.journal.volatile.connectionSteps.last?.state.name == ConnectionState.Name.none)
    }

    @Test func `a forced disconnect of a device that is to be converted again says that it stays connected`()
        async throws
    {
        let rig = try Rig()
        await rig.makePrivate(Place.one, orders: StandingOrders(convertAgain: true))
        let report = await rig.service.disconnect(Place.one, force: true)
        #expect(report.outcome == .failed(.busy) && report.detail.contains("opened again"))
        #expect(await rig.phase() == .private)
    }

    @Test func `a disconnect that fails says so`() async throws {
        let rig = try Rig()
        await rig.makePrivate(Place.one)
        _ = await rig.release()
        let no = EffectReport(.failed(.timedOut), "no answer")
        rig.platform.answer(.disconnect, no, no, no)
        let report = await rig.service.disconnect(Place.one, force: false)
        #expect(report == EffectReport(.failed(.timedOut), "no answer"))
    }

    @Test func `devices of another DSM are none of its business`() async throws {
        let rig = try Rig()
        await rig.makePrivate(Place.one, Place.other)
        rig.platform.notice(Place.one, .connection(.sessionLost))
        await rig.service.takeNotices(of: Place.one)
        #expect(rig.chronicle.effects(on: Place.other).isEmpty)
        #expect(await rig.phase(Place.other) == .private)
    }
}
