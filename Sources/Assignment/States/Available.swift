import TDISP

/// With the host, CONFIG_UNLOCKED: the ordinary device model applies.
public struct Available: PhaseState {
    static let phase = Phase.available
    /// What the assignment carries through all phases.
    public let lineage: Lineage

    var domain: DomainID? { nil }
    var pending: AssignmentEffect { .none }
    var home: Destination { .rest(.available) }

    /// Creates the state.
    public init(lineage: Lineage) { self.lineage = lineage }

    func finished(_ outcome: Outcome) -> AssignmentTransition { .stay(.available(self)) }

    /// A device that nobody assigned is watched for one thing: that nobody has locked it behind our back.
    func observed(_ observation: Observation) -> AssignmentTransition {
        switch observation {
        case .state(.configUnlocked): .stay(.available(self))
        case .state(let state): Failed.enter(lineage, nil, .unexpectedState(state), home: home)
        case .streamInsecure, .sessionLost, .deviceGone, .deviceReset, .domainStopped, .hostdevRemoved, .driverTimeout:
            .stay(.available(self))
        }
    }
}
