/// The TSM's side of TDISP for one interface: carries out one operation at a time over a secured session (TDISP 1.0,
/// 11.3).
///
/// Version first; one request outstanding; state asked before and after LOCK, START and STOP; every response checked
/// for type, version, interface and exact length; BUSY retried within bounds; STOP on any doubt. An operation always
/// ends in one ``Result``, after a bounded number of requests.
///
/// ```
///            begin                     response: next step
///   idle ------------> awaitingResponse <------+
///     ^                 |   |  |       |-------+
///     | finish          |   |  | BUSY  | START is next
///     +-----------------+   |  v       v
///     any doubt: STOP <-----+  backingOff, awaitingNonce
/// ```
///
/// The value holds no secret: nonces pass through events and effects only.
public struct TDIRequester: Hashable, Sendable {
    /// The interface.
    public let interfaceID: InterfaceID
    /// The bounds it keeps.
    public let limits: Limits
    /// What the DSM said it can do; nil until `negotiate` succeeded in this session.
    public internal(set) var negotiated: TDISPCapabilities?
    /// What it is doing.
    public internal(set) var activity: Activity

    /// The bounds of an operation.
    public struct Limits: Hashable, Sendable {
        /// How often a request is sent again after BUSY.
        public var busyRetries: UInt8
        /// How often STOP is sent, until the interface says that it is CONFIG_UNLOCKED.
        public var stopAttempts: UInt8
        /// How many bytes of a report are asked for at once; at least 1.
        public var reportPortion: UInt16
        /// How long a report may be.
        public var reportByteCount: UInt16
        /// In how many portions it may come.
        public var reportPortions: UInt16

        /// Creates bounds.
        public init(
            busyRetries: UInt8 = 8, stopAttempts: UInt8 = 2, reportPortion: UInt16 = 1024,
            reportByteCount: UInt16 = .max, reportPortions: UInt16 = 1024
        ) {
            self.busyRetries = busyRetries
            self.stopAttempts = stopAttempts
            self.reportPortion = max(1, reportPortion)
            self.reportByteCount = reportByteCount
            self.reportPortions = reportPortions
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

    /// One request: which step of the operation it makes, and how often it was answered BUSY.
    public struct Exchange: Hashable, Sendable {
        /// The step.
        public let step: Step
        /// How often this request was answered BUSY.
        public let retries: UInt8
    }

    /// Exactly one next state and one effect.
    public struct Transition: Equatable, Sendable {
        /// The next state.
        public var next: TDIRequester
        /// What the owner does.
        public var effect: Effect

        /// Creates a transition.
        public init(_ next: TDIRequester, _ effect: Effect) {
            self.next = next
            self.effect = effect
        }
    }

    /// Creates a requester for one interface in a new session.
    public init(interfaceID: InterfaceID, limits: Limits = Limits()) {
        self.interfaceID = interfaceID
        self.limits = limits
        negotiated = nil
        activity = .idle
    }

    /// Takes an event. What nobody waits for, such as an answer that comes twice or too late, changes nothing.
    public static func step(_ requester: TDIRequester, _ event: Event) -> Transition {
        switch (event, requester.activity) {
        case (.begin(let operation), .idle): requester.begin(operation)
        case (.begin, .awaitingResponse), (.begin, .backingOff), (.begin, .awaitingNonce):
            Transition(requester, .finish(.failed(.operationRunning, .untouched)))
        case (.received(let bytes), .awaitingResponse(let exchange)): requester.take(bytes, answering: exchange)
        case (.timedOut, .awaitingResponse(let exchange)):
            requester.fail(.noAnswer(exchange.step.requestType), at: exchange.step)
        case (.waited, .backingOff(let exchange)): requester.send(exchange)
        case (.nonce(let nonce), .awaitingNonce(let exchange)): requester.sendStart(nonce, exchange)
        case (.nonceMissing, .awaitingNonce(let exchange)): requester.fail(.nonceMissing, at: exchange.step)
        case (.received, .idle), (.received, .backingOff), (.received, .awaitingNonce),
            (.timedOut, .idle), (.timedOut, .backingOff), (.timedOut, .awaitingNonce),
            (.waited, .idle), (.waited, .awaitingResponse), (.waited, .awaitingNonce),
            (.nonce, .idle), (.nonce, .awaitingResponse), (.nonce, .backingOff),
            (.nonceMissing, .idle), (.nonceMissing, .awaitingResponse), (.nonceMissing, .backingOff):
            Transition(requester, .none)
        }
    }
}
