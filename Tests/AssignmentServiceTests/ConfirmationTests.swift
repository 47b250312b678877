import Assignment
import AssignmentService
import PCIe
import TDISP
import Testing

/// Recorded against confirmed.
@Suite struct ConfirmationTests {
    @Test func `a device that is recorded private and answers ERROR is cut and brought home`() async throws {
        let rig = try Rig()
        await rig.makePrivate(Place.one)
        rig.platform.set(Place.one, .error)
        let report = await rig.service.confirm(Place.one, dsm: Place.one)
        #expect(report.state == .error)
        #expect(rig.chronicle.effects(on: Place.one).prefix(3) == [.askState, .cut, .stop])
        #expect(await rig.phase() == .attached)
    }

    @Test func `a device that is recorded private and answers RUN is left alone`() async throws {
        let rig = try Rig()
        await rig.makePrivate(Place.one)
        let steps = rig.journal.volatile.assignmentSteps.count
        _ = await rig.service.confirm(Place.one, dsm: Place.one)
        #expect(rig.chronicle.effects(on: Place.one) == [.askState])
        #expect(rig.journal.volatile.assignmentSteps.count == steps)
    }

    @Test func `a conversion of a device that fell to ERROR unnoticed brings it home and converts it again`()
        async throws
    {
        let rig = try Rig()
        await rig.makePrivate(Place.one)
        rig.platform.set(Place.one, .error)
        let result = await rig.convert()
        #expect(result.end == .done)
        #expect(result.state.phase == .private && result.state.lineage.epoch.rawValue == 2)
        #expect(rig.chronicle.effects(on: Place.one).prefix(2) == [.askState, .cut])
    }

    @Test(arguments: [true, false])
    func `a recovery of a device that fell to ERROR is done once it is home`(_ isNoticed: Bool) async throws {
        let rig = try Rig()
        await rig.makePrivate(Place.one)
        rig.platform.set(Place.one, .error)
        if isNoticed { rig.platform.notice(Place.one, .device(Place.one, .state(.error))) }
        rig.platform.onPerform(.stop) { rig.platform.set(Place.one, .configUnlocked) }
        let result = await rig.recover()
        #expect(result.end == .done)
        #expect(result.state.phase == .attached)
        #expect(rig.chronicle.effects(on: Place.one).filter { $0 == .cut }.count == 1)
    }

    @Test func `a recovery that is to convert again does so after the device was brought home`() async throws {
        let rig = try Rig()
        await rig.makePrivate(Place.one)
        rig.platform.set(Place.one, .error)
        rig.platform.onPerform(.stop) { rig.platform.set(Place.one, .configUnlocked) }
        let result = await rig.recover(Place.one, RecoveryRequest(convertAgain: true))
        #expect(result.end == .done)
        #expect(result.state.phase == .private && result.state.lineage.epoch.rawValue == 2)
    }

    @Test func `a recovery of a healthy device runs the ladder because the operator says so`() async throws {
        let rig = try Rig()
        await rig.makePrivate(Place.one)
        let result = await rig.recover()
        #expect(result.end == .done && result.state.phase == .attached)
        #expect(rig.chronicle.effects(on: Place.one).prefix(4) == [.askState, .cut, .stop, .reset])
    }

    @Test func `a recovery of a device that is as recorded, in shared operation, has nothing to do`() async throws {
        let rig = try Rig()
        await rig.makePrivate(Place.one)
        _ = await rig.release(to: .attached)
        rig.platform.set(Place.one, .configUnlocked)
        #expect(await rig.recover().end == .refused(Refusal(.nothingToRecover)))
    }

    @Test func `a request on a device that cannot be brought home tells of the quarantine`() async throws {
        let rig = try Rig()
        await rig.makePrivate(Place.one)
        rig.platform.set(Place.one, .error)
        rig.platform.answer(.compareIdentity, EffectReport(.failed(.identityChanged)))
        let result = await rig.release()
        #expect(
            result.end
                == .quarantined(
                    .identityChanged, Trouble(.effect(.compareIdentity, .failed(.identityChanged)), in: .recovering)))
    }

    @Test func `an operator's word leads a device out of quarantine whatever was noticed there`() async throws {
        let rig = try Rig()
        await rig.makePrivate(Place.one)
        let other = EffectReport(.failed(.identityChanged))
        rig.platform.answer(.compareIdentity, other, other)
        #expect(await rig.release().state.phase == .quarantined)
        rig.platform.notice(Place.one, .device(Place.one, .state(.error)))
        let result = await rig.recover(Place.one, RecoveryRequest(fromQuarantine: true))
        #expect(result.end == .done)
        #expect(result.state.phase == .available)
    }
}
