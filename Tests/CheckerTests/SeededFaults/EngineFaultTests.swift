import Checker
import IOMMU
import ScenarioReplay
import TDISP
import Testing

@testable import Assignment

/// Faults in what the engine decides.
@Suite struct `Seeded faults of the engine` {
    /// What becomes of a counterexample in a replay with the same fault.
    private enum Replay {
        /// The same rule is broken.
        case same
        /// A scenario sees another rule broken earlier.
        case earlier(SafetyRule)
        /// No rule that a scenario is held against.
        case unseen
        /// It would not end: the faulty engine waits for ever.
        case endless
    }

    /// The rule that the checker finds broken. Its counterexample breaks none in a replay without the fault.
    private func rule(
        faults: Int = 0, vms: Int = 1, crashes: Bool = false, isFunctionZero: Bool = true, replay: Replay = .same,
        _ change: @escaping @Sendable (AssignmentState, AssignmentEvent, Checker.EngineStep) -> Checker.EngineStep
    ) async throws -> SafetyRule? {
        var fault = SeededFault(vms: vms, faults: faults, crashes: crashes) { SeededFault.engine(&$0, change) }
        fault.model.isFunctionZero = isFunctionZero
        let found = try #require(try await fault.found())
        if case .endless = replay { return found.violation.rule }
        let (faulty, shipped) = try await fault.replayed(found)
        switch replay {
        case .same: #expect(faulty.counterexample == .reproduced, "\(faulty.summary)")
        case .earlier(let rule): #expect(faulty.difference?.aspect == rule.rawValue, "\(faulty.summary)")
        case .unseen, .endless: #expect(faulty.counterexample == .gone, "\(faulty.summary)")
        }
        #expect(shipped.counterexample == .gone, "\(shipped.summary)")
        #expect(shipped.unmet == [])
        return found.violation.rule
    }

    private static func enter(_ state: AssignmentState) -> Checker.EngineStep {
        Checker.EngineStep(state, state.pending)
    }

    // MARK: Evidence

    @Test func `evidence of an old epoch is accepted after another LOCK`() async throws {
        let rule = try await rule { before, event, step in
            guard case .locking(let now) = before, event.isSuccess(of: .lock) else { return step }
            return Self.enter(.accepting(Accepting(conversion: now.conversion)))
        }
        #expect(rule == .nothingOutlivesAnEpoch)
    }

    @Test func `state and report are not read again behind the verdict`() async throws {
        let rule = try await rule { before, event, step in
            guard case .attesting(let now) = before, event.isSuccess(of: .appraise) else { return step }
            return Self.enter(.accepting(Accepting(conversion: now.conversion)))
        }
        #expect(rule == .nothingOutlivesAnEpoch)
    }

    @Test func `a verdict of no is taken for yes`() async throws {
        let rule = try await rule(faults: 1) { before, event, step in
            guard case .attesting(let now) = before, event.isTrouble(of: .appraise) else { return step }
            return Self.enter(.accepting(Accepting(conversion: now.conversion)))
        }
        #expect(rule == .nothingOutlivesAnEpoch)
    }

    @Test func `LOCK does not begin an epoch of its own`() async throws {
        let rule = try await rule { before, _, step in
            guard case .locking(let now) = step.state, before.phase == .quiescing else { return step }
            let old = now.conversion
            var lineage = old.lineage
            lineage.epoch = before.lineage.epoch
            return Self.enter(.locking(Locking(conversion: Conversion(lineage, old.domain, origin: old.origin))))
        }
        #expect(rule == .nothingOutlivesAnEpoch)
    }

    // MARK: The cut

    @Test func `a device that failed is not cut`() async throws {
        let rule = try await rule(faults: 1) { _, _, step in
            guard step.state.phase == .failed, step.effect == .cut(.first) else { return step }
            return Checker.EngineStep(AssignmentMachine.step(step.state, .finished(.cut, .succeeded)))
        }
        #expect(rule == .revokeFirst)
    }

