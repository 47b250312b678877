public import PCIe

/// The TSM's side of TDISP for one interface: carries out one operation at a time over a secured session (TDISP 1.0, 11.3).
///
/// Version first; one request outstanding; state asked before and after LOCK, START and STOP; every response checked for
/// type, version, interface and exact length; BUSY retried within bounds; STOP on any doubt. An operation always ends in
/// one ``Result``, after a bounded number of requests.
///
/// The value holds no secret: nonces pass through events and effects only.
public struct TDIRequester: Hashable, Sendable {
    /// The interface.
    public let interfaceID: InterfaceID
    /// The bounds it keeps.
    public let limits: Limits
    /// What the DSM said it can do; nil until `negotiate` succeeded in this session.
    public internal(set) var negotiated: DeviceCapabilities?
    /// What it is doing.
    public internal(set) var activity: Activity

    /// The bounds of an operation.
    public struct Limits: Hashable, Sendable {
        /// How often a request is sent again after BUSY.
        public var busyRetries: UInt8
        /// How many bytes of a report are asked for at once.
        public var reportPortion: UInt16
        /// How long a report may be.
        public var reportByteCount: UInt16

        /// Creates bounds.
        public init(busyRetries: UInt8 = 8, reportPortion: UInt16 = 1024, reportByteCount: UInt16 = .max) {
            self.busyRetries = busyRetries
            self.reportPortion = reportPortion
            self.reportByteCount = reportByteCount
        }
    }

    /// What it is doing.
    public enum Activity: Hashable, Sendable {
        /// Nothing.
        case idle
        /// A request was sent and its answer is awaited.
        case awaitingResponse(Exchange)
        /// The device was busy; the request is sent again after a wait.
        case backingOff(Exchange)
        /// START is next, and the owner is asked for the nonce.
        case awaitingNonce(Exchange)
    }

    /// What can be asked for.
    public enum Operation: Hashable, Sendable {
        /// Agree on the version and read the capabilities. The first operation in a session.
        case negotiate
        /// Lock the interface.
        case lock(LockInterfaceRequest)
        /// Read the whole interface report.
        case fetchReport
        /// Enter RUN, with the nonce that the owner keeps.
        case start
        /// Return to CONFIG_UNLOCKED; asks the state first.
        case stop
        /// Return to CONFIG_UNLOCKED; STOP is the first thing sent. For when private operation must end now.
        case revoke
        /// Read the state.
        case queryState
        /// Use a stream for peer-to-peer traffic.
        case bindP2PStream(StreamID)
        /// Use it no more.
        case unbindP2PStream(StreamID)
        /// Open or close pages of an updatable MMIO range.
        case setMMIOAttribute(SetMMIOAttributeRequest)
    }

    /// What goes in.
    public enum Event: Equatable, Sendable {
        /// Do this.
        case begin(Operation)
        /// The TDISP bytes of a VENDOR_DEFINED_RESPONSE.
        case received([UInt8])
        /// No answer came, or the session does not carry messages any more.
        case timedOut
        /// The wait is over.
        case waited
        /// The nonce of the lock, as ``Effect/storeNonce(_:thenSend:)`` gave it.
        case nonce(StartNonce)
        /// The owner has none.
        case nonceMissing
    }

    /// What comes out.
    public enum Effect: Equatable, Sendable {
        /// Nothing.
        case none
        /// Send these TDISP bytes.
        case send([UInt8])
        /// Keep the nonce, then send. It is destroyed when an operation ends in anything but `locked`, `report`, `state` or
        /// `refused` with the TDI still CONFIG_LOCKED.
        case storeNonce(StartNonce, thenSend: [UInt8])
        /// Give the nonce: `nonce` or `nonceMissing` follows.
        case provideNonce
        /// Wait a little, the more the higher the number of the retry (from 1); `waited` follows.
        case wait(retry: UInt8)
        /// The operation ended so.
        case finish(Result)
    }

    /// Exactly one next state and one effect.
    public struct Transition: Equatable, Sendable {
        /// The next state.
        public var next: TDIRequester
        /// What the owner does.
        public var effect: Effect
    }

    /// Creates a requester for one interface in a new session.
    public init(interfaceID: InterfaceID, limits: Limits = Limits()) {
        self.interfaceID = interfaceID
        self.limits = limits
        negotiated = nil
        activity = .idle
    }

    /// Takes an event.
    public static func step(_ requester: TDIRequester, _ event: Event) -> Transition {
        Transition(next: requester, effect: .none)
    }
}
