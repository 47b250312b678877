/// PSK_EXCHANGE was sent.
public struct AwaitingPSKExchange: Hashable, Sendable, ConnectionPhase, AwaitsAnswer {
    /// The connection.
    public let connection: RequesterConnection
    /// Which session is wanted.
    public let wish: SessionWish
    /// The request.
    public let request: PSKExchange
    var code: MessageCode { .pskExchange }

    static func begin(
        _ connection: RequesterConnection, _ wish: SessionWish, _ request: PSKExchange
    ) -> RequesterMachine.Transition {
        var connection = connection
        let effect = connection.exchange(request.encoded(version: connection.version))
        return RequesterMachine.Transition(
            .awaitingPSKExchange(AwaitingPSKExchange(connection: connection, wish: wish, request: request)), effect)
    }

    func answered(_ bytes: [UInt8]) throws(RequesterFailure.Reason) -> RequesterMachine.Transition {
        let answer = try Answer(bytes, to: .pskExchange(request), connection.sizes)
        guard case .pskExchange(let message) = answer.response else { throw .otherResponse }
        let hasContext = connection.negotiated.responder.flags.contains(.pskWithContext)
        guard message.context.isEmpty == !hasContext else {
            throw .mismatch(
                "ResponderContextLength", expected: hasContext ? "more than 0" : "0", seen: message.context.count)
        }
        let id = SessionID(requester: request.requesterSessionID, responder: message.responderSessionID)
        let session = try connection.session(
            id, wish, heartbeatPeriod: message.heartbeatPeriod, summary: message.measurementSummary,
            opaque: message.opaque)
        var transcript = SessionTranscript(connection: connection.transcript.vca)
        let request = request.encoded(version: connection.version)
        transcript.append(.exchangeRequest, request.span)
        transcript.appendExchangeResponse(
            answer.bytes.span, signatureSize: 0, verifyDataSize: message.verifyData.count)
        let handshake = SessionHandshake(connection: connection, session: session, transcript: transcript)
        return DerivingPSKKeys.begin(handshake, hint: Array(self.request.hint), message)
    }
}
