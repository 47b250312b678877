extension Responder {
    /// Where a request stands: which of them are in place depends on it.
    private enum Place {
        /// Outside sessions.
        case clear
        /// In the handshake that is half open, be it in its records or, if it is in the clear, in none.
        case handshake(Handshake)
        /// In an established session.
        case session(Session)
    }

    private func place(_ incoming: Incoming, _ negotiated: Negotiated, isOfHandshake: Bool) -> Place {
        if let session = incoming.session {
            if let place = negotiated.place(of: session) { return .session(negotiated.sessions[place]) }
            if let handshake = negotiated.handshake { return .handshake(handshake) }
        } else if isOfHandshake, let handshake = negotiated.handshake, handshake.isInTheClear {
            return .handshake(handshake)
        }
        return .clear
    }

    /// Answers a decoded request on a negotiated connection.
    mutating func dispatch(_ request: SPDMRequest, _ incoming: Incoming) throws(Refusal) -> Effect {
        guard let negotiated else { throw .unexpected }
        let place = place(incoming, negotiated, isOfHandshake: request.isOfHandshake)
        switch place {
        case .clear: return try dispatchInTheClear(request, incoming, negotiated)
        case .handshake(let handshake):
            return try dispatch(request, incoming, negotiated, in: handshake)
        case .session(let session): return try dispatch(request, incoming, negotiated, in: session)
        }
    }

    private mutating func dispatchInTheClear(
        _ request: SPDMRequest, _ incoming: Incoming, _ negotiated: Negotiated
    ) throws(Refusal) -> Effect {
        switch request {
        case .getDigests: return try digests(incoming, negotiated)
        case .getCertificate(let request): return try certificate(request, incoming, negotiated)
        case .challenge(let request): return try challenge(request, incoming, negotiated)
        case .getMeasurements(let request): return try measurements(request, incoming, negotiated)
        case .keyExchange(let request): return try keyExchange(request, incoming, negotiated)
        case .pskExchange(let request): return try pskExchange(request, incoming, negotiated)
        case .chunkSend(let chunk):
            return try chunkSend(chunk, incoming, chunksAllowed(negotiated.requester.flags))
        case .chunkGet(let request): return try chunkGet(request, incoming)
        case .respondIfReady(let request): return try respondIfReady(request, incoming)
        case .getEncapsulatedRequest, .deliverEncapsulatedResponse:
            guard negotiated.common.contains(.encapsulated) else { throw .unsupported(request.code) }
            throw nothingPending(negotiated)
        case .heartbeat, .keyUpdate, .endSession, .finish, .pskFinish:
            throw Refusal(negotiated.version >= .v1_2 ? .sessionRequired : .unspecified)
        case .getVersion, .getCapabilities, .negotiateAlgorithms: throw .unexpected
        }
    }

    private mutating func dispatch(
        _ request: SPDMRequest, _ incoming: Incoming, _ negotiated: Negotiated, in handshake: Handshake
    ) throws(Refusal) -> Effect {
        switch request {
        case .finish(let request): return try finish(request, incoming, negotiated, handshake)
        case .pskFinish(let request): return try pskFinish(request, incoming, negotiated, handshake)
        case .getEncapsulatedRequest: return try askRequester(incoming, negotiated, handshake)
        case .deliverEncapsulatedResponse(let request):
            return try requesterAnswered(request, incoming, negotiated, handshake)
        case .chunkSend(let chunk):
            return try chunkSend(chunk, incoming, chunksAllowed(negotiated.requester.flags))
        case .chunkGet(let request): return try chunkGet(request, incoming)
        case .respondIfReady(let request): return try respondIfReady(request, incoming)
        case .getVersion, .getCapabilities, .negotiateAlgorithms, .getDigests, .getCertificate, .challenge,
            .getMeasurements, .keyExchange, .pskExchange, .heartbeat, .keyUpdate, .endSession:
            throw .unexpected
        }
    }

    private mutating func dispatch(
        _ request: SPDMRequest, _ incoming: Incoming, _ negotiated: Negotiated, in session: Session
    ) throws(Refusal) -> Effect {
        switch request {
        case .getDigests: return try digests(incoming, negotiated)
        case .getCertificate(let request): return try certificate(request, incoming, negotiated)
        case .getMeasurements(let request): return try measurements(request, incoming, negotiated)
        case .heartbeat: return try heartbeat(incoming, negotiated, session)
        case .keyUpdate(let request): return try keyUpdate(request, incoming, negotiated, session)
        case .getEncapsulatedRequest: return try askKeyUpdate(incoming, negotiated, session)
        case .deliverEncapsulatedResponse(let request):
            return try keyUpdateAnswered(request, incoming, negotiated, session)
        case .endSession: return endSession(incoming, session)
        case .chunkSend(let chunk):
            return try chunkSend(chunk, incoming, chunksAllowed(negotiated.requester.flags))
        case .chunkGet(let request): return try chunkGet(request, incoming)
        case .respondIfReady(let request): return try respondIfReady(request, incoming)
        case .getVersion, .getCapabilities, .negotiateAlgorithms, .challenge, .keyExchange, .finish, .pskExchange,
            .pskFinish:
            throw .unexpected
        }
    }

    /// There is no encapsulated request.
    func nothingPending(_ negotiated: Negotiated) -> Refusal {
        Refusal(negotiated.version >= .v1_3 ? .noPendingRequests : .unexpectedRequest)
    }
}

extension SPDMRequest {
    /// Whether it belongs to a handshake that passes in the clear.
    fileprivate var isOfHandshake: Bool {
        switch self {
        case .finish, .getEncapsulatedRequest, .deliverEncapsulatedResponse: true
        case .getVersion, .getCapabilities, .negotiateAlgorithms, .getDigests, .getCertificate, .challenge,
            .getMeasurements, .keyExchange, .pskExchange, .pskFinish, .heartbeat, .keyUpdate, .endSession, .chunkSend,
            .chunkGet, .respondIfReady:
            false
        }
    }
}
