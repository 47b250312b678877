/// The engine: the pure machine of one assigned device.
///
/// A real conversion, a replay and the exhaustive checker all run this one function. It knows no clock, no secret and no
/// platform: nonces, evidence and keys stay with the owner, named here by their lock epoch.
public enum AssignmentMachine {
    /// The one step function. An outcome of an effect that the state does not wait for is late, and changes nothing.
    public static func step(_ state: AssignmentState, _ event: AssignmentEvent) -> AssignmentTransition {
        switch event {
        case .convert(let domain, let orders): convert(state, to: domain, orders)
        case .release(let rest, let takeSiblings): release(state, to: rest, takeSiblings)
        case .recover(let request): recover(state, request)
        case .cancel: cancel(state)
        case .finished(let effect, let outcome):
            effect == state.pending.name && effect != .none ? state.current.finished(outcome) : .stay(state)
        case .answered(let answer): answered(state, answer)
        case .observed(let observation): state.current.observed(observation)
        case .restarted(let effect): restarted(state, during: effect)
        case .foundShut: foundShut(state)
        }
    }
}
