import TDISP

/// Out of the domain and back to the host: proven reset, hostdev out, new keys where owed, host driver on.
///
/// A device that owes new keys was locked for the domain: who it is, is asked again behind the reset, because nobody looked at
/// it while it was in shared operation.
public struct Detaching: PhaseState {
    static let phase = Phase.detaching

    /// What is under way.
    public enum Step: String, Hashable, Sendable, Codable, CaseIterable {
        case unbindingGuestDriver, resetting, connecting, comparingIdentity, proving, detaching, rekeying,
            returningHostDriver
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
        // With no domain (left), what follows is owed only to the host.
        self.step = step == .detaching && domain == nil ? (lineage.rekeyOwed ? .rekeying : .returningHostDriver) : step
    }

    var home: Destination { .rest(.available) }

    var pending: AssignmentEffect {
        switch step {
        case .unbindingGuestDriver: .unbindGuestDriver
        case .resetting: .reset(.function)
        case .connecting: .requireConnection
        case .comparingIdentity: .compareIdentity
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
        case .resetting:
            .enter(
                .detaching(
                    Detaching(
                        lineage.past(.resettingFunction), domain, step: lineage.rekeyOwed ? .connecting : .proving)))
        case .connecting: advance(to: .comparingIdentity)
        case .comparingIdentity: advance(to: .proving)
        case .proving: advance(to: .detaching)
        case .detaching: .enter(.detaching(Detaching(lineage, nil, step: .detaching)))
        case .rekeying: .enter(.detaching(Detaching(lineage.rekeyed, domain, step: .returningHostDriver)))
        case .returningHostDriver: .enter(.available(Available(lineage: lineage)))
        }
    }

    private func failed(_ outcome: Outcome) -> AssignmentTransition {
        switch step {
        case .unbindingGuestDriver: keptByGuest(outcome)
        case .resetting where outcome == .failed(.siblingsInUse): putAway(.siblingsInUse, outcome)
        case .resetting, .connecting, .comparingIdentity, .proving:
            Failed.enter(lineage, domain, FailureCause(pending.name, outcome), home: home)
        case .detaching: putAway(.detachFailed, outcome)
        case .rekeying: Quarantined.enter(lineage, nil, .needsRekey, home: home)
        case .returningHostDriver:
            putAway(QuarantineReason(outcome.reason, or: .hostDriverNotReturned), outcome)
        }
    }

    /// Out of its domain or not, with its host driver or not: nobody knows what it still reaches.
    private func putAway(_ reason: QuarantineReason, _ outcome: Outcome) -> AssignmentTransition {
        Failed.putAway(lineage, domain, FailureCause(pending.name, outcome), reason, home: home)
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

    /// ERROR may follow from the driver's removal as long as the reset is still to come.
    func observed(_ observation: Observation) -> AssignmentTransition {
        switch observation {
        case .state(.configUnlocked): .stay(.detaching(self))
        case .state(.error) where !isReset: .stay(.detaching(Detaching(lineage.seen(.error), domain, step: step)))
        case .state(let state): Failed.enter(lineage, domain, .unexpectedState(state), home: home)
        case .deviceGone: Failed.enter(lineage, domain, .deviceGone, home: home)
        case .hostdevRemoved where step == .unbindingGuestDriver: advance(to: .resetting)
        case .streamInsecure, .sessionLost, .deviceReset, .domainStopped, .hostdevRemoved, .driverTimeout:
            .stay(.detaching(self))
        }
    }

    private var isReset: Bool {
        switch step {
        case .unbindingGuestDriver, .resetting: false
        case .connecting, .comparingIdentity, .proving, .detaching, .rekeying, .returningHostDriver: true
        }
    }
}

extension Lineage {
    /// New keys were programmed: nothing is owed.
    var rekeyed: Lineage { Lineage(epoch: epoch, rekeyOwed: false, recoveries: recoveries, orders: orders) }
}
