extension Responder {
    /// KEY_EXCHANGE, judged.
    public struct ExchangeRequest: Hashable, Sendable {
        /// The request.
        public let request: KeyExchange
        let opaque: [UInt8]
        let mutual: KeyExchangeResponse.MutualAuthentication
    }

    /// The response, as far as it is without signature and verify data.
    public struct OpeningSession: Hashable, Sendable {
        /// The response.
        var response: KeyExchangeResponse
        /// The handshake as it will be.
        var handshake: Handshake
    }

    /// KEY_EXCHANGE: random data, an exchange key and a summary are needed first.
    mutating func keyExchange(
        _ request: KeyExchange, _ incoming: Incoming, _ negotiated: Negotiated
    ) throws(Refusal) -> Effect {
        guard negotiated.common.contains(.keyExchange) else { throw .unsupported(.keyExchange) }
        try requireKey(request.slot, negotiated)
        try requireRoomForSession(request.policy, request.summary, negotiated)
        let step = ExchangeRequest(
            request: request, opaque: try opaqueResponse(to: request.opaque, negotiated.version),
            mutual: try mutualAuthentication(negotiated))
        return begin(.beginningExchange(step), for: incoming, by: .beginExchange(request.summary))
    }

    /// KEY_EXCHANGE_RSP to its opaque data; the rest comes with the keys.
    mutating func exchangeBegun(_ begun: ExchangeBegun) -> Effect {
        guard let work, let negotiated, case .beginningExchange(let step) = work.step else { return .none }
        self.work = nil
        let request = step.request
        guard begun.summary.count == request.summary.size(negotiated.sizes),
            begun.exchange.count == negotiated.sizes.exchange
        else { return refuse(Refusal(.unspecified), work.incoming) }
        let session = freeSession(request.requesterSessionID, begun.sessionHalf)
        let response = KeyExchangeResponse(
            heartbeatPeriod: negotiated.common.contains(.heartbeat) ? profile.heartbeatPeriod : 0,
            responderSessionID: UInt16(session.rawValue >> 16), mutualAuthentication: step.mutual,
            requesterSlot: step.mutual == .provisioned ? profile.mutualAuthentication.slot : 0, random: begun.random,
            exchange: begun.exchange[...], measurementSummary: begun.summary[...], opaque: step.opaque[...],
            signature: [], verifyData: [])
        let transcript = exchangeTranscript(work.incoming, request, response, negotiated)
        let opening = SessionOpening(
            session: session, isEncrypted: negotiated.common.contains(.encrypt), slot: request.slot,
            peerExchange: Array(request.exchange), transcript: transcript,
            wantsVerifyData: !negotiated.sizes.handshakeInTheClear)
        let handshake = Handshake(
            session: session, isInTheClear: negotiated.sizes.handshakeInTheClear, policy: request.policy,
            kind: .keyExchange(RequesterAuthentication(step.mutual)), transcript: transcript)
        return begin(
            .openingSession(OpeningSession(response: response, handshake: handshake)), for: work.incoming,
            by: .openSession(opening))
    }

    private func exchangeTranscript(
        _ incoming: Incoming, _ request: KeyExchange, _ response: KeyExchangeResponse, _ negotiated: Negotiated
    ) -> SessionTranscript {
        var transcript = SessionTranscript(connection: negotiated.transcript.vca)
        if negotiated.sizes.multiKey { transcript.append(.responderDigests, negotiated.lastDigests.span) }
        let digest = negotiated.identities.digest(request.slot) ?? []
        transcript.append(.responderChainHash, digest.span)
        transcript.append(.exchangeRequest, incoming.bytes.span)
        let body = response.encoded(version: negotiated.version)
        transcript.append(.exchangeResponse, body.span)
        return transcript
    }

    /// KEY_EXCHANGE_RSP.
    mutating func sessionOpened(_ signature: [UInt8], _ verifyData: [UInt8]) -> Effect {
        guard let work, let negotiated, case .openingSession(let step) = work.step else { return .none }
        self.work = nil
        var (response, handshake) = (step.response, step.handshake)
        response.signature = signature[...]
        response.verifyData = verifyData[...]
        handshake.transcript.append(.exchangeSignature, signature.span)
        handshake.transcript.append(.exchangeVerifyData, verifyData.span)
        open(handshake)
        return answer(response.encoded(version: negotiated.version), to: work.incoming)
    }

    /// Which way the requester is to authenticate itself: by a key if it is known by one, else by certificates.
    private func mutualAuthentication(
        _ negotiated: Negotiated
    ) throws(Refusal) -> KeyExchangeResponse.MutualAuthentication {
        let demand = profile.mutualAuthentication
        guard demand.mode != .none else { return .none }
        var needed: CapabilityFlags = .mutualAuthentication
        if demand.mode != .provisioned { needed.insert(.encapsulated) }
        let shown: CapabilityFlags = demand.slot == KeyExchangeResponse.provisionedKeySlot ? .publicKeyID : .certificate
        let hasKey = demand.mode != .provisioned || negotiated.identities.requesterDigest != nil
        if negotiated.common.isSuperset(of: needed), negotiated.requester.flags.contains(shown), hasKey,
            negotiated.sizes.requesterSignature > 0
        {
            return demand.mode
        }
        guard !demand.isRequired else {
            throw Refusal(negotiated.version >= .v1_3 ? .invalidPolicy : .unspecified)
        }
        return .none
    }
}
