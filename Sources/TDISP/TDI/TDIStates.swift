public import PCIe
public import SPDM

// The data of each state of a ``TDI``: only what is valid there, and never a secret.

extension TDI {
    /// A LOCK was received and waits for a look at the configuration. Nothing is latched yet.
    public struct Inspecting: Hashable, Sendable {
        /// What was asked.
        public let request: LockInterfaceRequest
        /// Who asked.
        public let session: SessionID
    }

    /// The configuration passed its checks and is being latched. From here on it is watched.
    public struct Locking: Hashable, Sendable {
        /// What was asked.
        public let request: LockInterfaceRequest
        /// Who asked.
        public let session: SessionID
        /// What happened meanwhile that the checks did not see: the lock will be undone, not granted.
        public let violation: Violation?
    }

    /// CONFIG_LOCKED.
    public struct Locked: Hashable, Sendable {
        /// What was locked.
        public let lock: TDILock
    }

    /// CONFIG_LOCKED, while the nonce of a START is compared.
    public struct CheckingNonce: Hashable, Sendable {
        /// What was locked.
        public let lock: TDILock
    }

    /// CONFIG_LOCKED without a nonce, while private operation is enabled.
    public struct Starting: Hashable, Sendable {
        /// What was locked.
        public let lock: TDILock
    }

    /// RUN.
    public struct Running: Hashable, Sendable {
        /// What was locked.
        public let lock: TDILock
        /// Streams bound for peer-to-peer traffic, beside the default stream.
        public let p2pStreams: Set<StreamID>
    }

    /// RUN, while one thing changes. Until it has, the old behaviour holds.
    public struct Adjusting: Hashable, Sendable {
        /// The interface as it was.
        public let running: Running
        /// What changes.
        public let adjustment: Adjustment
    }

    /// On the way to CONFIG_UNLOCKED.
    public struct Stopping: Hashable, Sendable {
        /// The state it leaves.
        public let from: TDIState
        /// Why, and who waits for an answer.
        public let reason: StopReason
    }

    /// On the way to ERROR.
    public struct Failing: Hashable, Sendable {
        /// What broke private operation.
        public let violation: Violation
        /// The answer owed to a request that was being worked on.
        public let answer: TDISPErrorCode?
    }

    /// ERROR.
    public struct Failed: Hashable, Sendable {
        /// What broke private operation.
        public let violation: Violation
    }

    /// A change within RUN that a request asks for.
    public enum Adjustment: Hashable, Sendable {
        /// BIND_P2P_STREAM.
        case bind(StreamID)
        /// UNBIND_P2P_STREAM.
        case unbind(StreamID)
        /// SET_MMIO_ATTRIBUTE.
        case setAttribute(SetMMIOAttributeRequest)
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
