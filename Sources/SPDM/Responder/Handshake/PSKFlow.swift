extension Responder {
    /// PSK_EXCHANGE, judged.
    public struct PSKRequest: Hashable, Sendable {
        /// The request.
        public let request: PSKExchange
        let opaque: [UInt8]
        let contextSize: Int
    }

    /// The response, as far as it is without verify data.
    public struct OpeningPSKSession: Hashable, Sendable {
        var response: PSKExchangeResponse
        /// The handshake as it will be.
        var handshake: Handshake
    }

    /// PSK_EXCHANGE: the key, half a number and a context are needed first.
    mutating func pskExchange(
        _ request: PSKExchange, _ incoming: Incoming, _ negotiated: Negotiated
    ) throws(Refusal) -> Effect {
        guard negotiated.canUsePSK else { throw .unsupported(.pskExchange) }
        try requireRoomForSession(request.policy, request.summary, negotiated)
        let contextSize = negotiated.flags.contains(.pskWithContext) ? Self.pskContextSize : 0
        let step = PSKRequest(
            request: request, opaque: try opaqueResponse(to: request.opaque, negotiated.version),
            contextSize: contextSize)
        let demand = PSKDemand(hint: Array(request.hint), contextSize: contextSize, summary: request.summary)
        return begin(.beginningPSK(step), for: incoming, by: .beginPSK(demand))
    }

    /// Bytes of this end's context: the largest H, which is the least that it may have.
    private static let pskContextSize = 64

    /// PSK_EXCHANGE_RSP to its opaque data; the rest comes with the keys.
    mutating func pskBegun(_ begun: PSKBegun) -> Effect {
        guard let work, let negotiated, case .beginningPSK(let step) = work.step else { return .none }
        self.work = nil
        let request = step.request
        guard begun.summary.count == request.summary.size(negotiated.sizes), begun.context.count == step.contextSize
        else { return refuse(Refusal(.unspecified), work.incoming) }
        let session = freeSession(request.requesterSessionID, begun.sessionHalf)
        let response = PSKExchangeResponse(
            heartbeatPeriod: negotiated.common.contains(.heartbeat) ? profile.heartbeatPeriod : 0,
            responderSessionID: UInt16(session.rawValue >> 16), measurementSummary: begun.summary[...],
            context: begun.context[...], opaque: step.opaque[...], verifyData: [])
        var transcript = SessionTranscript(connection: negotiated.transcript.vca)
        transcript.append(.exchangeRequest, work.incoming.bytes.span)
        let body = response.encoded(version: negotiated.version)
        transcript.append(.exchangeResponse, body.span)
        let opening = PSKOpening(
            session: session, isEncrypted: negotiated.common.contains(.encrypt), hint: Array(request.hint),
            transcript: transcript)
        let handshake = Handshake(
            session: session, isInTheClear: false, policy: request.policy, kind: .psk, transcript: transcript)
        return begin(
            .openingPSKSession(OpeningPSKSession(response: response, handshake: handshake)), for: work.incoming,
            by: .openPSKSession(opening))
    }

    /// PSK_EXCHANGE_RSP. Without a context of this end the session is established with it.
    mutating func pskSessionOpened(_ verifyData: [UInt8]) -> Effect {
        guard let work, let negotiated, case .openingPSKSession(let step) = work.step else { return .none }
        self.work = nil
        var (response, handshake) = (step.response, step.handshake)
        response.verifyData = verifyData[...]
        handshake.transcript.append(.exchangeVerifyData, verifyData.span)
        open(handshake)
        let bytes = response.encoded(version: negotiated.version)
        guard response.context.isEmpty else { return answer(bytes, to: work.incoming) }
        establish(handshake, at: work.incoming.time)
        let th2 = Array(handshake.transcript.input(.th2))
        return answer(bytes, to: work.incoming, keys: .establish(handshake.session, th2: th2))
    }

    /// PSK_FINISH: verify data are checked first.
    mutating func pskFinish(
        _ request: PSKFinish, _ incoming: Incoming, _ negotiated: Negotiated, _ handshake: Handshake
    ) throws(Refusal) -> Effect {
        guard case .psk = handshake.kind else { throw .unexpected }
        var transcript = handshake.transcript
        transcript.appendFinish(incoming.bytes.span, signatureSize: 0, verifyDataSize: request.verifyData.count)
        let response = PSKFinishResponse().encoded(version: negotiated.version)
        transcript.append(.finishResponse, response.span)
        let proof = FinishProof(
            session: handshake.session, transcript: transcript, signer: .none, signature: [],
            verifyData: request.verifyData, wantsVerifyData: false, time: incoming.time)
        return begin(.verifyingFinish(transcript), for: incoming, by: .verifyFinish(proof))
    }
}
