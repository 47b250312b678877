internal import SPDM

extension TDI {
    /// CONFIG_UNLOCKED: ordinary operation; nothing is watched, nothing is secret.
    public struct Unlocked: Hashable, Sendable {
        func step(_ event: Event) -> Transition {
            switch event {
            case .request(let request, let session): answer(request, over: session)
            case .outcome, .incident, .conventionalReset, .recoverFromError: stay
            }
        }

        private var stay: Transition { Transition(.unlocked(self), .none) }

        private func answer(_ request: Request, over session: SessionID) -> Transition {
            switch request {
            case .lock(let lock):
                Transition(.inspecting(Inspecting(request: lock, session: session)), .inspect)
            case .state: Transition(.unlocked(self), .answer(.interfaceState(.configUnlocked)))
            case .stop: Transition(.unlocked(self), .answer(.stopInterface))
            case .report, .start, .adjust: Transition(.unlocked(self), .refuse(.invalidInterfaceState))
            }
        }
    }
}
