extension Responder {
    /// A large message that passes in chunks (DSP0274, 10.26 and 10.27).
    public enum Transfer: Hashable, Sendable {
        /// A request, in CHUNK_SEND.
        case incoming(IncomingChunks)
        /// A response, fetched with CHUNK_GET.
        case outgoing(Outgoing)

        /// Whether a request may come between its chunks.
        func admits(_ code: MessageCode) -> Bool {
            switch self {
            case .incoming: code == .chunkSend
            case .outgoing: code == .chunkGet
            }
        }
    }

    /// A request of which not all chunks arrived.
    public struct IncomingChunks: Hashable, Sendable {
        /// Number of the large message.
        public let handle: UInt8
        /// How large it will be.
        public let size: Int
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
        /// Number of the chunk that comes next.
        public var nextSequence: UInt16 = 0
        /// How much was fetched.
        var offset = 0

        init(handle: UInt8, message: [UInt8]) {
            self.handle = handle
            self.message = message
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
