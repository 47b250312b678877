import TDISP

/// On the way from the host into a domain: off its host driver, connected, then put into the domain.
public struct Attaching: PhaseState {
    static let phase = Phase.attaching

    /// What is under way.
    public enum Step: String, Hashable, Sendable, Codable, CaseIterable {
        case releasingHostDriver, connecting, attaching
    }

    /// The conversion that this is part of.
    public let conversion: Conversion
    /// What is under way.
    public let step: Step

    init(_ conversion: Conversion, step: Step = .releasingHostDriver) {
        self.conversion = conversion
        self.step = step
    }

    var lineage: Lineage { conversion.lineage }
    var domain: DomainID? { conversion.domain }
    var home: Destination { .rest(conversion.origin) }

    var pending: AssignmentEffect {
        switch step {
        case .releasingHostDriver: .releaseHostDriver
        case .connecting: .requireConnection
        case .attaching: .attach(conversion.domain)
        }
    }

    func finished(_ outcome: Outcome) -> AssignmentTransition {
        switch outcome {
        case .succeeded: conversion.cancelled ? undo(done: true) : advance()
        case .failed: undo(done: false)
        case .unknown: conversion.fail(.outcomeUnknown(pending.name))
        }
    }

    private func advance() -> AssignmentTransition {
        switch step {
        case .releasingHostDriver: .enter(.attaching(Attaching(conversion, step: .connecting)))
        case .connecting: .enter(.attaching(Attaching(conversion, step: .attaching)))
        case .attaching: .enter(.quiescing(Quiescing(conversion, step: .unbindingGuestDriver)))
        }
    }

    /// Nothing was locked: what was done is undone, without violence. A connection that was opened stays.
    private func undo(done: Bool) -> AssignmentTransition {
        switch step {
        case .releasingHostDriver, .connecting:
            .enter(.detaching(Detaching(lineage, domain, step: .returningHostDriver)))
        case .attaching:
            .enter(.detaching(Detaching(lineage, domain, step: done ? .unbindingGuestDriver : .returningHostDriver)))
        }
    }

    /// The device is with nobody yet; only what makes the attach itself senseless ends it.
    func observed(_ observation: Observation) -> AssignmentTransition {
        switch observation {
        case .state(.configUnlocked), .streamInsecure, .sessionLost, .deviceReset, .driverTimeout:
            .stay(.attaching(self))
        case .hostdevRemoved: step == .attaching ? conversion.fail(.hostdevRemoved) : .stay(.attaching(self))
        case .state(let state): conversion.fail(.unexpectedState(state))
        case .deviceGone: conversion.fail(.deviceGone)
        case .domainStopped: .stay(.attaching(Attaching(conversion.turnedBack, step: step)))
        }
    }
}
