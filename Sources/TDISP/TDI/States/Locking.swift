public import SPDM

extension TDI {
    /// The configuration passed its checks and is being latched. From here on it is watched: what would break a lock
    /// takes this one back, because the checks did not see it.
    public struct Locking: Hashable, Sendable {
        /// What was asked.
        public let request: LockInterfaceRequest
        /// Who asked.
        public let session: SessionID
        /// The first thing that happened meanwhile: the lock will be undone, not granted.
        public let violation: Violation?

        func step(_ event: Event) -> Transition {
            switch event {
            case .request: Transition(.locking(self), .refuse(.busy))
            case .outcome(let outcome): conclude(outcome)
            case .incident(let incident): suffer(incident)
            case .conventionalReset: Stopping.begin(from: .configUnlocked, .reset)
            case .recoverFromError: stay
            }
        }

        private var stay: Transition { Transition(.locking(self), .none) }

        private func suffer(_ incident: Incident) -> Transition {
            guard violation == nil, incident.breaks(Watch(self)) else { return stay }
            return Transition(
                .locking(Locking(request: request, session: session, violation: .incident(incident))), .none)
        }

        private func conclude(_ outcome: Outcome) -> Transition {
            switch outcome {
            case .lockPrepared(let nonce, let epoch, let report):
                if violation != nil { return withdraw(.invalidDeviceConfiguration) }
                guard report.byteCount <= InterfaceReport.maximumByteCount else { return withdraw(.unspecified) }
                let lock = TDILock(epoch: epoch, session: session, request: request, report: report)
                return Transition(.locked(Locked(lock: lock)), .answer(.lockInterface(nonce)))
            case .lockNotPrepared(let failure):
                return Transition(.unlocked(Unlocked()), .refuse(failure.error))
            case .inspected, .nonceConsumed, .nonceRejected, .started, .notStarted, .adjusted, .notAdjusted, .stopped,
                .notStopped, .secured:
                return stay
            }
        }

        private func withdraw(_ error: TDISPErrorCode) -> Transition {
            Stopping.begin(from: .configUnlocked, .lockWithdrawn(error))
        }
    }
}

extension TDI.PreparationFailure {
    /// The error that answers the LOCK.
    var error: TDISPErrorCode {
        switch self {
        case .insufficientEntropy: LockCheck.entropy.error
        case .notQuiesced: .unspecified
        }
    }
}
