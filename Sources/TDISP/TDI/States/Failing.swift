extension TDI {
    /// On the way to ERROR: already silent, while the owner puts secrets out of reach and ends the effect that was
    /// being carried out, whose late outcome counts no more.
    public struct Failing: Hashable, Sendable {
        /// What broke private operation.
        public let violation: Violation
        /// The answer owed to a request that was being worked on.
        public let answer: TDISPErrorCode?

        static func begin(_ violation: Violation, owing answer: TDISPErrorCode? = nil) -> Transition {
            Transition(.failing(Failing(violation: violation, answer: answer)), .secure(violation))
        }

        func step(_ event: Event) -> Transition {
            switch event {
            case .request: Transition(.failing(self), .refuse(.busy))
            case .outcome(let outcome): conclude(outcome)
            case .conventionalReset: Stopping.begin(from: .error, .reset)
            case .incident, .recoverFromError: stay
            }
        }

        private var stay: Transition { Transition(.failing(self), .none) }

        private func conclude(_ outcome: Outcome) -> Transition {
            switch outcome {
            case .secured: Transition(.error(Failed(violation: violation)), answer.map(Effect.refuse) ?? .none)
            case .inspected, .lockPrepared, .lockNotPrepared, .nonceConsumed, .nonceRejected, .started, .notStarted,
                .adjusted, .notAdjusted, .stopped, .notStopped:
                stay
            }
        }
    }

    /// What took an interface to ERROR, or a lock back.
    public enum Violation: Hashable, Sendable {
        /// Something happened on or to the device.
        case incident(Incident)
        /// Private operation could not be enabled, and the nonce is spent.
        case startFailed
        /// STOP could not end all activity or scrub all secrets.
        case stopFailed
    }
}
