/// KEY_EXCHANGE was sent.
public struct AwaitingKeyExchange: Hashable, Sendable, ConnectionPhase, AwaitsAnswer {
    /// The connection.
    public let connection: RequesterConnection
    /// Which session is wanted.
    public let wish: SessionWish
    /// The request.
    public let request: KeyExchange
    var code: MessageCode { .keyExchange }

    static func begin(
        _ connection: RequesterConnection, _ wish: SessionWish, _ request: KeyExchange
    ) -> RequesterMachine.Transition {
        var connection = connection
        let effect = connection.exchange(request.encoded(version: connection.version))
        return RequesterMachine.Transition(
            .awaitingKeyExchange(AwaitingKeyExchange(connection: connection, wish: wish, request: request)), effect)
    }

    func answered(_ bytes: [UInt8]) throws(RequesterFailure.Reason) -> RequesterMachine.Transition {
        let answer = try Answer(bytes, to: .keyExchange(request), connection.sizes)
        guard case .keyExchange(let message) = answer.response else { throw .otherResponse }
        try checkMutualAuthentication(message)
        let id = SessionID(requester: request.requesterSessionID, responder: message.responderSessionID)
        let session = try connection.session(
            id, wish, heartbeatPeriod: message.heartbeatPeriod, summary: message.measurementSummary,
            opaque: message.opaque)
        let handshake = SessionHandshake(
            connection: connection, session: session, transcript: transcript(answer.bytes, message))
        return AgreeingKeys.begin(handshake, slot: request.slot, message)
    }

    private func transcript(_ response: [UInt8], _ message: KeyExchangeResponse) -> SessionTranscript {
        var transcript = SessionTranscript(connection: connection.transcript.vca)
        if connection.sizes.multiKey { transcript.append(.responderDigests, connection.digests.span) }
        let hash = connection.keyHashes[request.slot] ?? []
        transcript.append(.responderChainHash, hash.span)
        let request = request.encoded(version: connection.version)
        transcript.append(.exchangeRequest, request.span)
        transcript.appendExchangeResponse(
            response.span, signatureSize: message.signature.count, verifyDataSize: message.verifyData.count)
        return transcript
    }

    /// Only what both ends can do may be asked for. A chain or key that the responder has is named by the slot that this
    /// end signs with; a key is in no certificate that could be asked for (DSP0274 1.2.1, table 60).
    private func checkMutualAuthentication(_ message: KeyExchangeResponse) throws(RequesterFailure.Reason) {
        let mode = message.mutualAuthentication
        guard mode != .none else { return }
        let common = connection.negotiated.common
        let known: [KeyExchangeResponse.MutualAuthentication] = [.provisioned, .encapsulated, .encapsulatedDigests]
        guard known.contains(mode), common.contains(.mutualAuthentication),
            mode == .provisioned || common.contains(.encapsulated) && connection.ownSlot != 0xFF
        else { throw .mismatch("MutAuthRequested", expected: "what both ends can do", seen: mode.rawValue) }
        let slot = connection.ownSlot & 0xF
        guard mode != .provisioned || message.requesterSlot == slot else {
            throw .mismatch("ReqSlotID", expected: slot, seen: message.requesterSlot)
        }
    }
}
