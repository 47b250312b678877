import Assignment
import TDISP

/// The engine as it is drawn: phases, or with detail a node for each effect that a phase waits for.
enum AssignmentDrawing: DrawableMachine {
    static let title = "Assignment machine: one per assigned device"
    static let initial = AssignmentState.initial
    static let legend = PermittedDMA.allCases.map { Graph.Legend(dma: $0, text: $0.sentence) }

    private static let owner = DomainID(high: 0, low: 1)
    private static let stranger = DomainID(high: 0, low: 2)
    /// With two recoveries allowed, both sides of the limit are reached soon, and the pause before the second.
    private static let recoveryLimit: UInt8 = 2

    /// All that decides what follows. An epoch only grows, a cause is only remembered, and beyond the limit every count of
    /// recoveries is alike.
    struct Key: Hashable {
        let phase: Phase
        let place: String
        let lineage: Lineage
        let domain: DomainID?
        let way: Way
    }

    static func key(_ state: AssignmentState) -> Key {
        var lineage = state.lineage
        lineage.epoch = .none
        lineage.recoveries = min(lineage.recoveries, recoveryLimit + 1)
        return Key(
            phase: state.phase, place: state.place, lineage: lineage, domain: state.domain, way: Way(state))
    }

    static func step(_ state: AssignmentState, _ event: AssignmentEvent) -> Reaction<AssignmentState> {
        let transition = AssignmentMachine.step(state, event)
        return Reaction(next: transition.state, effect: transition.effect.issued)
    }

    static func alphabet(in state: AssignmentState) -> [AssignmentEvent] {
        let orders = StandingOrders.all(limit: recoveryLimit)
        let requests: [AssignmentEvent] =
            orders.map { .convert(owner, $0) } + [.convert(stranger, StandingOrders())]
            + [.release(to: .available), .release(to: .attached), .cancel]
            + RecoveryRequest.all.map(AssignmentEvent.recover)
        let outcomes: [Outcome] = [
            .succeeded, .failed(.deviceRefused), .failed(.identityChanged), .failed(.siblingsInUse), .unknown,
        ]
        return requests + outcomes.map { .finished(state.pending.name, $0) }
            + TDIState.allCases.map(AssignmentEvent.answered) + Observation.all.map(AssignmentEvent.observed)
            + [.restarted(during: .lock), .foundShut]
    }

    /// One conversion that nothing disturbs.
    static func straight(_ state: AssignmentState) -> AssignmentEvent? {
        switch state.phase {
        case .available: .convert(owner, StandingOrders(recoveryLimit: recoveryLimit))
        case .private: nil
        case .attaching, .attached, .quiescing, .locking, .locked, .attesting, .attested, .accepting, .confirming,
            .releasing, .detaching, .failed, .recovering, .quarantined, .unknown:
            .finished(state.pending.name, .succeeded)
        }
    }

    static func node(_ state: AssignmentState, detail: Bool) -> Graph.Node {
        let phase = state.phase
        let name = detail && !phase.isResting ? "\(phase.rawValue): \(state.place)" : phase.rawValue
        return Graph.Node(
            id: name, label: name, group: phase.rawValue, traffic: phase.permittedDMA.sentence,
            dma: phase.permittedDMA, kind: phase.kind)
    }

    static func stimulus(_ event: AssignmentEvent, in state: AssignmentState) -> Graph.Stimulus {
        switch event {
        case .convert: .request("convert")
        case .release(let rest, _): .request("release to \(rest.rawValue)")
        case .recover: .request("recover")
        case .cancel: .request("cancel")
        case .finished(let effect, let outcome): stimulus(effect, outcome, in: state)
        case .answered: .success("\(EffectName.askState.rawValue) done")
        case .observed(let observation): .trouble(observation.name)
        case .restarted: .interruption("manager restarted")
        case .foundShut: .trouble("found shut")
        }
    }

    /// A success in a conversion that was cancelled is where it turns back.
    private static func stimulus(
        _ effect: EffectName, _ outcome: Outcome, in state: AssignmentState
    ) -> Graph.Stimulus {
        switch outcome {
        case .succeeded: Way(state).isCancelled ? .trouble("cancelled") : .success("\(effect.rawValue) done")
        case .failed(.identityChanged) where effect == .compareIdentity: .trouble("identity changed")
        case .failed(.siblingsInUse) where effect == .reset: .trouble("siblings in use")
        case .failed: .trouble("\(effect.rawValue) failed")
        case .unknown: .trouble("\(effect.rawValue) outcome unknown")
        }
    }
}

extension PermittedDMA {
    fileprivate var sentence: String {
        switch self {
        case .hostOwn: "T=0 to the host's memory"
        case .sharedPages: "T=0 to shared pages"
        case .privatePages: "T=1 to private pages"
        case .none: "no DMA"
        }
    }
}

extension Phase {
    fileprivate var kind: Graph.Kind {
        switch self {
        case .available, .attached, .private: .resting
        case .attaching, .quiescing, .locking, .locked, .attesting, .attested, .accepting, .confirming, .releasing,
            .detaching, .recovering:
            .transient
        case .failed, .unknown: .error
        case .quarantined: .quarantine
        }
    }
}

extension AssignmentEffect {
    fileprivate var issued: Issued? {
        switch self {
        case .none, .refuse: nil
        case .releaseHostDriver, .requireConnection, .attach, .unbindGuestDriver, .drainDMA, .saveLedger, .dropMappings,
            .lock, .collectEvidence, .appraise, .reconfirm, .accept, .bindGuestDriver, .probePrivate, .cut, .askState,
            .stop, .reset, .compareIdentity, .adoptIdentity, .pause, .restoreConfiguration, .proveReturn,
            .restoreMappings, .detach, .rekey,
            .returnHostDriver:
            .work(name.rawValue)
        }
    }
}
