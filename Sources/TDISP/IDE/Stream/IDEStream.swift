public import SPDM

/// One selective IDE stream at one port: which of its keys are programmed and in use, and whether it is Secure
/// (PCIe 6.0, 6.33.3).
///
/// ```
///              enabled, and every substream has a key in use in both directions
///   insecure ------------------------------------------------------------------> secure
///      ^                                                                           |
///      +---------------------------------------------------------------------------+
///           Enable cleared, key in use stopped, or any other IDEStreamLoss
/// ```
///
/// No key survives the way out of Secure: a key that protected traffic must not start counting anew.
public enum IDEStream: Hashable, Sendable {
    /// Nothing is protected; T=1 does not pass.
    case insecure(Insecure)
    /// Every substream is protected in both directions.
    case secure(Secure)

    /// A stream after reset or configuration: disabled, without keys.
    public static let initial = IDEStream.insecure(Insecure(isEnabled: false, keys: nil, loss: nil))

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
        /// The stream must leave Secure, and its keys are gone.
        case lost(IDEStreamLoss)
    }

    /// What the port does.
    public enum Effect: Hashable, Sendable {
        /// Nothing.
        case none
        /// Use the key in this slot from now on, forget the transmit key it takes over from, and show Secure if that made the
        /// stream so.
        case activate(IDEKeySlot, becomesSecure: Bool)
        /// Show Secure: the Enable bit was all that was missing.
        case secure
        /// Forget the keys in these slots; empty ones may be among them.
        case erase(IDEKeySlots)
        /// Forget all keys, show Insecure, tell every TDI bound to the stream.
        case fail(IDEStreamLoss)
        /// K_SET_GO names a slot without a key, or with one that was superseded. Nothing changed.
        case refuse
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

    /// Takes an event.
    public static func step(_ state: IDEStream, _ event: Event) -> Transition {
        switch state {
        case .insecure(let insecure): insecure.step(event)
        case .secure(let secure): secure.step(event)
        }
    }
}

extension IDEStream {
    /// Whether the stream protects traffic.
    public var isSecure: Bool {
        switch self {
        case .insecure: false
        case .secure: true
        }
    }

    /// The stream's keys; nil when it has none.
    public var keys: IDEKeyRing? {
        switch self {
        case .insecure(let state): state.keys
        case .secure(let state): state.keys
        }
    }

    /// Whether a key may be put into a slot: not over one that protects traffic.
    public func mayProgram(_ slot: IDEKeySlot) -> Bool {
        switch self {
        case .insecure: true
        case .secure(let state): !state.keys.active.contains(slot)
        }
    }

    /// Whether every substream has a key in both directions, all put there in this session: what LOCK_INTERFACE demands of
    /// the default stream (TDISP 1.0, 11.3.8), which need not be enabled yet.
    public func allSubstreamsKeyed(by session: SessionID) -> Bool {
        guard let keys else { return false }
        return keys.session == session && keys.isKeyed
    }

    /// The key set that protects what the port transmits on a substream; nil while the stream is not Secure.
    public func transmitKeySet(_ substream: IDESubstream) -> IDEKeySet? {
        switch self {
        case .insecure: nil
        case .secure(let state): state.keys.active.contains(IDEKeySlot(.k0, .transmit, substream)) ? .k0 : .k1
        }
    }
}
