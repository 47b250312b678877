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

    var pending: AssignmentEffect { .cut(rank) }

    /// Every failure enters here: one more recovery is counted, and past the limit it ends at rest.
    static func enter(
        _ lineage: Lineage, _ domain: DomainID?, _ cause: FailureCause, home: Destination
    ) -> AssignmentTransition {
        var next = lineage
        next.recoveries = lineage.recoveries == .max ? .max : lineage.recoveries + 1
        let home = next.recoveries > next.orders.recoveryLimit ? home.withoutConversion : home
        return .enter(.failed(Failed(lineage: next, domain: domain, cause: cause, home: home, rank: .first)))
    }

    func finished(_ outcome: Outcome) -> AssignmentTransition {
        switch outcome {
        case .succeeded:
            .enter(.recovering(Recovering(lineage, domain, cause, home: home, rung: .stop, step: .stopping)))
        case .failed, .unknown:
            rank.next.map {
                .enter(.failed(Failed(lineage: lineage, domain: domain, cause: cause, home: home, rank: $0)))
            } ?? Quarantined.enter(lineage, domain, .cutUnconfirmed)
        }
    }

    /// Nothing that is noticed now can make the cut more urgent.
    func observed(_ observation: Observation) -> AssignmentTransition { .stay(.failed(self)) }
}

extension Destination {
    /// The same way home, without another conversion at its end.
    var withoutConversion: Destination {
        switch self {
        case .rest: self
        case .convert(let origin): .rest(origin)
        }
    }
}
