internal import WireBytes

/// A large request on its way, chunk by chunk.
public struct SendingChunks: Hashable, Sendable {
    /// The request.
    public let request: [UInt8]
    /// What is left of the terms.
    public internal(set) var terms: ExchangeTerms
    /// Largest CHUNK_SEND, in bytes.
    public let transferSize: Int
    /// Number of the chunk on its way.
    public let sequence: UInt16
    /// Where it starts in the request.
    public let offset: Int

    /// Starts with chunk 0; nil when the chunks could not be numbered.
    init?(request: [UInt8], terms: ExchangeTerms, transferSize: Int) {
        guard transferSize >= EndpointCapabilities.minimumDataTransferSize else { return nil }
        let chunks = (request.count + 4 - 1) / (transferSize - 12) + 1
        guard chunks <= Int(UInt16.max) + 1 else { return nil }
        self.init(request: request, terms: terms, transferSize: transferSize, sequence: 0, offset: 0)
    }

    private init(request: [UInt8], terms: ExchangeTerms, transferSize: Int, sequence: UInt16, offset: Int) {
        self.request = request
        self.terms = terms
        self.transferSize = transferSize
        self.sequence = sequence
        self.offset = offset
    }

    private var chunk: Chunk {
        let bytes = request[offset..<end]
        return Chunk(
            isLast: end == request.count, handle: terms.handle, sequence: sequence,
            messageSize: UInt32(clamping: sequence == 0 ? request.count : 0), bytes: Array(bytes))
    }

    private var end: Int { min(request.count, offset + transferSize - (sequence == 0 ? 16 : 12)) }

    private var version: SPDMVersion { SPDMVersion(rawValue: request[0]) }

    var message: [UInt8] { chunk.encodedSend(version: version) }

    func received(_ bytes: [UInt8], _ header: MessageHeader) -> MessageExchange.Transition {
        let ack: ChunkSendAck
        do throws(WireError) {
            let read = try SPDMResponse.decode(bytes.span, answering: .chunkSend(chunk), sizes: NegotiatedSizes())
            guard case .chunkSendAck(let message) = read.response else { return .fail(.malformed(.otherResponse)) }
            ack = message
        } catch {
            return .fail(.malformed(error))
        }
        guard ack.handle == terms.handle else {
            return .fail(.mismatch("Handle", expected: terms.handle, seen: ack.handle))
        }
        if ack.foundError { return failedEarly(ack.response) }
        guard ack.sequence == sequence else {
            return .fail(.mismatch("ChunkSeqNo", expected: sequence, seen: ack.sequence))
        }
        return end == request.count ? answered(ack.response) : next()
    }

    private func next() -> MessageExchange.Transition {
        .send(
            .sending(
                SendingChunks(
                    request: request, terms: terms, transferSize: transferSize, sequence: sequence + 1, offset: end)))
    }

    /// The request is there, and this answers it as if it had come in one piece.
    private func answered(_ response: [UInt8]) -> MessageExchange.Transition {
        let transition = ExchangePiece.whole(WholeRequest(request: request, terms: terms, token: nil))
            .received(response)
        guard case .pausing(.whole(let again)) = transition.next, again.token == nil else { return transition }
        var terms = again.terms
        terms.handle &+= 1
        guard let start = SendingChunks(request: request, terms: terms, transferSize: transferSize) else {
            return .fail(.busy)
        }
        return MessageExchange.Transition(.pausing(.sending(start)), transition.effect)
    }

    private func failedEarly(_ response: [UInt8]) -> MessageExchange.Transition {
        do throws(WireError) {
            return .fail(.refused(try ErrorMessage(decoding: response.span)))
        } catch {
            return .fail(.malformed(error))
        }
    }

    /// LargeResponse may come in place of the last acknowledgement.
    func refused(_ error: ErrorMessage) -> MessageExchange.Transition {
        switch error.extended {
        case .largeResponse(let handle) where end == request.count:
            .send(.fetching(FetchingChunks(request: request, terms: terms, handle: handle)))
        case .largeResponse, .none, .notReady, .responseTooLarge, .vendor: .fail(.refused(error))
        }
    }
}
