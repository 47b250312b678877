import TDISP

/// Still CONFIG_UNLOCKED: T=0 shrinks to none. Driver off, DMA drained, untrusted mappings saved and dropped.
public struct Quiescing: PhaseState {
    static let phase = Phase.quiescing

    /// What is under way.
    public enum Step: String, Hashable, Sendable, Codable, CaseIterable {
        case connecting, unbindingGuestDriver, draining, savingLedger, droppingMappings
    }

    /// The conversion that this is part of.
    public let conversion: Conversion
    /// What is under way.
    public let step: Step

    init(_ conversion: Conversion, step: Step = .connecting) {
        self.conversion = conversion
        self.step = step
    }

    var lineage: Lineage { conversion.lineage }
    var domain: DomainID? { conversion.domain }
    var home: Destination { .rest(conversion.origin) }

    var pending: AssignmentEffect {
        switch step {
        case .connecting: .requireConnection
        case .unbindingGuestDriver: .unbindGuestDriver
        case .draining: .drainDMA
        case .savingLedger: .saveLedger
        case .droppingMappings: .dropMappings
        }
    }

    func finished(_ outcome: Outcome) -> AssignmentTransition {
        switch outcome {
        case .succeeded: conversion.cancelled ? undo() : advance()
        case .failed(let reason): failed(reason)
        case .unknown: conversion.fail(.outcomeUnknown(pending.name))
        }
    }

    private func advance() -> AssignmentTransition {
        switch step {
        case .connecting: .enter(.quiescing(Quiescing(conversion, step: .unbindingGuestDriver)))
        case .unbindingGuestDriver: .enter(.quiescing(Quiescing(conversion, step: .draining)))
        case .draining: .enter(.quiescing(Quiescing(conversion, step: .savingLedger)))
        case .savingLedger: .enter(.quiescing(Quiescing(conversion, step: .droppingMappings)))
        case .droppingMappings: .enter(.locking(Locking(conversion: conversion.locking)))
        }
    }

    /// A guest that keeps its driver is left alone; a device that does not fall silent is not.
    private func failed(_ reason: FailureReason) -> AssignmentTransition {
        switch step {
        case .connecting, .unbindingGuestDriver: leaveAlone(because: .effectFailed(pending.name, reason))
        case .draining, .droppingMappings: conversion.fail(.effectFailed(pending.name, reason))
        case .savingLedger: homeward(from: .bindingGuestDriver, because: .effectFailed(pending.name, reason))
        }
    }

    /// Undoes what was done up to and including the current step.
    private func undo() -> AssignmentTransition {
        switch step {
        case .connecting: leaveAlone(because: .cancelled)
        case .unbindingGuestDriver, .draining, .savingLedger: homeward(from: .bindingGuestDriver, because: .cancelled)
        case .droppingMappings: homeward(from: .proving, because: .cancelled)
        }
    }

    /// Nothing was done yet. Only a device that comes from a recovery has its driver off, and gets it back.
    private func leaveAlone(because cause: FailureCause) -> AssignmentTransition {
        switch conversion.origin {
        case .attached:
            lineage.recoveries > 0
                ? homeward(from: .bindingGuestDriver, because: cause)
                : .enter(.attached(Attached(lineage: lineage, owner: conversion.domain)))
        case .available: .enter(.detaching(Detaching(lineage, domain)))
        }
    }

    private func homeward(from step: HomewardStep, because cause: FailureCause) -> AssignmentTransition {
        switch conversion.origin {
        case .attached:
            .enter(.recovering(Recovering(lineage, domain, cause, home: home, rung: .stop, step: step)))
        case .available: .enter(.detaching(Detaching(lineage, domain, step: .resetting)))
        }
    }

    /// ERROR is an expected step here: removing an ordinary driver clears bus mastering.
    func observed(_ observation: Observation) -> AssignmentTransition {
        switch observation {
        case .state(.configUnlocked), .deviceReset, .driverTimeout: .stay(.quiescing(self))
        case .state(.error): .stay(.quiescing(Quiescing(conversion.seen(.error), step: step)))
        case .state(let state): conversion.fail(.unexpectedState(state))
        case .deviceGone: conversion.fail(.deviceGone)
        case .streamInsecure, .sessionLost, .domainStopped:
            .stay(.quiescing(Quiescing(conversion.turnedBack, step: step)))
        case .hostdevRemoved: conversion.fail(.hostdevRemoved)
        }
    }
}
