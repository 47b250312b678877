extension Responder {
    /// CHUNK_SEND: keeps the chunk, and answers the request once it is whole.
    ///
    /// A chunk that does not fit ends the large message: the acknowledgement says so and carries the error.
    mutating func chunkSend(
        _ chunk: Chunk, _ incoming: Incoming, _ isAllowed: Bool
    ) throws(Refusal) -> Effect {
        guard isAllowed else { throw .unsupported(.chunkSend) }
        guard incoming.acknowledging == nil else { throw .invalid }
        do throws(Refusal) {
            let chunks = try received(chunk, incoming)
            guard chunk.isLast else {
                transfers[incoming.session] = .incoming(chunks)
                let ack = ChunkSendAck(handle: chunk.handle, sequence: chunk.sequence)
                return answer(ack.encoded(version: version), to: incoming)
            }
            transfers[incoming.session] = nil
            return process(
                Incoming(
                    bytes: chunks.message, session: incoming.session, time: incoming.time,
                    acknowledging: ChunkNumber(handle: chunk.handle, sequence: chunk.sequence)))
        } catch {
            transfers[incoming.session] = nil
            let message = ErrorMessage(version: version, code: error.code)
            let ack = ChunkSendAck(
                foundError: true, handle: chunk.handle, sequence: chunk.sequence, response: message.encoded())
            return answer(ack.encoded(version: version), to: incoming)
        }
    }

    private func received(_ chunk: Chunk, _ incoming: Incoming) throws(Refusal) -> IncomingChunks {
        var chunks = try begun(chunk, incoming)
        guard chunks.handle == chunk.handle, chunks.nextSequence == chunk.sequence else { throw .invalid }
        chunks.message += chunk.bytes
        let isWhole = chunks.message.count == chunks.size
        guard chunks.message.count <= chunks.size, isWhole == chunk.isLast,
            chunk.isLast || chunk.bytes.count >= chunk.minimumSize
        else { throw .invalid }
        let (next, isSpent) = chunk.sequence.addingReportingOverflow(1)
        guard chunk.isLast || !isSpent else { throw .invalid }
        chunks.nextSequence = next
        return chunks
    }

    /// The large message that the chunk belongs to: the one that is under way, or a new one.
    private func begun(_ chunk: Chunk, _ incoming: Incoming) throws(Refusal) -> IncomingChunks {
        switch transfers[incoming.session] {
        case .incoming(let chunks): return chunks
        case .outgoing: throw .unexpected
        case nil: break
        }
        guard chunk.sequence == 0, !chunk.isLast,
            chunk.messageSize > EndpointCapabilities.minimumDataTransferSize
        else { throw .invalid }
        guard chunk.messageSize <= profile.capabilities.maximumMessageSize else { throw Refusal(.requestTooLarge) }
        return IncomingChunks(
            handle: chunk.handle, size: Int(chunk.messageSize), nextSequence: 0, message: [])
    }

    /// CHUNK_GET: the next chunk of a large response.
    mutating func chunkGet(_ request: ChunkGet, _ incoming: Incoming) throws(Refusal) -> Effect {
        guard case .outgoing(var outgoing) = transfers[incoming.session], incoming.acknowledging == nil,
            let limit = responseLimit(in: incoming.session)
        else { throw .unexpected }
        guard request.handle == outgoing.handle, request.sequence == outgoing.nextSequence else { throw .invalid }
        let chunk = outgoing.chunk(limit: limit)
        outgoing.offset += chunk.bytes.count
        outgoing.nextSequence &+= 1
        transfers[incoming.session] = chunk.isLast ? nil : .outgoing(outgoing)
        return answer(chunk.encodedResponse(version: version), to: incoming)
    }
}
