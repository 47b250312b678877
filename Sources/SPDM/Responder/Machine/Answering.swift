extension Responder {
    /// Sends a response: in the acknowledgement of the last chunk if the request came in chunks, and piece by piece if
    /// it is larger than what the requester takes at once.
    mutating func answer(_ message: [UInt8], to incoming: Incoming, keys: Response.KeyChange = .none) -> Effect {
        let bytes = acknowledged(message, incoming)
        guard let limit = responseLimit(in: incoming.session), bytes.count > limit else {
            return .respond(Response(bytes: bytes, session: incoming.session, keys: keys))
        }
        let announcement = announce(message, incoming.session)
        return .respond(
            Response(bytes: acknowledged(announcement, incoming), session: incoming.session, keys: keys))
    }

    private func acknowledged(_ message: [UInt8], _ incoming: Incoming) -> [UInt8] {
        guard let number = incoming.acknowledging else { return message }
        return ChunkSendAck(handle: number.handle, sequence: number.sequence, response: message)
            .encoded(version: version)
    }

    /// Keeps a large response for CHUNK_GET; the ERROR that says so, or that it cannot be had.
    private mutating func announce(_ message: [UInt8], _ session: SessionID?) -> [UInt8] {
        guard message.count <= largestResponse else {
            return ErrorMessage(version: version, responseTooLarge: UInt32(clamping: message.count)).encoded()
        }
        lastHandle &+= 1
        transfers[session] = .outgoing(Outgoing(handle: lastHandle, message: message))
        return ErrorMessage(version: version, largeResponse: lastHandle).encoded()
    }

    /// The largest response that the requester takes in chunks; 0 when it takes none.
    private var largestResponse: Int {
        let requester: EndpointCapabilities
        switch connection {
        case .closed, .lost, .versioned: return 0
        case .capable(let capable): requester = capable.requester
        case .negotiated(let negotiated): requester = negotiated.requester
        }
        return chunksAllowed(requester.flags) ? Int(requester.maximumMessageSize) : 0
    }

    /// Work did not succeed.
    mutating func failed(_ failure: Failure) -> Effect {
        guard let work else { return .none }
        self.work = nil
        switch work.step {
        case .verifyingFinish:
            // What could not prove itself gets no second try at the same handshake.
            negotiated?.handshake = nil
            return refuse(Refusal(failure == .refused ? .decryptError : .unspecified), work.incoming)
        case .verifyingRequester:
            negotiated?.handshake = nil
            return refuse(Refusal(.unspecified), work.incoming)
        case .drawingChallenge, .signingChallenge: negotiated?.transcript.resetAuthentication()
        case .loadingIdentities, .measuring, .signingMeasurements, .beginningExchange, .openingSession, .beginningPSK,
            .openingPSKSession, .awaitingDevice:
            break
        }
        switch failure {
        case .unavailable: return refuse(Refusal(.unspecified), work.incoming)
        case .unknownKey, .refused: return refuse(.invalid, work.incoming)
        }
    }
}
