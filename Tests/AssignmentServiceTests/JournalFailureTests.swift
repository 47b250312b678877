import Assignment
import AssignmentService
import PCIe
import TDISP
import Testing

/// A journal that cannot be written, at each step.
@Suite struct JournalFailureTests {
    /// What waits for the journal in a conversion, in order.
    static let waiting: [EffectName] = [
        .requireConnection, .attach, .unbindGuestDriver, .drainDMA, .saveLedger, .dropMappings, .lock, .collectEvidence,
        .appraise, .reconfirm, .accept, .bindGuestDriver, .probePrivate,
    ]
    static let granting = waiting.filter { $0.isGranting && $0 != .requireConnection }

    @Test func `a request that cannot be committed is refused, with nothing changed and nothing performed`()
        async throws
    {
        let rig = try Rig()
        rig.journal.fail(.everything)
        let result = await rig.convert()
        #expect(result.end == .journal(ScriptedJournal.failure))
        #expect(result.state == .initial)
        #expect(await rig.state() == .initial)
        #expect(rig.chronicle.entries.isEmpty)
        #expect(rig.watched.reports.isEmpty)
    }

    @Test func `a refusal is a refusal even when it cannot be committed`() async throws {
        let rig = try Rig()
        await rig.makePrivate(Place.one)
        rig.journal.fail(.everything)
        #expect(await rig.convert(for: Place.database).end == .refused(Refusal(.ownedByAnother, rule: .oneOwner)))
    }

    @Test(arguments: waiting)
    func `an effect whose step cannot be committed is not performed, and the device goes home`(
        _ effect: EffectName
    ) async throws {
        let rig = try Rig()
        rig.journal.fail(.starting(effect))
        let result = await rig.convert()
        guard case .failed(let trouble) = result.end else {
            Issue.record("not failed: \(result.end)")
            return
        }
        #expect(trouble.what == .effect(effect, .failed(.other)))
        #expect(trouble.detail == ScriptedJournal.failure.message)
        #expect(!rig.chronicle.effects(on: Place.one).contains(effect) || effect == .unbindGuestDriver)
        // A guest whose driver cannot be taken off keeps its device, on the way back, too.
        #expect(result.state.phase == (effect == .unbindGuestDriver ? .attached : .available))
    }

    @Test(arguments: granting)
    func `a journal that fails for good lets nothing be granted, and the cut, STOP and reset be performed`(
        _ effect: EffectName
    ) async throws {
        let rig = try Rig()
        let before = try #require(ConversionTests.toPrivate.firstIndex(of: effect))
        rig.platform.onPerform(ConversionTests.toPrivate[before - 1]) { rig.journal.fail(.everything) }
        let result = await rig.convert()
        let effects = rig.chronicle.effects(on: Place.one)
        #expect(!effects.contains(effect))
        #expect(result.state.phase.isResting && result.state.phase != .private)
        if effect != .attach { #expect([.cut, .stop, .reset].allSatisfy(effects.contains)) }
    }

    @Test func `a recovery begins with the cut even when nothing can be committed`() async throws {
        let rig = try Rig()
        await rig.makePrivate(Place.one)
        rig.journal.fail(.everything)
        let result = await rig.recover()
        #expect(rig.chronicle.effects(on: Place.one).prefix(4) == [.askState, .cut, .stop, .reset])
        #expect(result.state.phase == .quarantined)
    }

    @Test func `what waited for its effect is committed once the journal can be written`() async throws {
        let rig = try Rig()
        await rig.makePrivate(Place.one)
        rig.journal.fail(.starting(.cut))
        await rig.service.observe(.streamInsecure, on: Place.one, dsm: Place.one)
        #expect(await rig.phase() == .attached)
        #expect(try rig.journal.load().assignments[Place.one]?.phase == .attached)
    }

    // MARK: Connections

    @Test func `a connect that cannot be committed is not begun, and who waits is told`() async throws {
        let rig = try Rig()
        rig.journal.fail(.starting(.connect))
        let result = await rig.convert()
        #expect(rig.chronicle.connectionEffects.isEmpty)
        #expect(
            result.end
                == .failed(
                    Trouble(
                        .effect(.requireConnection, .failed(.other)), in: .attaching,
                        detail: ScriptedJournal.failure.message)))
        rig.journal.fail(.none)
        #expect(await rig.convert().end == .done)
    }

    @Test func `a connect behind a disconnect that cannot be committed is not begun, and can be had later`()
        async throws
    {
        let rig = try Rig()
        await rig.makePrivate(Place.one)
        rig.platform.notice(Place.one, .connection(.sessionLost))
        rig.journal.fail(.starting(.connect))
        await rig.service.takeNotices(of: Place.one)
        #expect(rig.chronicle.connectionEffects == [.disconnect])
        #expect(await rig.phase() == .quarantined)
        rig.journal.fail(.none)
        #expect(await rig.convert(Place.two).end == .done)
        #expect(rig.chronicle.connectionEffects == [.disconnect, .connect])
    }

    @Test func `new keys that cannot be committed are not programmed, and the connection stays`() async throws {
        let rig = try Rig()
        await rig.makePrivate(Place.two)
        rig.journal.fail(.starting(.refreshKeys))
        let result = await rig.release(Place.two)
        #expect(rig.chronicle.connectionEffects.isEmpty)
        #expect(result.state.phase == .quarantined)
        #expect(await rig.state(Place.two).lineage.rekeyOwed)
        rig.journal.fail(.none)
        #expect(await rig.convert(Place.three).end == .done)
        #expect(rig.chronicle.connectionEffects.isEmpty)
    }

    @Test func `where a way home ended unrecorded, only its end is written later, and nothing is done again`()
        async throws
    {
        let before = try Rig()
        await before.makePrivate(Place.one)
        let heard = SuspicionMachine.step(.none, Signal(.asidFenced, at: 0)).state
        let rig = try Rig(over: before.journal.volatile, heard: [Place.one: heard])
        rig.journal.fail(.everything)
        await rig.service.takeUp()
        #expect(await rig.phase() == .quarantined)
        #expect(try rig.journal.load().assignments[Place.one]?.phase == .private)
        #expect(await rig.service.writeUnwritten() == ScriptedJournal.failure)
        let done = rig.chronicle.performed
        rig.journal.fail(.none)
        #expect(await rig.service.writeUnwritten() == nil)
        #expect(rig.chronicle.performed == done)
        #expect(try rig.journal.load().assignments[Place.one]?.phase == .quarantined)
    }
}
