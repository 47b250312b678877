import TDISP

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
        case .homeward(let step): step.effect(after: lineage)
        }
    }

    /// A guest that does not let go of its driver cannot hold up the release: from there on nothing is asked of it.
    func finished(_ outcome: Outcome) -> AssignmentTransition {
        switch step {
        case .unbindingGuestDriver: advance(to: .cutting)
        case .cutting: outcome == .succeeded ? advance(to: .homeward(.stopping)) : fail(outcome)
        case .homeward(let step):
            switch outcome {
            case .succeeded:
                step.next(to: home, after: lineage).map { advance(to: .homeward($0), lineage.past(step)) }
                    ?? home.arrive(lineage, owner)
            case .failed, .unknown: step == .bindingGuestDriver ? home.arrive(lineage, owner) : fail(outcome)
            }
        }
    }

    private func advance(to step: Step, _ past: Lineage? = nil) -> AssignmentTransition {
        .enter(.releasing(Releasing(lineage: past ?? lineage, owner: owner, rest: rest, step: step)))
    }

    private func fail(_ outcome: Outcome) -> AssignmentTransition {
        Failed.enter(lineage, owner, FailureCause(pending.name, outcome), home: home)
    }

    /// Before the cut, trouble is met by the cut: the guest is no longer waited for. ERROR may follow from the driver's
    /// removal. After the cut, what can be noticed is expected or met by the step under way.
    func observed(_ observation: Observation) -> AssignmentTransition {
        switch step {
        case .unbindingGuestDriver: observedBeforeCut(observation)
        case .homeward(let step) where observation == .hostdevRemoved && rest == .attached && step.needsResetForOthers:
            .enter(.detaching(Detaching(lineage, owner, step: .resetting)))
        case .cutting, .homeward:
            switch observation {
            case .deviceGone: Failed.enter(lineage, owner, .deviceGone, home: home)
            case .hostdevRemoved:
                .stay(.releasing(Releasing(lineage: lineage, owner: owner, rest: .available, step: step)))
            case .state, .streamInsecure, .sessionLost, .deviceReset, .domainStopped, .driverTimeout:
                .stay(.releasing(self))
            }
        }
    }

    private func observedBeforeCut(_ observation: Observation) -> AssignmentTransition {
        switch observation {
        case .state(.run), .state(.error): .stay(.releasing(self))
        case .state(let state): fail(.unexpectedState(state))
        case .streamInsecure: fail(.streamInsecure)
        case .sessionLost: fail(.sessionLost)
        case .deviceGone: fail(.deviceGone)
        case .deviceReset: fail(.deviceReset)
        case .domainStopped: fail(.domainStopped)
        case .hostdevRemoved: fail(.hostdevRemoved)
        case .driverTimeout: fail(.driverTimeout)
        }
    }

    private func fail(_ cause: FailureCause) -> AssignmentTransition {
        Failed.enter(lineage, owner, cause, home: cause == .hostdevRemoved ? .rest(.available) : home)
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
