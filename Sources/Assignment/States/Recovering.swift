/// The ladder after the cut: each rung takes more along than the one before, and the last one is quarantine.
public struct Recovering: PhaseState {
    static let phase = Phase.recovering

    /// How far the ladder was climbed.
    public enum Rung: String, Hashable, Sendable, Codable, CaseIterable {
        /// STOP over the session that locked it, then FLR.
        case stop
        /// A new session first, then STOP, then FLR.
        case reconnect
        /// A conventional reset, siblings included.
        case conventionalReset
    }

    /// What the assignment carries through all phases.
    public let lineage: Lineage
    /// The domain that owns the device, or nil.
    public let domain: DomainID?
    /// What went wrong first.
    public let cause: FailureCause
    /// Where the way home leads.
    public let home: Destination
    /// How far the ladder was climbed.
    public let rung: Rung
    /// What is under way.
    public let step: HomewardStep

    init(
        _ lineage: Lineage, _ domain: DomainID?, _ cause: FailureCause, home: Destination, rung: Rung,
        step: HomewardStep
    ) {
        self.lineage = lineage
        self.domain = domain
        self.cause = cause
        self.home = home
        self.rung = rung
        self.step = step
    }

    var pending: AssignmentEffect { step.effect(after: lineage) }

    func finished(_ outcome: Outcome) -> AssignmentTransition {
        switch outcome {
        case .succeeded:
            step.next(to: home, after: lineage).map { move(to: $0, rung, lineage.past(step)) }
                ?? home.arrive(lineage, domain)
        case .failed(let reason): failed(reason)
        case .unknown: failed(nil)
        }
    }

    private func failed(_ reason: FailureReason?) -> AssignmentTransition {
        switch step {
        case .stopping: rung == .stop ? move(to: .reconnecting, .reconnect) : escalate(or: .stopUnconfirmed)
        case .reconnecting: escalate(or: .stopUnconfirmed)
        case .resettingFunction where reason == .siblingsInUse:
            Quarantined.enter(lineage, domain, .siblingsInUse, home: home)
        case .resettingFunction, .resettingDevice: escalate(or: .resetFailed)
        case .comparingIdentity:
            reason == .identityChanged ? anotherCameBack() : escalate(or: .returnNotProven)
        case .connecting, .adoptingIdentity, .restoringConfiguration, .proving: escalate(or: .returnNotProven)
        case .pausing: move(to: .restoringMappings, rung)
        case .restoringMappings:
            Failed.putAway(
                lineage, domain, cause, QuarantineReason(reason, or: .mappingsNotRestored), home: home)
        case .bindingGuestDriver: home.arrive(lineage, domain)
        }
    }

    /// The last rung takes siblings along, so it needs the operator's word beforehand.
    private func escalate(or reason: QuarantineReason) -> AssignmentTransition {
        rung != .conventionalReset && lineage.orders.allowConventionalReset
            ? move(to: .resettingDevice, .conventionalReset) : Quarantined.enter(lineage, domain, reason, home: home)
    }

    /// Another device is nobody's, unless the operator said beforehand that it would be another.
    private func anotherCameBack() -> AssignmentTransition {
        lineage.orders.acceptIdentity
            ? move(to: .adoptingIdentity, rung) : Quarantined.enter(lineage, domain, .identityChanged, home: home)
    }

    /// The operator does not want it converted again. A pause is not waited for.
    var turnedBack: AssignmentTransition {
        let rests = Recovering(lineage, domain, cause, home: home.withoutConversion, rung: rung, step: step)
        return step == .pausing ? rests.move(to: .restoringMappings, rung) : .stay(.recovering(rests))
    }

    private func move(to step: HomewardStep, _ rung: Rung, _ past: Lineage? = nil) -> AssignmentTransition {
        .enter(.recovering(Recovering(past ?? lineage, domain, cause, home: home, rung: rung, step: step)))
    }

    /// The ladder is the answer to everything that can be noticed; a domain or hostdev that went away changes its end.
    func observed(_ observation: Observation) -> AssignmentTransition {
        observation == .hostdevRemoved && home.rest == .attached && step.needsResetForOthers
            ? .enter(.detaching(Detaching(lineage, domain, step: .resetting)))
            : .stay(
                .recovering(
                    Recovering(
                        lineage.seen(observation), domain, cause, home: home.after(observation), rung: rung, step: step)
                ))
    }
}
