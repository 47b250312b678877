/// The requester end of SPDM (DSP0274): one operation at a time, over one connection and any number of sessions.
///
/// ```
///  disconnected --connect--> version, capabilities, algorithms --> connected
///
///  connected --authenticate--> digests, certificate, chain [, challenge] ------------------+
///            --measure--> [nonce,] measurements [, signature] -----------------------------+
///            --openSession--> share, KEY_EXCHANGE, keys [, encapsulated], FINISH, establish +--> connected
///            --openSession--> context, PSK_EXCHANGE, keys [, PSK_FINISH], establish --------+
///            --exchange, heartbeat, updateKeys, answerEncapsulated, endSession -------------+
/// ```
///
/// **Effects.** Each state waits for the result of one effect: an exchange of messages, something random, a piece of
/// cryptography. No key of SPDM comes in here: a session's keys are named by its number. The messages that pass through
/// sessions do, and what is secret in them, such as the keys in KEY_PROG, is in ordinary memory. A session of the next
/// state's ``State/sessions`` lives; every other one is over, and whoever has its keys wipes them.
///
/// **Refusal.** Whatever is wrong ends the operation with a ``RequesterFailure``; a session whose handshake fails never
/// was. Nothing is repeated after an unknown outcome.
public enum RequesterMachine {
    /// What happens to the requester.
    public enum Event: Hashable, Sendable {
        /// Begin this.
        case begin(RequesterOperation)
        /// The effect ended so.
        case result(Result)
        /// The connection is over: the transport is gone, or the responder was reset.
        case closed
    }

    /// How an effect ended.
    public enum Result: Hashable, Sendable {
        /// The response of an exchange; in the clear perhaps with DOE padding behind it.
        case answered([UInt8])
        /// What was drawn.
        case drew(Drawn)
        /// The bytes that were computed.
        case computed([UInt8])
        /// What was to be checked is right, what was to be derived is there.
        case succeeded
        /// It did not end well.
        case failed(RequesterFailure.Reason)
    }

    /// Exactly one next state and one effect.
    public struct Transition: Hashable, Sendable {
        /// The next state.
        public var next: State
        /// What is done next.
        public var effect: Effect

        /// Creates a transition.
        public init(_ next: State, _ effect: Effect) {
            self.next = next
            self.effect = effect
        }
    }

    /// A requester that offers this and is not connected.
    public static func initial(_ offer: RequesterOffer) -> State { .disconnected(Disconnected(offer: offer)) }

    /// Takes an event.
    public static func step(_ state: State, _ event: Event) -> Transition {
        switch event {
        case .begin(let operation): begin(operation, in: state)
        case .result(let result): state.phase.on(result) ?? Transition(state, .none)
        case .closed: close(state)
        }
    }

    private static func begin(_ operation: RequesterOperation, in state: State) -> Transition {
        if case .disconnected(let rest) = state { return rest.begin(operation) }
        if case .connected(let rest) = state { return rest.begin(operation) }
        return Transition(state, .refuse(RequesterFailure(operation.request, .notPossible(.operationRunning))))
    }

    private static func close(_ state: State) -> Transition {
        let next = State.disconnected(Disconnected(offer: state.offer))
        guard let request = state.request else { return Transition(next, .none) }
        return Transition(next, .fail(RequesterFailure(request, .closed, loss: .connection)))
    }
}
