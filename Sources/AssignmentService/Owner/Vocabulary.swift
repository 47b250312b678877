import Assignment

extension AssignmentEffect {
    /// Whether the owner has anything to do.
    var isToBeCarriedOut: Bool { name != .none && name != .refuse }

    /// The event that reports how this effect ended.
    func event(_ report: EffectReport) -> AssignmentEvent {
        if case .askState = self, let state = report.state { return .answered(state) }
        return .finished(name, report.outcome)
    }
}

extension EffectReport {
    /// What the history has of it: what was done or seen, and what became of each claim.
    var record: String {
        Proof.Result.allCases.reduce(detail) { text, result in
            let claims = proofs.filter { $0.result == result }.map(\.claim)
            return claims.isEmpty ? text : text + " [\(result.words): \(claims.joined(separator: "; "))]"
        }
    }
}

extension Proof.Result {
    fileprivate var words: String {
        switch self {
        case .proven: "proven"
        case .disproven: "disproven"
        case .notProven: "not proven"
        }
    }
}

extension AssignmentEvent {
    /// Whether somebody asked for this and can be told no.
    var isRequest: Bool {
        switch self {
        case .convert, .release, .recover: true
        case .cancel, .finished, .answered, .observed, .restarted, .foundShut: false
        }
    }

    /// Whether a TDI has proven itself by it: in a new lock epoch, or on its return to ordinary operation. Nothing else
    /// clears what was noticed about it.
    var isProof: Bool {
        switch self {
        case .finished(.probePrivate, .succeeded), .finished(.proveReturn, .succeeded): true
        case .finished, .convert, .release, .recover, .cancel, .answered, .observed, .restarted, .foundShut:
            false
        }
    }

    /// Whether a device that rests in `phase` is where this request was to bring it.
    func isReached(in phase: Phase) -> Bool {
        switch self {
        case .convert: phase == .private
        case .release(.attached, _): phase == .attached
        case .release(.available, _): phase == .available
        case .recover(let request): request.convertAgain ? phase == .private : phase != .quarantined
        case .cancel, .finished, .answered, .observed, .restarted, .foundShut: phase != .quarantined
        }
    }
}

extension Phase {
    /// Whether a device that is recorded here is asked where it is before `request`: where trusted DMA may flow, and where
    /// somebody who orders a recovery doubts what is recorded.
    func isConfirmed(before request: AssignmentEvent) -> Bool {
        if case .recover = request { return isResting && self != .quarantined }
        return self == .private
    }

    /// Whether a TDI in this phase is on its way home from trouble, or put away.
    var isTrouble: Bool {
        switch self {
        case .failed, .recovering, .quarantined, .unknown: true
        case .available, .attaching, .attached, .quiescing, .locking, .locked, .attesting, .attested, .accepting,
            .confirming, .private, .releasing, .detaching:
            false
        }
    }

    /// Whether evidence of the current epoch is of use in this phase.
    var holdsEvidence: Bool {
        switch self {
        case .locked, .attesting, .attested, .accepting: true
        case .available, .attaching, .attached, .quiescing, .locking, .confirming, .private, .releasing, .detaching,
            .failed, .recovering, .quarantined, .unknown:
            false
        }
    }
}
