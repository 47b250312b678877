internal import Assignment
internal import AssignmentService
internal import Emulator
internal import IOMMU
internal import PCIe
internal import TDISP

// A scenario with one more fault: what it expects is left out, what must hold is not.

extension Stage {
    /// Plays all steps, and then lets faults stop and every device come to rest; without a fault, the steps alone.
    func play(_ scenario: Scenario, with fault: SweptFault?) async -> FaultSweep.Verdict {
        if let injected = fault?.injected { await host.withModel { $0.inject(injected) } }
        for (index, step) in scenario.steps.enumerated() {
            recorder.begin(step: index + 1)
            if step.act.needsManager { await bringManager() }
            let before = await situation(of: step.act.place)
            _ = await perform(step, number: index + 1)
            manager.life.arm(nil)
            await settleDown()
            if let breach = await breach(after: step, from: before) { return Self.broken(breach) }
        }
        guard let fault else { return FaultSweep.Verdict(outcome: .unreached, seen: "") }
        let isReached = await hasHappened(fault)
        if let breach = await comeToRest(after: scenario, isUnheard: fault.cause == .noticeLost) {
            return Self.broken(breach)
        }
        let ends = await ends
        if let breach = ends.breach { return Self.broken(breach) }
        return FaultSweep.Verdict(outcome: isReached ? ends.worst : .unreached, seen: "")
    }

    private static func broken(_ breach: Breach) -> FaultSweep.Verdict {
        FaultSweep.Verdict(outcome: .broken, seen: "\(breach.rule.rawValue): \(breach.seen)")
    }

    private func hasHappened(_ fault: SweptFault) async -> Bool {
        guard let injected = fault.injected else { return doom?.isWaiting != true }
        return await host.withModel { !$0.waitingFaults.contains { $0.isSamePlace(as: injected) } }
    }

    /// A manager that lives; a new one takes up what the last one left.
    private func bringManager() async {
        guard !manager.life.isAlive else { return }
        restartManager()
        await manager.service.takeUp()
    }

    /// Faults have stopped: whoever lives hears what was noticed, and asks each device where it is. What breaks a rule then.
    /// What was told and nobody heard is found by a manager that starts.
    func comeToRest(after scenario: Scenario, isUnheard: Bool) async -> Breach? {
        await host.withModel { $0.clearFaults() }
        recorder.begin(step: scenario.steps.count + 1)
        if isUnheard { restartManager() }
        await bringManager()
        await manager.service.takeUp()
        for function in recorded.assignments.keys.sorted() {
            guard let dsm = await host.withModel({ $0.device(of: function) }) else { continue }
            await manager.service.takeNotices(of: dsm)
            _ = await manager.service.confirm(function, dsm: dsm)
        }
        await settleDown()
        if let breach = recorder.breach { return breach }
        let phases = KnownPhases.known(recorded.assignments)
        return await host.withModel { model in HostRules(phases, model).breach(in: model) }
    }

    /// Where every device that was ever moved ended.
    var ends: (worst: SweepResult.Outcome, breach: Breach?) {
        get async {
            var ends: Set<SweepResult.Outcome> = []
            for (function, state) in recorded.assignments.sorted(by: { $0.key < $1.key }) {
                let (view, routes) = await host.withModel { ($0.view(of: function), $0.routes(of: function)) }
                guard let view, let routes else { continue }
                if let breach = RestingSight(state: state, view: view, routes: routes).breach {
                    return (.broken, breach)
                }
                ends.insert(SweepResult.Outcome(state.phase))
            }
            let order = SweepResult.Outcome.allCases
            return (order.last(where: ends.contains) ?? .available, nil)
        }
    }
}

extension SweepResult.Outcome {
    fileprivate init(_ phase: Phase) {
        switch phase {
        case .private: self = .private
        case .attached: self = .attached
        case .available: self = .available
        case .quarantined: self = .quarantined
        case .attaching, .quiescing, .locking, .locked, .attesting, .attested, .accepting, .confirming, .releasing,
            .detaching, .failed, .recovering, .unknown:
            self = .broken
        }
    }
}

extension InjectedFault {
    /// Whether it waits at the same place, however often that has been passed.
    fileprivate func isSamePlace(as other: InjectedFault) -> Bool {
        switch (self, other) {
        case (.effect(let mine), .effect(let its)):
            mine.effect == its.effect && mine.function == its.function && mine.action == its.action
        case (.message(let mine), .message(let its)):
            mine.message == its.message && mine.device == its.device && mine.action == its.action
        case (.event, .event): true
        case (.effect, .message), (.effect, .event), (.message, .effect), (.message, .event), (.event, .effect),
            (.event, .message):
            false
        }
    }
}
