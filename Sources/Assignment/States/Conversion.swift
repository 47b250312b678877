import TDISP

/// What a conversion carries from its first step to private operation.
public struct Conversion: Hashable, Sendable, Codable {
    /// What the assignment carries through all phases.
    public let lineage: Lineage
    /// The domain that the device is converted for.
    public let domain: DomainID
    /// The resting phase it left, to which it returns when it fails.
    public let origin: Rest
    /// The operator cancelled: turn back at the next safe point.
    public let cancelled: Bool

    init(_ lineage: Lineage, _ domain: DomainID, origin: Rest, cancelled: Bool = false) {
        self.lineage = lineage
        self.domain = domain
        self.origin = origin
        self.cancelled = cancelled
    }

    /// The same conversion, cancelled.
    var turnedBack: Conversion { Conversion(lineage, domain, origin: origin, cancelled: true) }

    /// The same conversion of a TDI that was seen in this state.
    func seen(_ state: TDIState) -> Conversion {
        Conversion(lineage.seen(state), domain, origin: origin, cancelled: cancelled)
    }

    /// The same conversion at the start of its next lock epoch. From here on new keys are owed before the owner changes.
    var locking: Conversion {
        var next = lineage
        next.epoch = lineage.epoch.next
        next.rekeyOwed = true
        return Conversion(next, domain, origin: origin, cancelled: cancelled)
    }

    /// Falls out of the conversion: the cut first, then home. A device taken out of its domain goes to the host.
    func fail(_ cause: FailureCause) -> AssignmentTransition {
        Failed.enter(lineage, domain, cause, home: .rest(cause == .hostdevRemoved ? .available : origin))
    }
}

/// A state of a conversion: it carries one, and goes home to where that began.
protocol ConversionState: PhaseState {
    var conversion: Conversion { get }
    /// This struct as a state.
    var asState: AssignmentState { get }
    /// The TDISP states that an honest device may answer in this state.
    var expected: Set<TDIState> { get }
    /// The pending effect succeeded.
    func succeeded() -> AssignmentTransition
}

extension ConversionState {
    var lineage: Lineage { conversion.lineage }
    var domain: DomainID? { conversion.domain }
    var home: Destination { .rest(conversion.origin) }

    /// From LOCK on there is one way back: the cut, STOP, and home.
    func finished(_ outcome: Outcome) -> AssignmentTransition {
        switch outcome {
        case .succeeded: conversion.cancelled ? conversion.fail(.cancelled) : succeeded()
        case .failed(let reason): conversion.fail(.effectFailed(pending.name, reason))
        case .unknown: conversion.fail(.outcomeUnknown(pending.name))
        }
    }

    func observed(_ observation: Observation) -> AssignmentTransition {
        switch observation {
        case .state(let state): expected.contains(state) ? .stay(asState) : conversion.fail(.unexpectedState(state))
        case .streamInsecure: conversion.fail(.streamInsecure)
        case .sessionLost: conversion.fail(.sessionLost)
        case .deviceGone: conversion.fail(.deviceGone)
        case .deviceReset: conversion.fail(.deviceReset)
        case .domainStopped: conversion.fail(.domainStopped)
        case .hostdevRemoved: conversion.fail(.hostdevRemoved)
        case .driverTimeout: conversion.fail(.driverTimeout)
        }
    }
}
