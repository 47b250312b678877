/// A step of the assignment machine: exactly one next state and one effect.
public struct AssignmentTransition: Hashable, Sendable {
    /// The next state.
    public let state: AssignmentState
    /// The one thing to be done.
    public let effect: AssignmentEffect

    init(_ state: AssignmentState, _ effect: AssignmentEffect) {
        self.state = state
        self.effect = effect
    }

    /// Enters a state and starts the effect that it waits for.
    static func enter(_ state: AssignmentState) -> Self { Self(state, state.pending) }

    /// Stays, with nothing to do: the event was expected, or came too late to matter.
    static func stay(_ state: AssignmentState) -> Self { Self(state, .none) }

    /// Stays and tells the caller no.
    static func refuse(_ state: AssignmentState, _ reason: Refusal.Reason, rule: SafetyRule? = nil) -> Self {
        Self(state, .refuse(Refusal(reason, rule: rule)))
    }
}