    @Test func `the cut comes after STOP`() async throws {
        let rule = try await rule(faults: 1, replay: .endless) { before, _, step in
            guard step.state.phase == .failed, before.phase != .failed else { return step }
            return Checker.EngineStep(step.state, .stop)
        }
        #expect(rule == .revokeFirst)
    }

    @Test func `a cut that failed counts as confirmed`() async throws {
        let rule = try await rule(faults: 2) { before, event, step in
            guard before.phase == .failed, event.isTrouble(of: .cut) else { return step }
            return Checker.EngineStep(AssignmentMachine.step(before, .finished(.cut, .succeeded)))
        }
        #expect(rule == .revokeFirst)
    }

    @Test func `a release stops an interface whose guest keeps its driver before it is cut`() async throws {
        let rule = try await rule(faults: 1) { before, event, step in
            guard case .releasing(let now) = before, now.step == .unbindingGuestDriver,
                event.isTrouble(of: .unbindGuestDriver)
            else { return step }
            return Self.enter(
                .releasing(
                    Releasing(lineage: now.lineage, owner: now.owner, rest: now.rest, step: .homeward(.stopping))))
        }
        #expect(rule == .revokeFirst)
    }

    // MARK: The way home

    @Test func `mappings come back before CONFIG_UNLOCKED is confirmed`() async throws {
        let rule = try await rule(faults: 2) { before, event, step in
            guard case .recovering(let now) = before, now.step == .stopping, now.home == .rest(.attached),
                event.isTrouble(of: .stop)
            else { return step }
            return Self.enter(now.at(.restoringMappings))
        }
        #expect(rule == .restoreLast)
    }

    @Test func `an FLR is taken for a STOP`() async throws {
        let rule = try await rule(faults: 1) { before, event, step in
            if case .recovering(let now) = step.state, now.home == .rest(.attached), before.phase == .failed {
                return Self.enter(now.at(.resettingFunction))
            }
            guard case .recovering(let now) = before, now.step == .restoringConfiguration,
                now.home == .rest(.attached), event.isSuccess(of: .restoreConfiguration)
            else { return step }
            return Self.enter(now.at(.restoringMappings))
        }
        #expect(rule == .restoreLast)
    }

    @Test func `a device rests in shared operation without its mappings`() async throws {
        let rule = try await rule { before, event, step in
            guard case .releasing(let now) = before, now.step == .homeward(.proving), now.rest == .attached,
                event.isSuccess(of: .proveReturn)
            else { return step }
            return Checker.EngineStep(.attached(Attached(lineage: now.lineage, owner: now.owner)), .none)
        }
        #expect(rule == .allOrHome)
    }

    @Test func `a device rests with the host and keeps its hostdev`() async throws {
        let rule = try await rule { before, event, step in
            guard case .detaching(let now) = before, now.step == .proving, event.isSuccess(of: .proveReturn) else {
                return step
            }
            return Checker.EngineStep(.available(Available(lineage: now.lineage)), .none)
        }
        #expect(rule == .allOrHome)
    }

    @Test func `quarantine is left without an explicit word`() async throws {
        let rule = try await rule(faults: 2) { before, event, step in
            guard before.phase == .quarantined, event == .recover(RecoveryRequest()) else { return step }
            return Checker.EngineStep(AssignmentMachine.step(before, .recover(RecoveryRequest(fromQuarantine: true))))
        }
        #expect(rule == .allOrHome)
    }

    @Test func `recovery repeats a STOP that fails for ever`() async throws {
        let rule = try await rule(faults: 2) { before, event, step in
            guard case .recovering(let now) = before, now.step == .stopping, event.isTrouble(of: .stop) else {
                return step
            }
            return Self.enter(now.at(.stopping))
        }
        #expect(rule == .alwaysEnds)
    }

    // MARK: Owners

    @Test func `two owners: an attached device is converted for another VM`() async throws {
        let rule = try await rule(vms: 2) { before, event, step in
            guard case .attached(let now) = before, case .convert(let domain, _) = event, domain != now.owner else {
                return step
            }
            return Self.enter(.quiescing(Quiescing(Conversion(now.lineage, domain, origin: .attached))))
        }
        #expect(rule == .oneOwner)
    }

