/// Out of private operation or out of a conversion: the platform's cut is on its way, and nothing else is.
public struct Failed: PhaseState {
    static let phase = Phase.failed
    /// What the assignment carries through all phases.
    public let lineage: Lineage
    /// The domain that owns the device, or nil.
    public let domain: DomainID?
    /// What went wrong first.
    public let cause: FailureCause
    /// Where the way home leads.
    public let home: Destination
    /// The cut that is under way.
    public let rank: CutRank
    /// Why the device is put away once the cut is confirmed; nil: it goes down the ladder.
    public let putAway: QuarantineReason?

    var pending: AssignmentEffect { .cut(rank) }

    /// Every failure enters here: one more recovery is counted, and past the limit it ends at rest.
    static func enter(
        _ lineage: Lineage, _ domain: DomainID?, _ cause: FailureCause, home: Destination
    ) -> AssignmentTransition {
        var next = lineage
        if case .unexpectedState(let state) = cause { next = lineage.seen(state) }
        next.recoveries = lineage.recoveries == .max ? .max : lineage.recoveries + 1
        let home = next.recoveries > next.orders.recoveryLimit ? home.withoutConversion : home
        return .enter(
            .failed(Failed(lineage: next, domain: domain, cause: cause, home: home, rank: .first, putAway: nil)))
    }

    /// On the way home something was opened, or may have been, that nothing can take back but the cut: behind it, quarantine.
    static func putAway(
        _ lineage: Lineage, _ domain: DomainID?, _ cause: FailureCause, _ reason: QuarantineReason, home: Destination
    ) -> AssignmentTransition {
        .enter(
            .failed(Failed(lineage: lineage, domain: domain, cause: cause, home: home, rank: .first, putAway: reason)))
    }

    func finished(_ outcome: Outcome) -> AssignmentTransition {
        switch outcome {
        case .succeeded:
            putAway.map { Quarantined.enter(lineage, domain, $0, home: home) }
                ?? .enter(.recovering(Recovering(lineage, domain, cause, home: home, rung: .stop, step: .stopping)))
        case .failed, .unknown:
            rank.next.map {
                .enter(
                    .failed(
                        Failed(
                            lineage: lineage, domain: domain, cause: cause, home: home, rank: $0, putAway: putAway)))
            } ?? Quarantined.enter(lineage, domain, .cutUnconfirmed, home: home)
        }
    }

    /// The operator does not want it converted again.
    var turnedBack: AssignmentTransition {
        .stay(
            .failed(
                Failed(
                    lineage: lineage, domain: domain, cause: cause, home: home.withoutConversion, rank: rank,
                    putAway: putAway)))
    }

    /// Nothing that is noticed now can make the cut more urgent, but it may change where the way home leads.
    func observed(_ observation: Observation) -> AssignmentTransition {
        .stay(
            .failed(
                Failed(
                    lineage: lineage.seen(observation), domain: domain, cause: cause, home: home.after(observation),
                    rank: rank, putAway: putAway)))
    }
}

extension Destination {
    /// Where the device rests when it is not converted again.
    var rest: Rest {
        switch self {
        case .rest(let rest), .convert(let rest): rest
        }
    }

    /// The same way home, without another conversion at its end.
    var withoutConversion: Destination { .rest(rest) }

    /// Where the way home leads after this was noticed on it: a stopped domain is not converted for, and a device that
    /// was taken out of its domain goes to the host.
    func after(_ observation: Observation) -> Destination {
        switch observation {
        case .domainStopped: withoutConversion
        case .hostdevRemoved: .rest(.available)
        case .state, .streamInsecure, .sessionLost, .deviceGone, .deviceReset, .driverTimeout: self
        }
    }
}
