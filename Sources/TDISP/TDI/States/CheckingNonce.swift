extension TDI {
    /// CONFIG_LOCKED, while the nonce of a START is compared and, if equal, used up.
    ///
    /// A wrong nonce leaves the kept one in place: START may be tried again with the right one (the specification does
    /// not say that it is destroyed).
    public struct CheckingNonce: Hashable, Sendable {
        /// What was locked.
        public let lock: TDILock

        func step(_ event: Event) -> Transition {
            switch event {
            case .request: Transition(.checkingNonce(self), .refuse(.busy))
            case .outcome(let outcome): conclude(outcome)
            case .incident(let incident):
                incident.breaks(Watch(lock)) ? Failing.begin(.incident(incident), owing: .invalidInterfaceState) : stay
            case .conventionalReset: Stopping.begin(from: .configLocked, .reset)
            case .recoverFromError: stay
            }
        }

        private var stay: Transition { Transition(.checkingNonce(self), .none) }

        private func conclude(_ outcome: Outcome) -> Transition {
            switch outcome {
            case .nonceConsumed(lock.epoch): Transition(.starting(Starting(lock: lock)), .start(lock.epoch))
            case .nonceRejected(lock.epoch): Transition(.locked(Locked(lock: lock)), .refuse(.invalidNonce))
            case .nonceConsumed, .nonceRejected, .inspected, .lockPrepared, .lockNotPrepared, .started, .notStarted,
                .adjusted, .notAdjusted, .stopped, .notStopped, .secured:
                stay
            }
        }
    }
}
