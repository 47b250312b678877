extension TDI {
    /// CONFIG_LOCKED with its nonce spent, while private operation is enabled. There is no way back to waiting for
    /// START: if it cannot be enabled, only STOP leads on.
    public struct Starting: Hashable, Sendable {
        /// What was locked.
        public let lock: TDILock

        func step(_ event: Event) -> Transition {
            switch event {
            case .request: Transition(.starting(self), .refuse(.busy))
            case .outcome(let outcome): conclude(outcome)
            case .incident(let incident):
                incident.breaks(Watch(lock)) ? Failing.begin(.incident(incident), owing: .invalidInterfaceState) : stay
            case .conventionalReset: Stopping.begin(from: .configLocked, .reset)
            case .recoverFromError: stay
            }
        }

        private var stay: Transition { Transition(.starting(self), .none) }

        private func conclude(_ outcome: Outcome) -> Transition {
            switch outcome {
            case .started(lock.epoch):
                Transition(.run(Running(lock: lock, p2pStreams: [])), .answer(.startInterface))
            case .notStarted(lock.epoch): Failing.begin(.startFailed, owing: .unspecified)
            case .started, .notStarted, .inspected, .lockPrepared, .lockNotPrepared, .nonceConsumed, .nonceRejected,
                .adjusted, .notAdjusted, .stopped, .notStopped, .secured:
                stay
            }
        }
    }
}
