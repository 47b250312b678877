import Assignment
import AssignmentService
import Attestation
import Emulator
import PCIe
import TDISP
import Testing

/// Owners over the emulated host: the real protocols, the real verdict.
@Suite struct EmulatedHostTests {
    @Test func `a device is converted and released to where it was`() async throws {
        let scene = try await EmulatedScene()
        let tdi = scene.devices[0]
        let result = await scene.convert(tdi)
        #expect(result.end == .done, "\(result.end)")
        #expect(await scene.look(tdi).state == .run)
        #expect(await scene.service.run(.release(to: .available), on: tdi, dsm: tdi).end == .done)
        let view = await scene.look(tdi)
        #expect(view.state == .configUnlocked && view.domain == nil && view.trustedTable == nil)
        #expect(view.workload.violations == 0)
    }

    @Test func `devices of different DSMs are converted side by side`() async throws {
        let scene = try await EmulatedScene(devices: 12)
        let results = await withTaskGroup(of: OperationResult.self) { group in
            for tdi in scene.devices { group.addTask { await scene.convert(tdi) } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(results.count == 12)
        #expect(results.allSatisfy { $0.end == .done && $0.state.phase == .private })
        for tdi in scene.devices { #expect(await scene.look(tdi).state == .run) }
    }

    @Test func `a device that falls to ERROR unnoticed is found, cut and brought home`() async throws {
        let scene = try await EmulatedScene()
        let tdi = scene.devices[0]
        _ = await scene.convert(tdi)
        await scene.host.withModel { $0.inject(.event(.busMasterCleared(tdi))) }
        #expect(await scene.service.run(.recover(RecoveryRequest()), on: tdi, dsm: tdi).end == .done)
        let view = await scene.look(tdi)
        #expect(view.state == .configUnlocked && view.trustedTable == nil && view.workload.violations == 0)
    }

    @Test(arguments: [HostEvent.linkDown, HostEvent.sessionLost])
    func `a lost link or session is noticed, and the device is cut and brought home`(
        _ event: @Sendable (FunctionAddress) -> HostEvent
    ) async throws {
        let scene = try await EmulatedScene()
        let tdi = scene.devices[0]
        _ = await scene.convert(tdi)
        await scene.host.withModel { $0.inject(.event(event(tdi))) }
        await scene.service.takeNotices(of: tdi)
        #expect(await scene.service.state(of: tdi, dsm: tdi).phase == .attached)
        let view = await scene.look(tdi)
        #expect(view.state == .configUnlocked && view.trustedTable == nil && view.workload.violations == 0)
    }

    // MARK: Killed managers

    /// Every effect of a conversion at which a manager can die, before it is carried out or after.
    static let deaths: [Death] = [
        EffectName.releaseHostDriver, .attach, .unbindGuestDriver, .drainDMA, .saveLedger, .dropMappings, .lock,
        .collectEvidence, .reconfirm, .accept, .bindGuestDriver, .probePrivate,
    ].flatMap { [Death(effect: $0, isDone: false), Death(effect: $0, isDone: true)] }

    @Test(arguments: deaths)
    func `a manager that is killed in a conversion leaves a device that the next one brings home and converts`(
        _ death: Death
    ) async throws {
        let scene = try await EmulatedScene()
        let tdi = scene.devices[0]
        await scene.host.withModel { $0.inject(.event(.misbehaves(tdi, true))) }
        let doomed = try scene.doomed(at: death)
        _ = await doomed.run(.convert(scene.domain, StandingOrders()), on: tdi, dsm: tdi)
        await scene.host.withModel { $0.advanceTime(by: 1_000_000) }

        let next = try scene.newService()
        let settled = try #require(await next.settle(tdi, dsm: tdi))
        #expect(settled.end == .done && settled.state.phase == .available, "\(settled)")
        let home = await scene.look(tdi)
        #expect(home.state == .configUnlocked && home.domain == nil && home.trustedTable == nil)
        let again = await next.run(.convert(scene.domain, StandingOrders()), on: tdi, dsm: tdi)
        #expect(again.end == .done, "\(again.end)")
        #expect(await scene.look(tdi).workload.violations == 0)
    }

    @Test func `a private device is as private to the next manager, and released by it`() async throws {
        let scene = try await EmulatedScene()
        let tdi = scene.devices[0]
        _ = await scene.convert(tdi)
        let next = try scene.newService()
        #expect(await next.settle(tdi, dsm: tdi) == nil)
        #expect(await next.confirm(tdi, dsm: tdi).state == .run)
        #expect(await next.state(of: tdi, dsm: tdi).phase == .private)
        #expect(await next.run(.release(to: .available), on: tdi, dsm: tdi).end == .done)
        #expect(await scene.look(tdi).workload.violations == 0)
    }

    @Test func `a session that ended while no manager lived is found by the next one, which cuts first`() async throws {
        let scene = try await EmulatedScene()
        let tdi = scene.devices[0]
        _ = await scene.convert(tdi)
        await scene.host.withModel { $0.inject(.event(.sessionLost(tdi))) }
        _ = await scene.host.notices(of: tdi)
        let next = try scene.newService()
        #expect(await next.run(.recover(RecoveryRequest()), on: tdi, dsm: tdi).state.phase == .attached)
        let view = await scene.look(tdi)
        #expect(view.state == .configUnlocked && view.trustedTable == nil && view.workload.violations == 0)
    }
}
