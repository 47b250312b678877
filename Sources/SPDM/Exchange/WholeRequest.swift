/// The request in one piece, or RESPOND_IF_READY about it.
public struct WholeRequest: Hashable, Sendable {
    /// The request.
    public let request: [UInt8]
    /// What is left of the terms.
    public internal(set) var terms: ExchangeTerms
    /// The token of ERROR ResponseNotReady, when that is what was answered last.
    public let token: UInt8?

    private var version: SPDMVersion { SPDMVersion(rawValue: request[0]) }
    private var code: MessageCode { MessageCode(rawValue: request[1]) }

    var message: [UInt8] {
        guard let token else { return request }
        return RespondIfReady(code, token: token).encoded(version: version)
    }

    func received(_ bytes: [UInt8], _ header: MessageHeader) -> MessageExchange.Transition {
        guard header.code == code.response else {
            return .fail(.mismatch("RequestResponseCode", expected: code.response.rawValue, seen: header.code.rawValue))
        }
        return .deliver(bytes)
    }

    func refused(_ error: ErrorMessage) -> MessageExchange.Transition {
        switch error.extended {
        case .notReady(let notReady): wait(notReady)
        case .largeResponse(let handle):
            terms.hasChunks
                ? .send(.fetching(FetchingChunks(request: request, terms: terms, handle: handle)))
                : .fail(.refused(error))
        case .none, .responseTooLarge, .vendor: .fail(.refused(error))
        }
    }

    private func wait(_ notReady: ErrorMessage.ResponseNotReady) -> MessageExchange.Transition {
        guard notReady.request == code else {
            return .fail(.mismatch("RequestCode", expected: code.rawValue, seen: notReady.request.rawValue))
        }
        let patience = terms.patience
        guard patience.notReadyAnswers > 0, notReady.exponent <= patience.greatestDelayExponent else {
            return .fail(.notReady)
        }
        var next = terms
        next.patience.notReadyAnswers -= 1
        return .wait(
            1 << UInt64(notReady.exponent),
            then: .whole(WholeRequest(request: request, terms: next, token: notReady.token)))
    }
}
