/// Put away: nothing is granted, and only an operator's word leads out.
public struct Quarantined: PhaseState {
    static let phase = Phase.quarantined
    /// What the assignment carries through all phases.
    public let lineage: Lineage
    /// The domain that holds or held the device, or nil.
    public let domain: DomainID?
    /// Where it was to rest when it was put away.
    public let rest: Rest
    /// Why it is here.
    public let reason: QuarantineReason

    var pending: AssignmentEffect { .none }
    var home: Destination { .rest(rest) }

    static func enter(
        _ lineage: Lineage, _ domain: DomainID?, _ reason: QuarantineReason, home: Destination
    ) -> AssignmentTransition {
        .enter(.quarantined(Quarantined(lineage: lineage, domain: domain, rest: home.rest, reason: reason)))
    }

    /// Where the operator's word leads.
    func wayOut(_ request: RecoveryRequest) -> Destination {
        request.convertAgain && rest == .attached ? .convert(origin: .attached) : home
    }

    func finished(_ outcome: Outcome) -> AssignmentTransition { .stay(.quarantined(self)) }

    /// Nothing leads out, but the operator's way out must lead to where the device then is.
    func observed(_ observation: Observation) -> AssignmentTransition {
        .stay(
            .quarantined(
                Quarantined(
                    lineage: lineage.seen(observation), domain: domain, rest: home.after(observation).rest,
                    reason: reason)
            ))
    }
}
