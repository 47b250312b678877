/// One request and its response, of any size (DSP0274, 10.10.2, 10.15, 10.26, 10.27).
///
/// ```
///            +--- CHUNK_SEND until the request is there ---+
/// begin -----+                                             +--> outstanding --> over: the response, or why there is none
///            +--- the request ------------------------------+      |    ^
///                                                                  v    |
///        Busy: the same again   NotReady: RESPOND_IF_READY       pausing
///        LargeResponse: CHUNK_GET until the response is there
/// ```
///
/// Which message inside a session is a record's content and which goes in the clear makes no difference here. Nothing is
/// repeated but what SPDM lets be repeated: after an ERROR that says so. A request without an answer ends the exchange.
///
/// **Bounds.** Waits are counted by ``ExchangeTerms/Patience``; chunks must be at least as large as SPDM allows, so that
/// a response of MaxSPDMmsgSize needs a bounded number of them.
public enum MessageExchange {
    /// What happens to the exchange.
    public enum Event: Hashable, Sendable {
        /// A message came: an SPDM message, out of its record, perhaps with DOE padding behind it.
        case received([UInt8])
        /// The time to wait is over.
        case waited
        /// The transport gave up.
        case noAnswer
    }

    /// What is done next.
    public enum Effect: Hashable, Sendable {
        /// Nothing.
        case none
        /// Send this message and wait for an answer.
        case send([UInt8])
        /// Wait.
        case wait(microseconds: UInt64)
        /// The exchange is over with this response, which is no ERROR; perhaps with DOE padding behind it.
        case deliver([UInt8])
        /// The exchange is over without a response.
        case fail(RequesterFailure.Reason)
    }

    /// Where the exchange is.
    public enum State: Hashable, Sendable {
        /// A message waits for its answer.
        case outstanding(ExchangePiece)
        /// Time has to pass before the piece is sent.
        case pausing(ExchangePiece)
        /// The exchange ended.
        case over
    }

    /// Exactly one next state and one effect.
    public struct Transition: Hashable, Sendable {
        /// The next state.
        public var next: State
        /// What is done next.
        public var effect: Effect

        /// Creates a transition.
        public init(_ next: State, _ effect: Effect) {
            self.next = next
            self.effect = effect
        }

        static func send(_ piece: ExchangePiece) -> Transition {
            Transition(.outstanding(piece), .send(piece.message))
        }

        static func wait(_ microseconds: UInt64, then piece: ExchangePiece) -> Transition {
            Transition(.pausing(piece), .wait(microseconds: microseconds))
        }

        static func deliver(_ response: [UInt8]) -> Transition { Transition(.over, .deliver(response)) }

        static func fail(_ reason: RequesterFailure.Reason) -> Transition { Transition(.over, .fail(reason)) }
    }

    /// Starts with a whole request, which fails when it has no header.
    public static func begin(_ request: [UInt8], _ terms: ExchangeTerms) -> Transition {
        guard request.count >= 4 else { return .fail(.malformed(.otherResponse)) }
        if let limit = terms.peerMessageSize, request.count > limit { return .fail(.requestTooLarge(request.count)) }
        guard let limit = terms.peerTransferSize, request.count > limit else {
            return .send(.whole(WholeRequest(request: request, terms: terms, token: nil)))
        }
        guard terms.hasChunks, let sending = SendingChunks(request: request, terms: terms, transferSize: limit) else {
            return .fail(.requestTooLarge(request.count))
        }
        return .send(.sending(sending))
    }

    /// Takes an event. What does not belong to the state is ignored.
    public static func step(_ state: State, _ event: Event) -> Transition {
        switch (state, event) {
        case (.outstanding(let piece), .received(let bytes)): piece.received(bytes)
        case (.pausing(let piece), .waited): .send(piece)
        case (.outstanding, .noAnswer), (.pausing, .noAnswer): .fail(.noAnswer)
        case (.outstanding, .waited), (.pausing, .received), (.over, .received), (.over, .waited), (.over, .noAnswer):
            Transition(state, .none)
        }
    }
}
