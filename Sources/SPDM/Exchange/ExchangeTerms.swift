/// What bounds the exchange of one request and its response: what both ends announced, and how patient this end is.
public struct ExchangeTerms: Hashable, Sendable {
    /// How often and how long the requester waits.
    public struct Patience: Hashable, Sendable {
        /// How often ERROR Busy is answered with the same request.
        public var busyAnswers: UInt8
        /// How long to wait after Busy, in microseconds.
        public var busyDelay: UInt64
        /// How often RESPOND_IF_READY is sent.
        public var notReadyAnswers: UInt8
        /// Greatest RDTExponent: the wait is 2 to this power, in microseconds. 23 is the greatest that PCI devices may
        /// need (CMA).
        public var greatestDelayExponent: UInt8

        /// Creates bounds.
        public init(
            busyAnswers: UInt8 = 10, busyDelay: UInt64 = 20_000, notReadyAnswers: UInt8 = 4,
            greatestDelayExponent: UInt8 = 23
        ) {
            self.busyAnswers = busyAnswers
            self.busyDelay = busyDelay
            self.notReadyAnswers = notReadyAnswers
            self.greatestDelayExponent = greatestDelayExponent
        }
    }

    /// Largest message that the responder takes in one piece, in bytes; nil where it did not say.
    public var peerTransferSize: Int?
    /// Largest message that the responder takes in chunks, in bytes; nil where it did not say.
    public var peerMessageSize: Int?
    /// Largest message that the requester takes in chunks, in bytes.
    public var messageSize: Int
    /// Whether both ends have CHUNK_CAP.
    public var hasChunks: Bool
    /// Handle of the request, if it goes in chunks; another than that of the large request before.
    public var handle: UInt8
    /// How often and how long the requester waits.
    public var patience: Patience

    /// Creates terms; without arguments those before CAPABILITIES.
    public init(
        peerTransferSize: Int? = nil, peerMessageSize: Int? = nil, messageSize: Int = 4096, hasChunks: Bool = false,
        handle: UInt8 = 0, patience: Patience = Patience()
    ) {
        self.peerTransferSize = peerTransferSize
        self.peerMessageSize = peerMessageSize
        self.messageSize = messageSize
        self.hasChunks = hasChunks
        self.handle = handle
        self.patience = patience
    }
}