    @Test func `a device leaves its VM without a reset`() async throws {
        let rule = try await rule { before, event, step in
            guard case .detaching(let now) = before, now.step == .unbindingGuestDriver,
                event.isSuccess(of: .unbindGuestDriver)
            else { return step }
            return Self.enter(.detaching(Detaching(now.lineage, now.domain, step: .detaching)))
        }
        #expect(rule == .oneOwner)
    }

    @Test func `a reset is not proven before the device changes hands`() async throws {
        let rule = try await rule { before, event, step in
            guard case .detaching(let now) = before, now.step == .resetting, event.isSuccess(of: .reset) else {
                return step
            }
            return Self.enter(.detaching(Detaching(now.lineage, now.domain, step: .detaching)))
        }
        #expect(rule == .oneOwner)
    }

    @Test func `nobody asks who comes back from the reset before the device changes hands`() async throws {
        let rule = try await rule(replay: .unseen) { before, event, step in
            guard case .detaching(let now) = step.state, now.step == .connecting else { return step }
            return Self.enter(.detaching(Detaching(now.lineage, now.domain, step: .proving)))
        }
        #expect(rule == .oneOwner)
    }

    @Test func `keys are not renewed for a new owner`() async throws {
        let rule = try await rule(isFunctionZero: false, replay: .unseen) { before, event, step in
            guard case .detaching(let now) = step.state, now.step == .rekeying else { return step }
            return Self.enter(.detaching(Detaching(now.lineage, now.domain, step: .returningHostDriver)))
        }
        #expect(rule == .oneOwner)
    }

    // MARK: Drivers

    @Test func `the guest's driver binds while the interface is locked`() async throws {
        let rule = try await rule { before, event, step in
            guard case .locked(let now) = before, event.isSuccess(of: .collectEvidence) else { return step }
            return Self.enter(.confirming(Confirming(conversion: now.conversion, step: .bindingGuestDriver)))
        }
        #expect(rule == .noDriverInBetween)
    }

    @Test func `the guest's driver stays on for LOCK`() async throws {
        let rule = try await rule { before, event, step in
            guard case .quiescing(let now) = before, now.step == .connecting, event.isSuccess(of: .requireConnection)
            else { return step }
            return Self.enter(.quiescing(Quiescing(now.conversion, step: .savingLedger)))
        }
        #expect(rule == .noDriverInBetween)
    }

    @Test func `LOCK goes out while untrusted mappings are there`() async throws {
        let rule = try await rule(replay: .earlier(.silentWhenLockedOrFailed)) { before, event, step in
            guard case .quiescing(let now) = before, now.step == .savingLedger, event.isSuccess(of: .saveLedger) else {
                return step
            }
            return Self.enter(.locking(Locking(conversion: now.conversion.locking)))
        }
        // Until its driver binds the function cannot master the bus, and in RUN T=0 is refused.
        #expect(rule == .allOrHome)
    }

    // MARK: Doubt

    @Test(arguments: [EffectName.bindGuestDriver, .restoreMappings, .attach])
    func `a granting effect is tried again after an unknown outcome`(effect: EffectName) async throws {
        let rule = try await rule(faults: 2) { before, event, step in
            event == .finished(effect, .unknown) && before.pending.name == effect ? Self.enter(before) : step
        }
        #expect(rule == .noBlindRetry)
    }

    @Test func `a restart repeats what was intended`() async throws {
        let rule = try await rule(faults: 1, crashes: true) { before, event, step in
            guard case .restarted = event, before.pending.name == .attach else { return step }
            return Self.enter(before)
        }
        #expect(rule == .noBlindRetry || rule == .oneOwner)
    }
}

extension Recovering {
    /// The same recovery at another step.
    fileprivate func at(_ step: HomewardStep) -> AssignmentState {
        .recovering(Recovering(lineage, domain, cause, home: home, rung: rung, step: step))
    }
}
