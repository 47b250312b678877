import TDISP

/// In a domain, CONFIG_UNLOCKED: T=0 to the domain's shared pages.
public struct Attached: PhaseState {
    static let phase = Phase.attached
    /// What the assignment carries through all phases.
    public let lineage: Lineage
    /// The domain that owns the device.
    public let owner: DomainID

    var domain: DomainID? { owner }
    var pending: AssignmentEffect { .none }
    var home: Destination { .rest(.attached) }

    /// Creates the state.
    public init(lineage: Lineage, owner: DomainID) {
        self.lineage = lineage
        self.owner = owner
    }

    func finished(_ outcome: Outcome) -> AssignmentTransition { .stay(.attached(self)) }

    /// Nothing trusted is at stake here, so a lost session or a reset by the guest is its own affair.
    func observed(_ observation: Observation) -> AssignmentTransition {
        switch observation {
        case .state(.configUnlocked), .streamInsecure, .sessionLost, .deviceReset, .domainStopped, .driverTimeout:
            .stay(.attached(self))
        case .state(let state): Failed.enter(lineage, owner, .unexpectedState(state), home: home)
        case .deviceGone: Failed.enter(lineage, owner, .deviceGone, home: home)
        case .hostdevRemoved: .enter(.detaching(Detaching(lineage, owner, step: .resetting)))
        }
    }
}
