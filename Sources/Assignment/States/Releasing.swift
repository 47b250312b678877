/// Orderly way out of private operation: driver off, cut, then the way home. Whatever goes wrong on it is a failure.
public struct Releasing: PhaseState {
    static let phase = Phase.releasing

    /// What is under way.
    public enum Step: Hashable, Sendable, Codable {
        case unbindingGuestDriver
        case cutting
        case homeward(HomewardStep)
    }

    /// What the assignment carries through all phases.
    public let lineage: Lineage
    /// The domain that owns the device.
    public let owner: DomainID
    /// Where it will rest.
    public let rest: Rest
    /// What is under way.
    public let step: Step

    var domain: DomainID? { owner }
    var home: Destination { .rest(rest) }

    var pending: AssignmentEffect {
        switch step {
        case .unbindingGuestDriver: .unbindGuestDriver
        case .cutting: .cut(.first)
        case .homeward(let step): step.effect
        }
    }

    /// A guest that does not let go of its driver cannot hold up the release: from there on nothing is asked of it.
    func finished(_ outcome: Outcome) -> AssignmentTransition {
        switch step {
        case .unbindingGuestDriver: advance(to: .cutting)
        case .cutting: outcome == .succeeded ? advance(to: .homeward(.stopping)) : fail(outcome)
        case .homeward(let step):
            switch outcome {
            case .succeeded: step.next(to: home).map { advance(to: .homeward($0)) } ?? home.arrive(lineage, owner)
            case .failed, .unknown: step == .bindingGuestDriver ? home.arrive(lineage, owner) : fail(outcome)
            }
        }
    }

    private func advance(to step: Step) -> AssignmentTransition {
        .enter(.releasing(Releasing(lineage: lineage, owner: owner, rest: rest, step: step)))
    }

    private func fail(_ outcome: Outcome) -> AssignmentTransition {
        Failed.enter(lineage, owner, FailureCause(pending.name, outcome), home: home)
    }

    /// Everything that can be noticed here is either expected (ERROR, a lost session) or met by the step under way.
    func observed(_ observation: Observation) -> AssignmentTransition {
        switch observation {
        case .deviceGone: Failed.enter(lineage, owner, .deviceGone, home: home)
        case .state, .streamInsecure, .sessionLost, .deviceReset, .domainStopped, .hostdevRemoved, .driverTimeout:
            .stay(.releasing(self))
        }
    }
}

extension FailureCause {
    /// The cause that an outcome other than success stands for.
    init(_ effect: EffectName, _ outcome: Outcome) {
        switch outcome {
        case .failed(let reason): self = .effectFailed(effect, reason)
        case .succeeded, .unknown: self = .outcomeUnknown(effect)
        }
    }
}
