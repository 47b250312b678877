internal import Assignment
internal import AssignmentService
internal import Emulator
internal import PCIe

/// An act of a real run: what was asked, or noticed, and what followed until the device was at rest.
struct RecordedAct {
    let place: Place
    /// The state in which it began.
    let before: AssignmentState
    /// The state to which it has come.
    var state: AssignmentState
    var draft: DraftAct
    var effects: [EffectName] = []
    var refusal: Refusal?
    /// What happened before it, at rest.
    var events: [HostEvent] = []

    init(_ act: Act, on place: Place, from before: AssignmentState) {
        self.place = place
        self.before = before
        state = before
        draft = DraftAct(act)
    }

    /// Whether the manager died in it.
    var isDeadly: Bool { Step(draft.act, draft.interruption).isDeadly }

    /// The act with what is expected of it: that the same happens.
    var finished: DraftAct {
        var draft = draft
        guard !isDeadly, draft.act.name != .disconnect else { return draft }
        var expected: [(Aspect, Expectation.Wanted)] = []
        if Aspect.after(draft.act.name).contains(.end), end != .done { expected.append((.end, .word(end.rawValue))) }
        if let reason { expected.append((.reason, .word(reason))) }
        if refusal == nil { expected.append((.effects, .exactly(effects.map(\.rawValue)))) }
        expected.append((.phase, .word(state.phase.rawValue)))
        draft.expectations = expected.map { Expectation(aspect: $0, wanted: $1, position: .unwritten) }
        return draft
    }

    private var end: End {
        if let refusal { return refusal.reason == .alreadyThere ? .alreadyThere : .refused }
        if state.phase == .quarantined { return .quarantined }
        return isReached ? .done : .failed
    }

    private var reason: String? {
        if let refusal { return refusal.reason == .alreadyThere ? nil : refusal.reason.word }
        if case .quarantined(let put) = state { return put.reason.rawValue }
        return nil
    }

    private var isReached: Bool {
        switch draft.act {
        case .convert: state.phase == .private
        case .release(_, let rest, _): state.phase.rawValue == rest.rawValue
        case .recover(_, let request): !request.convertAgain || state.phase == .private
        case .disconnect, .plan, .notices, .observe, .confirm, .restart, .inject, .event, .advance, .dma,
            .interrupt, .peer, .check:
            true
        }
    }
}
