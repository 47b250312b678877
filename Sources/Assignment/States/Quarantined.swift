/// Put away: nothing is granted, and only an operator's word leads out.
public struct Quarantined: PhaseState {
    static let phase = Phase.quarantined
    /// What the assignment carries through all phases.
    public let lineage: Lineage
    /// The domain that still holds the device, or nil.
    public let domain: DomainID?
    /// Why it is here.
    public let reason: QuarantineReason

    var pending: AssignmentEffect { .none }
    var home: Destination { .rest(domain == nil ? .available : .attached) }

    static func enter(_ lineage: Lineage, _ domain: DomainID?, _ reason: QuarantineReason) -> AssignmentTransition {
        .enter(.quarantined(Quarantined(lineage: lineage, domain: domain, reason: reason)))
    }

    /// Where the operator's word leads.
    func wayOut(_ request: RecoveryRequest) -> Destination {
        request.convertAgain && domain != nil ? .convert(origin: .attached) : home
    }

    func finished(_ outcome: Outcome) -> AssignmentTransition { .stay(.quarantined(self)) }

    func observed(_ observation: Observation) -> AssignmentTransition { .stay(.quarantined(self)) }
}
