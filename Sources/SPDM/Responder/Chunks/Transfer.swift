extension Responder {
    /// The large message that passes in chunks; there is one at a time (DSP0274, 10.26 and 10.27).
    public enum Transfer: Hashable, Sendable {
        /// None.
        case none
        /// A request, in CHUNK_SEND.
        case incoming(IncomingChunks)
        /// A response, fetched with CHUNK_GET.
        case outgoing(Outgoing)

        /// Whether a request may come between its chunks.
        func admits(_ code: MessageCode) -> Bool {
            switch self {
            case .none: true
            case .incoming: code == .chunkSend
            case .outgoing: code == .chunkGet
            }
        }

        /// Whether it passes in the records of this session.
        func isOf(_ session: SessionID) -> Bool {
            switch self {
            case .none: false
            case .incoming(let chunks): chunks.session == session
            case .outgoing(let outgoing): outgoing.session == session
            }
        }
    }

    /// A request of which not all chunks arrived.
    public struct IncomingChunks: Hashable, Sendable {
        /// Number of the large message.
        public let handle: UInt8
        /// How large it will be.
        public let size: Int
        /// Where its chunks come; nil in the clear.
        public let session: SessionID?
        /// Number of the chunk that comes next.
        public var nextSequence: UInt16
        /// What there is of it.
        var message: [UInt8]
    }

    /// A response of which not all chunks were fetched.
    public struct Outgoing: Hashable, Sendable {
        /// Number of the large message.
        public let handle: UInt8
        let message: [UInt8]
        /// Where its chunks go; nil in the clear.
        public let session: SessionID?
        /// Number of the chunk that comes next.
        public var nextSequence: UInt16 = 0
        /// How much was fetched.
        var offset = 0

        init(handle: UInt8, message: [UInt8], session: SessionID?) {
            self.handle = handle
            self.message = message
            self.session = session
        }

        /// The next chunk, where the requester takes `limit` bytes at once.
        func chunk(limit: Int) -> Chunk {
            let room = limit - (nextSequence == 0 ? Chunk.firstHeaderSize : Chunk.headerSize)
            let end = min(offset + room, message.count)
            return Chunk(
                isLast: end == message.count, handle: handle, sequence: nextSequence,
                messageSize: UInt32(clamping: message.count), bytes: Array(message[offset..<end]))
        }
    }

    /// Whether both ends take chunks.
    func chunksAllowed(_ requester: CapabilityFlags) -> Bool {
        version >= .v1_2 && requester.contains(.chunk) && profile.capabilities.flags.contains(.chunk)
    }
}

extension Chunk {
    /// Bytes in front of a chunk.
    static let headerSize = 12
    /// Bytes in front of the first chunk, which tells the size of the message.
    static let firstHeaderSize = 16

    /// The least size of a chunk that is not the last: what fits into the least DataTransferSize.
    var minimumSize: Int {
        Int(EndpointCapabilities.minimumDataTransferSize) - (sequence == 0 ? Self.firstHeaderSize : Self.headerSize)
    }
}
