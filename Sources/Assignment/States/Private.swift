import TDISP

/// Private operation, confirmed: T=1 reaches private pages of the owner.
public struct Private: PhaseState {
    static let phase = Phase.private
    /// What the assignment carries through all phases.
    public let lineage: Lineage
    /// The domain that owns the device.
    public let owner: DomainID

    var domain: DomainID? { owner }
    var pending: AssignmentEffect { .none }
    var home: Destination { lineage.orders.convertAgain ? .convert(origin: .attached) : .rest(.attached) }

    /// Creates the state.
    public init(lineage: Lineage, owner: DomainID) {
        self.lineage = lineage
        self.owner = owner
    }

    func finished(_ outcome: Outcome) -> AssignmentTransition { .stay(.private(self)) }

    func observed(_ observation: Observation) -> AssignmentTransition {
        switch observation {
        case .state(.run): .stay(.private(self))
        case .state(let state): fail(.unexpectedState(state), home: home)
        case .streamInsecure: fail(.streamInsecure, home: home)
        case .sessionLost: fail(.sessionLost, home: home)
        case .deviceGone: fail(.deviceGone, home: home)
        case .deviceReset: fail(.deviceReset, home: home)
        case .driverTimeout: fail(.driverTimeout, home: home)
        case .domainStopped: fail(.domainStopped, home: .rest(.attached))
        case .hostdevRemoved: fail(.hostdevRemoved, home: .rest(.available))
        }
    }

    private func fail(_ cause: FailureCause, home: Destination) -> AssignmentTransition {
        Failed.enter(lineage, owner, cause, home: home)
    }
}
