internal import WireBytes

extension Responder {
    /// GET_ENCAPSULATED_REQUEST in a handshake: GET_DIGESTS, if the requester is to authenticate itself so.
    mutating func askRequester(
        _ incoming: Incoming, _ negotiated: Negotiated, _ handshake: Handshake
    ) throws(Refusal) -> Effect {
        guard negotiated.common.contains(.encapsulated) else { throw .unsupported(.getEncapsulatedRequest) }
        guard case .keyExchange(.waiting) = handshake.kind else { throw nothingPending(negotiated) }
        let asked = Asked(requestID: 1)
        self.negotiated?.handshake?.kind = .keyExchange(.digests(asked))
        let request = EncapsulatedRequest(
            requestID: asked.requestID, request: GetDigests().encoded(version: negotiated.version))
        return answer(request.encoded(version: negotiated.version), to: incoming)
    }

    /// DELIVER_ENCAPSULATED_RESPONSE in a handshake.
    mutating func requesterAnswered(
        _ delivery: DeliverEncapsulatedResponse, _ incoming: Incoming, _ negotiated: Negotiated,
        _ handshake: Handshake
    ) throws(Refusal) -> Effect {
        guard negotiated.common.contains(.encapsulated) else { throw .unsupported(.deliverEncapsulatedResponse) }
        guard case .keyExchange(let authentication) = handshake.kind else { throw .unexpected }
        switch authentication {
        case .notWanted, .provisioned, .waiting, .verified: throw .unexpected
        case .digests(let asked):
            guard delivery.requestID == asked.requestID else { throw .invalid }
            return try digestsAnswered(delivery, incoming, negotiated)
        case .certificate(let collecting):
            guard delivery.requestID == collecting.requestID else { throw .invalid }
            return try certificateAnswered(delivery, incoming, negotiated, collecting)
        }
    }

    /// DIGESTS of the requester: the chain in the wanted slot is asked for.
    private mutating func digestsAnswered(
        _ delivery: DeliverEncapsulatedResponse, _ incoming: Incoming, _ negotiated: Negotiated
    ) throws(Refusal) -> Effect {
        let answer = try encapsulated(delivery, .getDigests(GetDigests()), incoming, negotiated)
        guard case .digests(let digests) = answer.response,
            let digest = digests.digest(ofSlot: profile.mutualAuthentication.slot)
        else { return giveUp(answer.response, delivery, incoming, negotiated) }
        if negotiated.requesterHasSeveralKeys {
            let bytes = delivery.response.prefix(answer.length)
            self.negotiated?.handshake?.transcript.append(.requesterDigests, bytes.span)
        }
        return askCertificate(
            CollectingCertificate(
                requestID: delivery.requestID &+ 1, digest: Array(digest), request: certificateRequest(at: 0)),
            delivery, incoming, negotiated)
    }

    /// CERTIFICATE of the requester: the next portion is asked for, or the whole is judged.
    private mutating func certificateAnswered(
        _ delivery: DeliverEncapsulatedResponse, _ incoming: Incoming, _ negotiated: Negotiated,
        _ collecting: CollectingCertificate
    ) throws(Refusal) -> Effect {
        let answer = try encapsulated(delivery, .getCertificate(collecting.request), incoming, negotiated)
        guard case .certificate(let certificate) = answer.response else {
            return giveUp(answer.response, delivery, incoming, negotiated)
        }
        let remainder = Int(certificate.remainder)
        var next = collecting
        next.chain += certificate.portion
        let size = collecting.size ?? next.chain.count + remainder
        guard certificate.slot == collecting.request.slot, !certificate.portion.isEmpty,
            certificate.portion.count <= Int(collecting.request.length), next.chain.count + remainder == size,
            size <= Int(UInt16.max)
        else { return giveUp(answer.response, delivery, incoming, negotiated) }
        next.size = size
        guard remainder == 0 else {
            next.requestID = delivery.requestID &+ 1
            next.request = certificateRequest(at: next.chain.count)
            return askCertificate(next, delivery, incoming, negotiated)
        }
        guard let session = handshakeSession else { throw .unexpected }
        let evidence = RequesterEvidence(session: session, chain: next.chain, time: incoming.time)
        return begin(.verifyingRequester(next), for: incoming, by: .verifyRequester(evidence))
    }

