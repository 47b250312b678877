/// Out of the domain and back to the host: proven reset, hostdev out, new keys where owed, host driver on.
public struct Detaching: PhaseState {
    static let phase = Phase.detaching

    /// What is under way.
    public enum Step: String, Hashable, Sendable, Codable, CaseIterable {
        case unbindingGuestDriver, resetting, proving, detaching, rekeying, returningHostDriver
    }

    /// What the assignment carries through all phases.
    public let lineage: Lineage
    /// The domain that the device leaves, or nil when it was in none.
    public let domain: DomainID?
    /// What is under way.
    public let step: Step

    init(_ lineage: Lineage, _ domain: DomainID?, step: Step = .unbindingGuestDriver) {
        self.lineage = lineage
        self.domain = domain
        self.step = step == .detaching && domain == nil ? (lineage.rekeyOwed ? .rekeying : .returningHostDriver) : step
    }

    var home: Destination { .rest(.available) }

    var pending: AssignmentEffect {
        switch step {
        case .unbindingGuestDriver: .unbindGuestDriver
        case .resetting: .reset(.function)
        case .proving: .proveReturn
        case .detaching: domain.map(AssignmentEffect.detach) ?? .none
        case .rekeying: .rekey
        case .returningHostDriver: .returnHostDriver
        }
    }

    func finished(_ outcome: Outcome) -> AssignmentTransition {
        switch outcome {
        case .succeeded: succeeded()
        case .failed, .unknown: failed(outcome)
        }
    }

    private func succeeded() -> AssignmentTransition {
        switch step {
        case .unbindingGuestDriver: advance(to: .resetting)
        case .resetting: advance(to: .proving)
        case .proving: advance(to: .detaching)
        case .detaching: advance(to: lineage.rekeyOwed ? .rekeying : .returningHostDriver)
        case .rekeying: .enter(.detaching(Detaching(lineage.rekeyed, domain, step: .returningHostDriver)))
        case .returningHostDriver: .enter(.available(Available(lineage: lineage)))
        }
    }

    private func failed(_ outcome: Outcome) -> AssignmentTransition {
        switch step {
        case .unbindingGuestDriver: keptByGuest(outcome)
        case .resetting, .proving: Failed.enter(lineage, domain, FailureCause(pending.name, outcome), home: home)
        case .detaching: Quarantined.enter(lineage, domain, .detachFailed)
        case .rekeying: Quarantined.enter(lineage, nil, .needsRekey)
        case .returningHostDriver: Quarantined.enter(lineage, nil, .hostDriverNotReturned)
        }
    }

    /// A guest that refuses keeps its device; one that does not answer loses it by the ladder.
    private func keptByGuest(_ outcome: Outcome) -> AssignmentTransition {
        guard let domain, outcome != .unknown else {
            return Failed.enter(lineage, domain, FailureCause(pending.name, outcome), home: home)
        }
        return .enter(.attached(Attached(lineage: lineage, owner: domain)))
    }

    private func advance(to step: Step) -> AssignmentTransition {
        .enter(.detaching(Detaching(lineage, domain, step: step)))
    }

    func observed(_ observation: Observation) -> AssignmentTransition {
        switch observation {
        case .deviceGone: Failed.enter(lineage, domain, .deviceGone, home: home)
        case .state, .streamInsecure, .sessionLost, .deviceReset, .domainStopped, .hostdevRemoved, .driverTimeout:
            .stay(.detaching(self))
        }
    }
}

extension Lineage {
    /// New keys were programmed: nothing is owed.
    var rekeyed: Lineage { Lineage(epoch: epoch, rekeyOwed: false, recoveries: recoveries, orders: orders) }
}
