internal import WireBytes

/// The part of an exchange that is on its way: what was sent last and what its answer is for.
public enum ExchangePiece: Hashable, Sendable {
    /// The request in one piece, or RESPOND_IF_READY about it.
    case whole(WholeRequest)
    /// A chunk of the request.
    case sending(SendingChunks)
    /// The demand for a chunk of the response.
    case fetching(FetchingChunks)

    /// The message on the wire.
    var message: [UInt8] {
        switch self {
        case .whole(let piece): piece.message
        case .sending(let piece): piece.message
        case .fetching(let piece): piece.message
        }
    }

    func received(_ bytes: [UInt8]) -> MessageExchange.Transition {
        let header: MessageHeader
        do throws(WireError) {
            header = try MessageHeader.decode(bytes.span)
            if header.code == .error { return refused(try ErrorMessage(decoding: bytes.span)) }
        } catch {
            return .fail(.malformed(error))
        }
        let sent = message
        guard header.version.rawValue == sent[0] else {
            return .fail(.mismatch("SPDMVersion", expected: sent[0], seen: header.version.rawValue))
        }
        return switch self {
        case .whole(let piece): piece.received(bytes, header)
        case .sending(let piece): piece.received(bytes, header)
        case .fetching(let piece): piece.received(bytes, header)
        }
    }

    private func refused(_ error: ErrorMessage) -> MessageExchange.Transition {
        if error.code == .busy { return busy() }
        return switch self {
        case .whole(let piece): piece.refused(error)
        case .sending(let piece): piece.refused(error)
        case .fetching: .fail(.refused(error))
        }
    }

    /// The same again after a while, as often as patience lasts.
    private func busy() -> MessageExchange.Transition {
        var piece = self
        let delay = terms.patience.busyDelay
        guard piece.spendBusy() else { return .fail(.busy) }
        return .wait(delay, then: piece)
    }

    private var terms: ExchangeTerms {
        switch self {
        case .whole(let piece): piece.terms
        case .sending(let piece): piece.terms
        case .fetching(let piece): piece.terms
        }
    }

    private mutating func spendBusy() -> Bool {
        guard terms.patience.busyAnswers > 0 else { return false }
        switch self {
        case .whole(var piece):
            piece.terms.patience.busyAnswers -= 1
            self = .whole(piece)
        case .sending(var piece):
            piece.terms.patience.busyAnswers -= 1
            self = .sending(piece)
        case .fetching(var piece):
            piece.terms.patience.busyAnswers -= 1
            self = .fetching(piece)
        }
        return true
    }
}
