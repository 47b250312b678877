internal import WireBytes

/// A large response on its way, chunk by chunk.
public struct FetchingChunks: Hashable, Sendable {
    /// The request that it answers.
    public let request: [UInt8]
    /// What is left of the terms.
    public internal(set) var terms: ExchangeTerms
    /// The responder's number of the response.
    public let handle: UInt8
    /// Number of the chunk that was asked for.
    public private(set) var sequence: UInt16 = 0
    /// Bytes of the response; nil before chunk 0.
    public private(set) var size: Int?
    /// What has come.
    public private(set) var collected: [UInt8] = []

    init(request: [UInt8], terms: ExchangeTerms, handle: UInt8) {
        self.request = request
        self.terms = terms
        self.handle = handle
    }

    private var version: SPDMVersion { SPDMVersion(rawValue: request[0]) }

    var message: [UInt8] { ChunkGet(handle: handle, sequence: sequence).encoded(version: version) }

    func received(_ bytes: [UInt8], _ header: MessageHeader) -> MessageExchange.Transition {
        let chunk: Chunk
        do throws(WireError) {
            let get = SPDMRequest.chunkGet(ChunkGet(handle: handle, sequence: sequence))
            let read = try SPDMResponse.decode(bytes.span, answering: get, sizes: NegotiatedSizes())
            guard case .chunk(let message) = read.response else { return .fail(.malformed(.otherResponse)) }
            chunk = message
        } catch {
            return .fail(.malformed(error))
        }
        guard chunk.handle == handle else { return .fail(.mismatch("Handle", expected: handle, seen: chunk.handle)) }
        guard chunk.sequence == sequence else {
            return .fail(.mismatch("ChunkSeqNo", expected: sequence, seen: chunk.sequence))
        }
        return added(chunk)
    }

    private func added(_ chunk: Chunk) -> MessageExchange.Transition {
        let size = self.size ?? Int(chunk.messageSize)
        guard size <= terms.messageSize else { return .fail(.responseTooLarge(size)) }
        let header = chunk.sequence == 0 ? 16 : 12
        let isWhole = collected.count + chunk.bytes.count == size
        guard isWhole == chunk.isLast, isWhole || collected.count + chunk.bytes.count < size else {
            return .fail(.mismatch("ChunkSize", expected: size - collected.count, seen: chunk.bytes.count))
        }
        let least = Int(EndpointCapabilities.minimumDataTransferSize) - header
        guard isWhole || chunk.bytes.count >= least else {
            return .fail(.mismatch("ChunkSize", expected: least, seen: chunk.bytes.count))
        }
        return isWhole ? finished(collected + chunk.bytes) : next(chunk.bytes, of: size)
    }

    private func next(_ bytes: [UInt8], of size: Int) -> MessageExchange.Transition {
        guard sequence < .max else { return .fail(.responseTooLarge(size)) }
        var next = self
        next.size = size
        next.collected += bytes
        next.sequence += 1
        return .send(.fetching(next))
    }

    /// The response is there, and is judged as if it had come in one piece; but an ERROR does not come in chunks.
    private func finished(_ response: [UInt8]) -> MessageExchange.Transition {
        let code = MessageCode(rawValue: request[1]).response
        guard response.count >= 4 else { return .fail(.malformed(.otherResponse)) }
        guard response[0] == request[0] else {
            return .fail(.mismatch("SPDMVersion", expected: request[0], seen: response[0]))
        }
        guard response[1] == code.rawValue else {
            return .fail(.mismatch("RequestResponseCode", expected: code.rawValue, seen: response[1]))
        }
        return .deliver(response)
    }
}

extension WireError {
    /// A message that does not answer what was asked.
    static let otherResponse = WireError(.unexpectedType, at: 1, in: "RequestResponseCode")
}
