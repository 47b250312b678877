extension TDI {
    /// On the way to CONFIG_UNLOCKED: silent, and not there before everything is scrubbed. What happens meanwhile
    /// changes nothing, because all of it is being ended anyway.
    public struct Stopping: Hashable, Sendable {
        /// The state it leaves.
        public let from: TDIState
        /// Why, and who waits for an answer.
        public let reason: StopReason

        static func begin(from state: TDIState, _ reason: StopReason) -> Transition {
            Transition(.stopping(Stopping(from: state, reason: reason)), .stop(reason))
        }

        func step(_ event: Event) -> Transition {
            switch event {
            case .request: Transition(.stopping(self), .refuse(.busy))
            case .outcome(let outcome): conclude(outcome)
            case .conventionalReset: Stopping.begin(from: from, .reset)
            case .incident, .recoverFromError: stay
            }
        }

        private var stay: Transition { Transition(.stopping(self), .none) }

        private func conclude(_ outcome: Outcome) -> Transition {
            switch outcome {
            case .stopped: Transition(.unlocked(Unlocked()), reason.answerWhenStopped)
            case .notStopped: Failing.begin(.stopFailed, owing: reason.owesAnswer ? .unspecified : nil)
            case .inspected, .lockPrepared, .lockNotPrepared, .nonceConsumed, .nonceRejected, .started, .notStarted,
                .adjusted, .notAdjusted, .secured:
                stay
            }
        }
    }

    /// Why an interface returns to CONFIG_UNLOCKED.
    public enum StopReason: Hashable, Sendable {
        /// STOP_INTERFACE: answered when done.
        case requested
        /// A lock that cannot be granted any more: answered with this error when undone.
        case lockWithdrawn(TDISPErrorCode)
        /// A conventional reset: nobody is answered.
        case reset
        /// The device leaves ERROR by itself: nobody is answered.
        case ownDecision

        fileprivate var answerWhenStopped: Effect {
            switch self {
            case .requested: .answer(.stopInterface)
            case .lockWithdrawn(let error): .refuse(error)
            case .reset, .ownDecision: .none
            }
        }

        fileprivate var owesAnswer: Bool {
            switch self {
            case .requested, .lockWithdrawn: true
            case .reset, .ownDecision: false
            }
        }
    }
}
