import Assignment
import PCIe
import Testing

@testable import ScenarioReplay

@Suite struct EngineRulesTests {
    private let function = FunctionAddress(requesterID: RequesterID(bus: 0x3B, device: 0, function: 0))

    /// A step of the one function.
    private func step(
        _ what: EngineStep.What, in phase: Phase = .recovering, domain: DomainID? = DomainID(high: 0, low: 1),
        epoch: UInt32 = 1, rekeyOwed: Bool = false
    ) -> EngineStep {
        EngineStep(
            what: what, before: phase, phase: phase, domain: domain, epoch: LockEpoch(rawValue: epoch),
            rekeyOwed: rekeyOwed)
    }

    /// The first rule that a course of steps breaks, and at which step.
    private func breach(_ steps: [EngineStep]) -> (rule: SafetyRule, at: Int)? {
        var rules = EngineRules()
        for (index, step) in steps.enumerated() {
            if let breach = rules.take(step, of: function) { return (breach.rule, index) }
        }
        return nil
    }

    private func succeeded(_ effects: [EffectName], in phase: Phase = .locked, epoch: UInt32 = 1) -> [EngineStep] {
        effects.flatMap { effect in
            [
                step(.started(effect), in: phase, epoch: epoch),
                step(.ended(effect, .succeeded), in: phase, epoch: epoch),
            ]
        }
    }

    /// A conversion as it must be.
    private var conversion: [EngineStep] {
        succeeded([
            .attach, .unbindGuestDriver, .drainDMA, .saveLedger, .dropMappings, .lock, .collectEvidence, .appraise,
            .reconfirm, .accept, .bindGuestDriver, .probePrivate,
        ])
    }

    @Test func `a conversion and its return break nothing`() {
        let home = succeeded([
            .unbindGuestDriver, .cut, .stop, .reset, .proveReturn, .restoreMappings, .bindGuestDriver,
        ])
        #expect(breach(conversion + home) == nil)
    }

    @Test func `anything but the cut in phase failed breaks revoke-first`() throws {
        let found = try #require(breach([step(.started(.stop), in: .failed)]))
        #expect(found.rule == .revokeFirst)
        #expect(breach([step(.started(.cut), in: .failed)]) == nil)
    }

    @Test(arguments: [EffectName.stop, .reset, .askState, .requireConnection, .restoreMappings, .detach])
    func `while T=1 may be open nothing starts before the cut`(effect: EffectName) throws {
        let open = conversion
        let found = try #require(breach(open + [step(.started(effect))]))
        #expect(found.rule == .revokeFirst)
        #expect(found.at == open.count)
        // A cut that is not confirmed is none.
        let unconfirmed = [step(.started(.cut), in: .failed), step(.ended(.cut, .unknown), in: .failed)]
        #expect(breach(open + unconfirmed + [step(.started(effect))])?.rule == .revokeFirst)
    }

