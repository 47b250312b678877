import TDISP

/// The effects of a request when each of them succeeds, taken from the machine itself.
struct HappyPath {
    private(set) var effects: [AssignmentEffect] = []
    /// Why the machine refuses the request, if it does.
    private(set) var refusal: Refusal?
    /// Where the device rests afterwards.
    private(set) var end: AssignmentState

    /// Follows a request from the recorded state. A device that was left in the middle of an effect is brought to rest first,
    /// as its owner does; so is one to be recovered that answers something else than recorded, or that somebody cut without a
    /// record. `answer` is what it says when it is asked. A recovery that this was has nothing more to do, but for the order
    /// to convert again.
    init(
        from recorded: AssignmentState, answering answer: TDIState?, isFoundShut: Bool, _ request: AssignmentEvent
    ) {
        end = recorded
        if recorded.pending != .none { follow(.restarted(during: recorded.pending.name), answer) }
        guard case .recover(let wanted) = request else {
            follow(request, answer)
            return
        }
        if recorded.pending == .none, let answer, !recorded.phase.expects(answer) {
            follow(.observed(.state(answer)), answer)
        } else if isFoundShut {
            follow(.foundShut, answer)
        }
        if effects.isEmpty {
            follow(request, answer)
        } else if wanted.convertAgain, end.phase != .quarantined, let domain = end.domain ?? recorded.domain {
            follow(.convert(domain, end.lineage.orders), answer)
        }
    }

    private mutating func follow(_ event: AssignmentEvent, _ answer: TDIState?) {
        var transition = AssignmentMachine.step(end, event)
        if case .refuse(let refusal) = transition.effect { self.refusal = refusal }
        while transition.effect.isCarriedOut {
            effects.append(transition.effect)
            transition = AssignmentMachine.step(transition.state, transition.effect.success(answer))
        }
        end = transition.state
    }
}

extension AssignmentEffect {
    fileprivate var isCarriedOut: Bool { name != .none && name != .refuse }

    /// The event that reports success; a question is answered where the answer is known.
    fileprivate func success(_ answer: TDIState?) -> AssignmentEvent {
        if case .askState = self, let answer { return .answered(answer) }
        return .finished(name, .succeeded)
    }
}

extension ConnectionState {
    /// The effects of a request when each of them succeeds; what it only tells its TDIs is left out.
    func effects(of request: ConnectionEvent) -> [ConnectionEffect] {
        var effects: [ConnectionEffect] = []
        var transition = ConnectionMachine.step(self, request)
        while transition.effect.isCarriedOut {
            effects.append(transition.effect)
            transition = ConnectionMachine.step(transition.state, .finished(transition.effect.name, .succeeded))
        }
        return effects
    }
}

extension ConnectionEffect {
    fileprivate var isCarriedOut: Bool {
        switch self {
        case .connect, .refreshKeys, .disconnect: true
        case .none, .refuse, .announce: false
        }
    }
}
