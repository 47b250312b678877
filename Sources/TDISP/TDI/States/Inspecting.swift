public import SPDM

extension TDI {
    /// A LOCK was received and waits for a look at the configuration. Nothing is latched yet, so what happens meanwhile
    /// is either seen by that look or does not matter; only the end of the asking session ends the attempt.
    public struct Inspecting: Hashable, Sendable {
        /// What was asked.
        public let request: LockInterfaceRequest
        /// Who asked.
        public let session: SessionID

        func step(_ event: Event) -> Transition {
            switch event {
            case .request: Transition(.inspecting(self), .refuse(.busy))
            case .outcome(let outcome): conclude(outcome)
            case .incident(.sessionEnded(session)), .conventionalReset: Transition(.unlocked(Unlocked()), .none)
            case .incident, .recoverFromError: stay
            }
        }

        private var stay: Transition { Transition(.inspecting(self), .none) }

        private func conclude(_ outcome: Outcome) -> Transition {
            switch outcome {
            case .inspected(let context):
                if let failed = LockCheck.firstFailure(of: request, over: session, in: context) {
                    return Transition(.unlocked(Unlocked()), .refuse(failed.error))
                }
                return Transition(
                    .locking(Locking(request: request, session: session, violation: nil)), .prepareLock(request))
            case .lockPrepared, .lockNotPrepared, .nonceConsumed, .nonceRejected, .started, .notStarted, .adjusted,
                .notAdjusted, .stopped, .notStopped, .secured:
                return stay
            }
        }
    }
}