    @Test func `mappings that return before the proof break restore-last`() throws {
        let found = try #require(
            breach(succeeded([.saveLedger, .dropMappings, .lock, .cut, .stop, .reset, .restoreMappings])))
        #expect(found.rule == .restoreLast)
        // A proof from before the lock proves nothing.
        #expect(breach(succeeded([.proveReturn, .dropMappings, .lock, .restoreMappings]))?.rule == .restoreLast)
    }

    @Test(arguments: [EffectName.bindGuestDriver, .returnHostDriver])
    func `a driver between dropped mappings and accept breaks no-driver-in-between`(driver: EffectName) {
        #expect(breach(succeeded([.dropMappings, driver]))?.rule == .noDriverInBetween)
        #expect(breach(succeeded([.dropMappings, .lock, driver]))?.rule == .noDriverInBetween)
        #expect(breach(succeeded([.dropMappings, .proveReturn, .restoreMappings, .bindGuestDriver])) == nil)
        #expect(breach(succeeded([.dropMappings, .proveReturn, .detach, .returnHostDriver])) == nil)
    }

    @Test(arguments: [EffectName.lock, .collectEvidence, .appraise, .reconfirm])
    func `an accept on what another epoch confirmed breaks nothing-outlives-an-epoch`(stale: EffectName) {
        let before: [EffectName] = [.lock, .collectEvidence, .appraise, .reconfirm]
        let fresh = before.flatMap { succeeded([$0], epoch: $0 == stale ? 1 : 2) }
        #expect(breach(fresh + succeeded([.accept], epoch: 2))?.rule == .nothingOutlivesAnEpoch)
        #expect(breach(succeeded(before + [.accept], epoch: 2)) == nil)
    }

    @Test func `a new owner without new keys, or without a way home, breaks one-owner`() {
        #expect(breach([step(.started(.attach), rekeyOwed: true)])?.rule == .oneOwner)
        let other = DomainID(high: 0, low: 2)
        #expect(breach([step(.resting), step(.resting, domain: other)])?.rule == .oneOwner)
        #expect(breach([step(.resting), step(.resting, domain: nil), step(.resting, domain: other)]) == nil)
    }

    @Test(arguments: [EffectName.attach, .lock, .bindGuestDriver, .restoreMappings, .rekey, .returnHostDriver])
    func `a granting effect that is repeated after an unknown outcome breaks no-blind-retry`(effect: EffectName) {
        let proven = succeeded([.proveReturn])
        let unknown = [step(.started(effect)), step(.ended(effect, .unknown)), step(.started(effect))]
        #expect(breach(proven + unknown)?.rule == .noBlindRetry)
        let again = step(.started(effect), epoch: 2)
        let asked = [unknown[0], unknown[1]] + succeeded([.askState, .proveReturn]) + [again]
        #expect(breach(proven + asked) == nil)
        let failed = [step(.started(effect)), step(.ended(effect, .failed(.busy))), again]
        #expect(breach(proven + failed) == nil)
    }

    @Test(arguments: [
        (EffectName.bindGuestDriver, EffectName.unbindGuestDriver), (.restoreMappings, .dropMappings),
        (.attach, .detach), (.returnHostDriver, .releaseHostDriver),
    ])
    func `what was taken back may be granted again`(effect: EffectName, undoing: EffectName) {
        let proven = succeeded([.proveReturn])
        let unknown = [step(.started(effect)), step(.ended(effect, .unknown))]
        let undone = succeeded([undoing]) + proven
        #expect(breach(proven + unknown + undone + [step(.started(effect))]) == nil)
        let failed = [step(.started(undoing)), step(.ended(undoing, .failed(.other)))] + proven
        #expect(breach(proven + unknown + failed + [step(.started(effect))])?.rule == .noBlindRetry)
    }

    @Test func `a lock without an epoch of its own breaks nothing-outlives-an-epoch`() {
        #expect(breach(succeeded([.lock], epoch: 0))?.rule == .nothingOutlivesAnEpoch)
        #expect(breach(succeeded([.lock], epoch: 1) + succeeded([.lock], epoch: 1))?.rule == .nothingOutlivesAnEpoch)
        #expect(breach(succeeded([.lock], epoch: 1) + succeeded([.lock], epoch: 2)) == nil)
    }

    @Test func `a device that changes hands without a proven reset breaks one-owner`() {
        #expect(breach(succeeded([.attach, .detach]))?.rule == .oneOwner)
        #expect(breach(succeeded([.attach, .reset, .detach, .returnHostDriver]))?.rule == .oneOwner)
        #expect(breach(succeeded([.attach, .proveReturn, .reset, .detach, .attach]))?.rule == .oneOwner)
        #expect(breach(succeeded([.attach, .reset, .proveReturn, .detach, .returnHostDriver])) == nil)
    }

    @Test func `rest in shared operation without the mappings breaks all-or-home`() {
        let dropped = succeeded([.dropMappings, .proveReturn])
        #expect(breach(dropped + [step(.resting, in: .attached)])?.rule == .allOrHome)
        #expect(breach(dropped + succeeded([.restoreMappings]) + [step(.resting, in: .attached)]) == nil)
        #expect(breach(dropped + [step(.resting, in: .quarantined)]) == nil)
    }

    @Test func `a lock that is left for anything but the cut breaks revoke-first`() {
        func left(for effect: EffectName, in phase: Phase) -> EngineStep {
            var left = step(.started(effect), in: phase)
            left.before = .locking
            return left
        }
        #expect(breach([left(for: .stop, in: .recovering)])?.rule == .revokeFirst)
        #expect(breach([left(for: .cut, in: .unknown)]) == nil)
        #expect(breach([left(for: .collectEvidence, in: .locked)]) == nil)
    }

    @Test func `effects without end break always-ends, counted afresh in each step of a scenario`() {
        var rules = EngineRules()
        func start(_ count: Int) -> [SafetyRule] {
            (0..<count).compactMap { _ in rules.take(step(.started(.askState)), of: function)?.rule }
        }
        #expect(start(EngineRules.effectLimit) == [])
        rules.beginStep()
        #expect(start(EngineRules.effectLimit) == [])
        #expect(start(1) == [.alwaysEnds])
    }
}