    /// The requester's chain is trusted: the flow is over.
    mutating func requesterVerified(_ digest: [UInt8]) -> Effect {
        guard let work, let negotiated, case .verifyingRequester(let collecting) = work.step else { return .none }
        guard digest == collecting.digest else { return failed(.refused) }
        self.work = nil
        self.negotiated?.handshake?.kind = .keyExchange(.verified(digest))
        let slot = profile.mutualAuthentication.slot
        let ack = EncapsulatedResponseAck(
            requestID: 0, acknowledgedID: collecting.requestID, payload: slot == 0 ? .none : .slot(slot))
        return answer(ack.encoded(version: negotiated.version), to: work.incoming)
    }

    private mutating func askCertificate(
        _ collecting: CollectingCertificate, _ delivery: DeliverEncapsulatedResponse, _ incoming: Incoming,
        _ negotiated: Negotiated
    ) -> Effect {
        self.negotiated?.handshake?.kind = .keyExchange(.certificate(collecting))
        let ack = EncapsulatedResponseAck(
            requestID: collecting.requestID, acknowledgedID: delivery.requestID,
            payload: .request(collecting.request.encoded(version: negotiated.version)))
        return answer(ack.encoded(version: negotiated.version), to: incoming)
    }

    /// Asks for as much as fits into one DELIVER_ENCAPSULATED_RESPONSE.
    private func certificateRequest(at offset: Int) -> GetCertificate {
        let room = Int(profile.capabilities.dataTransferSize) - Self.deliveryHeaderSize - Self.certificateHeaderSize
        return GetCertificate(
            slot: profile.mutualAuthentication.slot, offset: UInt16(clamping: offset),
            length: UInt16(clamping: max(1, room)))
    }

    /// Bytes in front of an encapsulated response.
    private static let deliveryHeaderSize = 4

    /// Reads an encapsulated response. Padding may follow it in the clear only.
    func encapsulated(
        _ delivery: DeliverEncapsulatedResponse, _ request: SPDMRequest, _ incoming: Incoming,
        _ negotiated: Negotiated
    ) throws(Refusal) -> (response: SPDMResponse, length: Int) {
        guard delivery.response.first == negotiated.version.rawValue else { throw .invalid }
        var sizes = negotiated.sizes.encapsulated
        sizes.multiKey = negotiated.requesterHasSeveralKeys
        let decoded: (response: SPDMResponse, length: Int)
        do throws(WireError) {
            decoded = try SPDMResponse.decode(delivery.response.span, answering: request, sizes: sizes)
        } catch {
            throw error.code == .unexpectedType ? Refusal(.invalidResponseCode) : .invalid
        }
        guard incoming.session == nil || decoded.length == delivery.response.count else { throw .invalid }
        return decoded
    }

    /// The requester does not tell who it is. The flow ends, and so does the handshake, unless it only was not ready.
    private mutating func giveUp(
        _ response: SPDMResponse, _ delivery: DeliverEncapsulatedResponse, _ incoming: Incoming,
        _ negotiated: Negotiated
    ) -> Effect {
        if case .error(let error) = response, error.code == .responseNotReady {
            self.negotiated?.handshake?.kind = .keyExchange(.waiting)
            let ack = EncapsulatedResponseAck(requestID: 0, acknowledgedID: delivery.requestID, payload: .none)
            return answer(ack.encoded(version: negotiated.version), to: incoming)
        }
        self.negotiated?.handshake = nil
        return refuse(Refusal(.invalidResponseCode), incoming)
    }
}

extension Responder.Negotiated {
    /// Whether the requester's own DIGESTS tell of several keys (1.3).
    var requesterHasSeveralKeys: Bool {
        version >= .v1_3 && algorithms.otherParameters.contains(.multiKey)
    }
}
