public import PCIe
public import SPDM

/// The device side of one TEE device interface (TDI): the TDISP state machine (TDISP 1.0, 11.2, 11.3).
///
/// ```
///            LOCK                    prepared
///  unlocked ------> inspecting -> locking ----------------> locked
///      ^  ^             |            |                        | START
///      |  +-------------+------------+ refused                v
///      |                                               checkingNonce --> (wrong nonce: locked)
///      |                                                      | consumed
///      |                                                      v
///      |   STOP from every state                           starting
///  stopping <--------------------------+                      |
///      | not clean                     |                      v
///      v                               +---------- run <-> adjusting
///    error <-- failing <-- a violation in any state between locked and adjusting
/// ```
///
/// The four states of the specification are `unlocked`, `locked`, `run` and `error`. The others lie between them while
/// an effect is being carried out: what was asked has not happened before its outcome is known. In those a request is
/// answered BUSY. ``state`` says what the specification would call each.
///
/// The value holds no secret: the nonce stays with the owner, who knows it by the ``LockEpoch``.
public enum TDI: Hashable, Sendable {
    /// CONFIG_UNLOCKED: ordinary operation.
    case unlocked(Unlocked)
    /// A LOCK was received; the device's configuration is being looked at.
    case inspecting(Inspecting)
    /// The configuration passed; the interface is being quieted and latched.
    case locking(Locking)
    /// CONFIG_LOCKED.
    case locked(Locked)
    /// A START was received; its nonce is being compared and used up.
    case checkingNonce(CheckingNonce)
    /// The nonce was right; private operation is being enabled.
    case starting(Starting)
    /// RUN.
    case run(Running)
    /// RUN, while a stream is bound or unbound or an MMIO attribute is changed.
    case adjusting(Adjusting)
    /// On the way to CONFIG_UNLOCKED: activity ends, secrets are scrubbed.
    case stopping(Stopping)
    /// On the way to ERROR: already silent, secrets being put out of reach.
    case failing(Failing)
    /// ERROR: silent until STOP.
    case error(Failed)

    /// Names one LOCK..STOP life of the interface, and with it the nonce that the owner holds. Chosen by the owner when
    /// it draws the nonce, never reused while the device is powered.
    public struct LockEpoch: RawRepresentable, Hashable, Sendable, Codable {
        /// The number.
        public let rawValue: UInt32
        /// Creates an epoch from its number.
        public init(rawValue: UInt32) { self.rawValue = rawValue }
    }

    /// Exactly one next state and one effect.
    public struct Transition: Equatable, Sendable {
        /// The next state.
        public var next: TDI
        /// What the owner does.
        public var effect: Effect

        /// Creates a transition.
        public init(_ next: TDI, _ effect: Effect) {
            self.next = next
            self.effect = effect
        }
    }

    /// Takes an event. Every pair of state and event has an answer; an outcome that nobody waits for changes nothing.
    public static func step(_ tdi: TDI, _ event: Event) -> Transition {
        switch tdi {
        case .unlocked(let state): state.step(event)
        case .inspecting(let state): state.step(event)
        case .locking(let state): state.step(event)
        case .locked(let state): state.step(event)
        case .checkingNonce(let state): state.step(event)
        case .starting(let state): state.step(event)
        case .run(let state): state.step(event)
        case .adjusting(let state): state.step(event)
        case .stopping(let state): state.step(event)
        case .failing(let state): state.step(event)
        case .error(let state): state.step(event)
        }
    }

    /// An interface after power-on.
    public static let initial = TDI.unlocked(Unlocked())

    /// A state's stable name, for traces and graphs.
    public enum Name: String, Hashable, Sendable, Codable, CaseIterable {
        case unlocked, inspecting, locking, locked, starting, run, adjusting, stopping, failing, error
        case checkingNonce = "checking-nonce"
    }

    /// The state's stable name.
    public var name: Name {
        switch self {
        case .unlocked: .unlocked
        case .inspecting: .inspecting
        case .locking: .locking
        case .locked: .locked
        case .checkingNonce: .checkingNonce
        case .starting: .starting
        case .run: .run
        case .adjusting: .adjusting
        case .stopping: .stopping
        case .failing: .failing
        case .error: .error
        }
    }

    /// What the specification calls this state. An interface that is stopping is still in the state it leaves, one that
    /// is failing is already in ERROR.
    public var state: TDIState {
        switch self {
        case .unlocked, .inspecting, .locking: .configUnlocked
        case .locked, .checkingNonce, .starting: .configLocked
        case .run, .adjusting: .run
        case .stopping(let stopping): stopping.from
        case .failing, .error: .error
        }
    }

    /// The state whose traffic rules hold: as ``state``, but an interface that is being locked or stopped is silent
    /// already.
    public var trafficState: TDIState {
        switch self {
        case .locking: .configLocked
        case .stopping: .error
        case .unlocked, .inspecting, .locked, .checkingNonce, .starting, .run, .adjusting, .failing, .error: state
        }
    }

    /// What was locked, while it is: CONFIG_LOCKED and RUN.
    public var lock: TDILock? {
        switch self {
        case .locked(let state): state.lock
        case .checkingNonce(let state): state.lock
        case .starting(let state): state.lock
        case .run(let state): state.lock
        case .adjusting(let state): state.running.lock
        case .unlocked, .inspecting, .locking, .stopping, .failing, .error: nil
        }
    }

    /// The streams that carry its T=1 traffic: the default stream while it is locked, and in RUN those bound beside it.
    public var boundStreams: Set<StreamID> {
        switch self {
        case .run(let state): state.p2pStreams.union([state.lock.request.defaultStream])
        case .adjusting(let state): state.running.p2pStreams.union([state.running.lock.request.defaultStream])
        case .locked, .checkingNonce, .starting: lock.map { [$0.request.defaultStream] } ?? []
        case .unlocked, .inspecting, .locking, .stopping, .failing, .error: []
        }
    }

    /// The session that the interface answers to: the one that locks or locked it, while it does.
    public var session: SessionID? {
        switch self {
        case .inspecting(let state): state.session
        case .locking(let state): state.session
        case .unlocked, .locked, .checkingNonce, .starting, .run, .adjusting, .stopping, .failing, .error: lock?.session
        }
    }

    /// Whether a firmware update must wait until the interface is unlocked.
    public func forbids(_ update: FirmwareUpdate) -> Bool {
        switch self {
        case .locking(let state): Watch(state).forbids(update)
        case .unlocked, .inspecting, .locked, .checkingNonce, .starting, .run, .adjusting, .stopping, .failing, .error:
            lock.map { Watch($0).forbids(update) } ?? false
        }
    }
}
