extension TDI {
    /// ERROR: silent until STOP, which any session may send, because the one that locked may be what was lost.
    public struct Failed: Hashable, Sendable {
        /// What broke private operation.
        public let violation: Violation

        func step(_ event: Event) -> Transition {
            switch event {
            case .request(let request, _): answer(request)
            case .conventionalReset: Stopping.begin(from: .error, .reset)
            case .recoverFromError: Stopping.begin(from: .error, .ownDecision)
            case .outcome, .incident: staying(.none)
            }
        }

        private func staying(_ effect: Effect) -> Transition { Transition(.error(self), effect) }

        private func answer(_ request: Request) -> Transition {
            switch request {
            case .state: staying(.answer(.interfaceState(.error)))
            case .stop: Stopping.begin(from: .error, .requested)
            case .lock, .report, .start, .adjust: staying(.refuse(.invalidInterfaceState))
            }
        }
    }
}
