extension TDI {
    /// RUN, while one thing changes. Until it has, the old behaviour holds.
    public struct Adjusting: Hashable, Sendable {
        /// The interface as it was.
        public let running: Running
        /// What changes.
        public let adjustment: Adjustment

        func step(_ event: Event) -> Transition {
            switch event {
            case .request: Transition(.adjusting(self), .refuse(.busy))
            case .outcome(let outcome): conclude(outcome)
            case .incident(let incident):
                incident.breaks(Watch(self)) ? Failing.begin(.incident(incident), owing: .invalidInterfaceState) : stay
            case .conventionalReset: Stopping.begin(from: .run, .reset)
            case .recoverFromError: stay
            }
        }

        private var stay: Transition { Transition(.adjusting(self), .none) }

        private func conclude(_ outcome: Outcome) -> Transition {
            switch outcome {
            case .adjusted: Transition(.run(running.applying(adjustment)), .answer(adjustment.response))
            case .notAdjusted: Transition(.run(running), .refuse(.invalidRequest))
            case .inspected, .lockPrepared, .lockNotPrepared, .nonceConsumed, .nonceRejected, .started, .notStarted,
                .stopped, .notStopped, .secured:
                stay
            }
        }
    }
}
