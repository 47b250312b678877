public import SPDM

/// One selective IDE stream at one port: which of its keys are programmed and in use, and whether it is Secure
/// (PCIe 6.0, 6.33.3).
///
/// ```
///              enabled, and every substream active in both directions
///   insecure ------------------------------------------------------------> secure
///      ^                                                                     |
///      +---------------------------------------------------------------------+
///         Enable cleared, key in use stopped, or any IDEStreamLoss: every key is erased
/// ```
///
/// Keys survive no way out of Secure, because a key that protected traffic may not start counting again.
public enum IDEStream: Hashable, Sendable {
    /// Insecure: nothing is protected, T=1 does not pass.
    case insecure(Insecure)
    /// Secure: every substream is protected in both directions.
    case secure(Secure)

    /// A stream that is not Secure.
    public struct Insecure: Hashable, Sendable {
        /// Whether the Enable bit is set.
        public var isEnabled: Bool
        /// Keys that are there; nil when there are none.
        public var keys: IDEKeyRing?
        /// Why the stream was last lost; nil when it never was Secure.
        public var loss: IDEStreamLoss?
    }

    /// A stream that is Secure.
    public struct Secure: Hashable, Sendable {
        /// The keys; each direction of each substream has an active one.
        public var keys: IDEKeyRing
    }

    /// What happens to a stream.
    public enum Event: Hashable, Sendable {
        /// A key is in its slot, put there in this session.
        case keyInstalled(IDEKeySlot, by: SessionID)
        /// A key could not be put into its slot, whose content is lost.
        case keyInstallFailed(IDEKeySlot)
        /// K_SET_GO.
        case go(IDEKeySlot)
        /// K_SET_STOP.
        case stop(IDEKeySlot)
        /// The Enable bit was set.
        case enable
        /// The Enable bit was cleared.
        case disable
        /// A TLP protected by this key set arrived and passed its check.
        case received(IDESubstream, IDEKeySet)
        /// The stream must leave Secure.
        case lost(IDEStreamLoss)
    }

    /// What the port does.
    public enum Effect: Hashable, Sendable {
        /// Nothing.
        case none
        /// Use the key in this slot; with it the stream became Secure or not.
        case activate(IDEKeySlot, becomesSecure: Bool)
        /// Start protecting: enabling made the stream Secure.
        case protect
        /// Forget the keys in these slots.
        case erase(IDEKeySlots)
        /// Forget all keys, show Insecure, tell every TDI bound to the stream.
        case fail(IDEStreamLoss)
        /// Nothing changed.
        case refuse(Refusal)
    }

    /// Why a stream does not do what it is told.
    public enum Refusal: String, Hashable, Sendable, Codable, CaseIterable {
        /// K_SET_GO names a slot without a key.
        case slotNotProgrammed = "slot-not-programmed"
    }

    /// Exactly one next state and one effect.
    public struct Transition: Hashable, Sendable {
        /// The next state.
        public var next: IDEStream
        /// What the port does.
        public var effect: Effect

        /// Creates a transition.
        public init(_ next: IDEStream, _ effect: Effect) {
            self.next = next
            self.effect = effect
        }
    }

    /// A stream after reset or configuration: disabled, without keys.
    public static let initial = IDEStream.insecure(Insecure(isEnabled: false, keys: nil, loss: nil))

    /// Takes an event.
    public static func step(_ state: IDEStream, _ event: Event) -> Transition { Transition(state, .none) }

    /// Whether the stream protects traffic.
    public var isSecure: Bool { false }

    /// Whether a key may be put into a slot: not while the stream is Secure and the slot's key is the one in use.
    public func mayProgram(_ slot: IDEKeySlot) -> Bool { false }

    /// Whether every substream has a key in both directions, all put there in this session: what LOCK_INTERFACE demands
    /// of the default stream (TDISP 1.0, 11.3.8).
    public func allSubstreamsKeyed(by session: SessionID) -> Bool { false }

    /// The key set that protects what the port transmits on a substream; nil while the stream is not Secure.
    public func transmitKeySet(_ substream: IDESubstream) -> IDEKeySet? { nil }
}

/// Why a stream left Secure, or lost its keys before it got there.
public enum IDEStreamLoss: String, Hashable, Sendable, Codable, CaseIterable {
    /// The Enable bit was cleared.
    case disabled
    /// A key in use was stopped.
    case keySetStopped = "key-set-stopped"
    /// The session that programmed the keys ended.
    case sessionEnded = "session-ended"
    /// The link went down.
    case linkDown = "link-down"
    /// A received TLP failed its integrity check.
    case integrityCheckFailed = "integrity-check-failed"
    /// The other end reported an integrity failure with an IDE Fail message.
    case failMessageReceived = "fail-message-received"
    /// An invocation counter reached its end.
    case counterOverflow = "counter-overflow"
    /// A TLP came over the stream that does not belong to it.
    case misroutedTLP = "misrouted-tlp"
    /// The stream's registers were changed.
    case reconfigured
    /// The device was reset.
    case reset
    /// Debug access is about to open.
    case debugAuthorized = "debug-authorized"
}
