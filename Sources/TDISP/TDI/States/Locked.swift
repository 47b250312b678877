internal import SPDM

extension TDI {
    /// CONFIG_LOCKED: configuration latched, no DMA, waiting for START with the nonce of this lock.
    public struct Locked: Hashable, Sendable {
        /// What was locked.
        public let lock: TDILock

        func step(_ event: Event) -> Transition {
            switch event {
            case .request(let request, let session): answer(request, isOwner: session == lock.session)
            case .incident(let incident): incident.breaks(Watch(lock)) ? Failing.begin(.incident(incident)) : stay
            case .conventionalReset: Stopping.begin(from: .configLocked, .reset)
            case .outcome, .recoverFromError: stay
            }
        }

        private var stay: Transition { staying(.none) }

        private func staying(_ effect: Effect) -> Transition { Transition(.locked(self), effect) }

        private func answer(_ request: Request, isOwner: Bool) -> Transition {
            switch request {
            case .state: staying(.answer(.interfaceState(.configLocked)))
            case .lock, .adjust: staying(.refuse(.invalidInterfaceState))
            case .report where !isOwner, .start where !isOwner, .stop where !isOwner: staying(.refuse(.invalidRequest))
            case .report(let query): staying(.portion(query, of: lock.report))
            case .start(let nonce):
                Transition(.checkingNonce(CheckingNonce(lock: lock)), .consumeNonce(nonce, of: lock.epoch))
            case .stop: Stopping.begin(from: .configLocked, .requested)
            }
        }
    }
}
