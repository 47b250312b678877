internal import WireBytes

/// A piece of a large message, in CHUNK_SEND and CHUNK_RESPONSE (SPDM 1.2; DSP0274, 10.26 and 10.27).
///
/// | offset | size | field |
/// |---|---|---|
/// | 2 | 1 | Param1: bit 0, last chunk |
/// | 3 | 1 | Param2: handle |
/// | 4 | 2 | ChunkSeqNo |
/// | 6 | 2 | reserved |
/// | 8 | 4 | ChunkSize, n |
/// | 12 | 4 | LargeMessageSize, in chunk 0 only |
/// | .. | n | the chunk |
public struct Chunk: Hashable, Sendable {
    /// Whether the large message ends with this chunk.
    public var isLast: Bool
    /// Number of the large message.
    public var handle: UInt8
    /// Number of the chunk.
    public var sequence: UInt16
    /// Bytes of the large message; read and written in chunk 0 only, else 0.
    public var messageSize: UInt32
    /// The bytes.
    public var bytes: [UInt8]

    /// Creates a chunk.
    public init(isLast: Bool, handle: UInt8, sequence: UInt16, messageSize: UInt32 = 0, bytes: [UInt8]) {
        self.isLast = isLast
        self.handle = handle
        self.sequence = sequence
        self.messageSize = messageSize
        self.bytes = bytes
    }

    static func read(
        _ header: MessageHeader, _ bytes: Span<UInt8>, _ cursor: inout WireCursor
    ) throws(WireError) -> Chunk {
        let sequence = try cursor.uint16(bytes, "ChunkSeqNo")
        try cursor.skip(2, "reserved")
        let size = try cursor.uint32(bytes, "ChunkSize")
        let messageSize = sequence == 0 ? try cursor.uint32(bytes, "LargeMessageSize") : 0
        return Chunk(
            isLast: header.param1 & 1 == 1, handle: header.param2, sequence: sequence, messageSize: messageSize,
            bytes: try cursor.bytes(bytes, count: Int(size), "SPDMchunk"))
    }

    /// The whole CHUNK_SEND.
    public func encodedSend(version: SPDMVersion) -> [UInt8] { encoded(.chunkSend, version) }

    /// The whole CHUNK_RESPONSE.
    public func encodedResponse(version: SPDMVersion) -> [UInt8] { encoded(MessageCode.chunkGet.response, version) }

    private func encoded(_ code: MessageCode, _ version: SPDMVersion) -> [UInt8] {
        var writer = WireWriter(capacity: 16 + bytes.count)
        MessageHeader(version, code, param1: isLast ? 1 : 0, param2: handle).write(to: &writer)
        writer.uint16(sequence)
        writer.zeros(2)
        writer.uint32(UInt32(clamping: bytes.count))
        if sequence == 0 { writer.uint32(messageSize) }
        writer.append(bytes)
        return writer.bytes
    }
}

/// CHUNK_SEND_ACK: a chunk arrived; with the last one, the response to the large request (SPDM 1.2; DSP0274, 10.26).
///
/// | offset | size | field |
/// |---|---|---|
/// | 2 | 1 | Param1: bit 0, an error was found before the last chunk |
/// | 3 | 1 | Param2: handle |
/// | 4 | 2 | ChunkSeqNo |
/// | 6 | n | ResponseToLargeRequest: after the last chunk, or an ERROR after an early error |
public struct ChunkSendAck: Hashable, Sendable {
    /// Whether the large request failed before it was whole.
    public var foundError: Bool
    /// Number of the large message.
    public var handle: UInt8
    /// Number of the chunk that arrived.
    public var sequence: UInt16
    /// The response to the large request, with DOE padding behind it when it came in the clear. Between chunks it is
    /// empty.
    public var response: [UInt8]

    /// Creates the response.
    public init(foundError: Bool = false, handle: UInt8, sequence: UInt16, response: [UInt8] = []) {
        self.foundError = foundError
        self.handle = handle
        self.sequence = sequence
        self.response = response
    }

    static func read(
        _ header: MessageHeader, _ bytes: Span<UInt8>, _ cursor: inout WireCursor, _ request: Chunk
    ) throws(WireError) -> ChunkSendAck {
        let foundError = header.param1 & 1 == 1
        let sequence = try cursor.uint16(bytes, "ChunkSeqNo")
        let count = request.isLast || foundError ? cursor.remaining : 0
        return ChunkSendAck(
            foundError: foundError, handle: header.param2, sequence: sequence,
            response: try cursor.bytes(bytes, count: count, "ResponseToLargeRequest"))
    }

    /// The whole message.
    public func encoded(version: SPDMVersion) -> [UInt8] {
        var writer = WireWriter(capacity: 6 + response.count)
        MessageHeader(version, MessageCode.chunkSend.response, param1: foundError ? 1 : 0, param2: handle)
            .write(to: &writer)
        writer.uint16(sequence)
        writer.append(response)
        return writer.bytes
    }
}

/// CHUNK_GET, 6 bytes: asks for a piece of a large response (SPDM 1.2; DSP0274, 10.27). Param2 is the handle, at 4
/// stands ChunkSeqNo.
public struct ChunkGet: Hashable, Sendable {
    /// Number of the large message.
    public var handle: UInt8
    /// Number of the chunk.
    public var sequence: UInt16

    /// Creates the request.
    public init(handle: UInt8, sequence: UInt16) {
        self.handle = handle
        self.sequence = sequence
    }

    static func read(
        _ header: MessageHeader, _ bytes: Span<UInt8>, _ cursor: inout WireCursor
    ) throws(WireError) -> ChunkGet {
        ChunkGet(handle: header.param2, sequence: try cursor.uint16(bytes, "ChunkSeqNo"))
    }

    /// The whole message.
    public func encoded(version: SPDMVersion) -> [UInt8] {
        var writer = WireWriter(capacity: 6)
        MessageHeader(version, .chunkGet, param2: handle).write(to: &writer)
        writer.uint16(sequence)
        return writer.bytes
    }
}
