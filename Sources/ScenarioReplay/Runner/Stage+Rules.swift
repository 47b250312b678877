internal import Assignment
internal import Emulator
internal import IOMMU
internal import PCIe

// What must hold after every step, whatever a scenario expects.

extension Stage {
    /// Where a function was before an act, to be compared with where a conversion that fails leaves it.
    struct Situation: Sendable {
        let phase: Phase
        let view: FunctionView?
        let memory: MemoryView
        let untrusted: [Range<UInt64>]
    }

    func situation(of place: Place?) async -> Situation? {
        guard let function = place?.function else { return nil }
        let phase = recorded.assignments[function]?.phase ?? .available
        return await host.withModel { model in
            Situation(
                phase: phase, view: model.view(of: function), memory: model.memoryView,
                untrusted: model.routes(of: function)?.untrusted.map(\.addresses) ?? [])
        }
    }

    /// The first safety rule that was broken in a step or is broken after it.
    func breach(after step: Step, from before: Situation?) async -> Breach? {
        if let breach = recorder.breach { return breach }
        let phases: KnownPhases = manager.life.isAlive ? .known(recorded.assignments) : .nobodyKnows
        if let breach = await host.withModel({ model in HostRules(phases, model).breach(in: model) }) { return breach }
        guard manager.life.isAlive else { return nil }
        if let breach = notAtRest() { return breach }
        guard let before, let after = await situation(of: step.act.place) else { return nil }
        if let breach = notAsRecorded(after) ?? leftQuarantine(before, after, step.act) { return breach }
        guard case .convert = step.act else { return nil }
        return notAtHome(before, after)
    }

    /// The host has what is recorded as available.
    private func notAsRecorded(_ now: Situation) -> Breach? {
        guard now.phase == .available, now.view?.domain != nil else { return nil }
        return Breach(.allOrHome, "it is recorded as available, and a domain has it")
    }

    /// Only an operator's explicit word leads out of quarantine.
    private func leftQuarantine(_ before: Situation, _ after: Situation, _ act: Act) -> Breach? {
        guard before.phase == .quarantined, after.phase != .quarantined else { return nil }
        if case .recover(_, let request) = act, request.fromQuarantine { return nil }
        return Breach(.allOrHome, "quarantine is left without an operator's word")
    }

    /// Whatever an act of a manager that lives has moved is at rest when it ends.
    private func notAtRest() -> Breach? {
        let states = recorder.states
        return recorder.moved.sorted().compactMap { (function) -> Breach? in
            guard let phase = states[function]?.phase, !phase.isResting else { return nil }
            return Breach(.alwaysEnds, "\(function) is left in phase \(phase.rawValue)")
        }.first
    }

    /// A conversion ends in private operation, where it began, or in quarantine. Who was taken out of its domain meanwhile
    /// cannot go back there.
    private func notAtHome(_ before: Situation, _ after: Situation) -> Breach? {
        guard before.phase == .available || before.phase == .attached else { return nil }
        switch after.phase {
        case .private, .quarantined: return nil
        case before.phase: return differentMappings(before, after)
        case .available where after.view?.domain == nil: return nil
        // The last phase that was confirmed: the guest keeps its driver, and nothing had been dropped yet.
        case .attached where after.view?.hasGuestDriver == true: return nil
        case .available, .attaching, .attached, .quiescing, .locking, .locked, .attesting, .attested, .accepting,
            .confirming, .releasing, .detaching, .failed, .recovering, .unknown:
            return Breach(
                .allOrHome, "a conversion that began in \(before.phase.rawValue) ended in \(after.phase.rawValue)")
        }
    }

    /// The same mappings as before, unless pages or drivers changed for reasons of their own.
    private func differentMappings(_ before: Situation, _ after: Situation) -> Breach? {
        guard before.memory == after.memory, before.view?.isBusMaster == after.view?.isBusMaster,
            before.view?.driver == after.view?.driver, before.untrusted != after.untrusted
        else { return nil }
        return Breach(
            .allOrHome, "T=0 reached \(before.untrusted) before the conversion and \(after.untrusted) after it")
    }
}
