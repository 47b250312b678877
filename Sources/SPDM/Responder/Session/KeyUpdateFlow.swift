extension Responder {
    /// KEY_UPDATE: one direction or both change at once, and the requester then shows that it has the new key.
    mutating func keyUpdate(
        _ request: KeyUpdate, _ incoming: Incoming, _ negotiated: Negotiated, _ session: Session
    ) throws(Refusal) -> Effect {
        guard negotiated.common.contains(.keyUpdate) else { throw .unsupported(.keyUpdate) }
        let (next, keys) = try keyChange(request.operation, session)
        change(session.id) { $0.keyUpdate = next }
        return answer(request.encodedAck(version: negotiated.version), to: incoming, keys: keys)
    }

    private func keyChange(
        _ operation: KeyUpdate.Operation, _ session: Session
    ) throws(Refusal) -> (KeyUpdateByRequester, Response.KeyChange) {
        switch (operation, session.keyUpdate) {
        case (.updateKey, .none): (.unverified, .nextRequestKey(session.id))
        case (.updateAllKeys, .none): (.unverified, .nextKeys(session.id))
        case (.verifyNewKey, .unverified): (.none, .none)
        default: throw .invalid
        }
    }
}

// MARK: - By the responder

extension Responder {
    /// The responder's key is to be replaced.
    mutating func wantKeyUpdate(in session: SessionID) {
        guard let negotiated, negotiated.common.isSuperset(of: [.keyUpdate, .encapsulated]) else { return }
        change(session) { if $0.ownKeyUpdate == .none { $0.ownKeyUpdate = .wanted } }
    }

    /// GET_ENCAPSULATED_REQUEST in a session: UpdateKey, if the key is to be replaced.
    mutating func askKeyUpdate(
        _ incoming: Incoming, _ negotiated: Negotiated, _ session: Session
    ) throws(Refusal) -> Effect {
        guard negotiated.common.contains(.encapsulated) else { throw .unsupported(.getEncapsulatedRequest) }
        guard session.ownKeyUpdate == .wanted else { throw nothingPending(negotiated) }
        change(session.id) { $0.ownKeyUpdate = .updating(tag: Self.updateID) }
        let request = EncapsulatedRequest(
            requestID: Self.updateID,
            request: KeyUpdate(.updateKey, tag: Self.updateID).encoded(version: negotiated.version))
        return answer(request.encoded(version: negotiated.version), to: incoming)
    }

    /// DELIVER_ENCAPSULATED_RESPONSE in a session: KEY_UPDATE_ACK.
    mutating func keyUpdateAnswered(
        _ delivery: DeliverEncapsulatedResponse, _ incoming: Incoming, _ negotiated: Negotiated, _ session: Session
    ) throws(Refusal) -> Effect {
        guard negotiated.common.contains(.encapsulated) else { throw .unsupported(.deliverEncapsulatedResponse) }
        switch session.ownKeyUpdate {
        case .none, .wanted: throw .unexpected
        case .updating(let tag):
            return try keyUpdateAnswered(delivery, KeyUpdate(.updateKey, tag: tag), incoming, negotiated, session)
        case .verifying(let tag):
            return try keyUpdateAnswered(delivery, KeyUpdate(.verifyNewKey, tag: tag), incoming, negotiated, session)
        }
    }

    private mutating func keyUpdateAnswered(
        _ delivery: DeliverEncapsulatedResponse, _ asked: KeyUpdate, _ incoming: Incoming,
        _ negotiated: Negotiated, _ session: Session
    ) throws(Refusal) -> Effect {
        guard delivery.requestID == asked.tag else { throw .invalid }
        let answer = try encapsulated(delivery, .keyUpdate(asked), incoming, negotiated)
        guard answer.response == .keyUpdate(asked) else {
            // Before the change nothing has happened; after it the two ends may have different keys.
            if asked.operation == .verifyNewKey { endSession(session.id) }
            change(session.id) { $0.ownKeyUpdate = .none }
            return refuse(Refusal(.invalidResponseCode), incoming)
        }
        return keyUpdateAccepted(asked, incoming, negotiated, session)
    }

    private mutating func keyUpdateAccepted(
        _ asked: KeyUpdate, _ incoming: Incoming, _ negotiated: Negotiated, _ session: Session
    ) -> Effect {
        guard asked.operation == .updateKey else {
            change(session.id) { $0.ownKeyUpdate = .none }
            let ack = EncapsulatedResponseAck(requestID: 0, acknowledgedID: asked.tag, payload: .none)
            return answer(ack.encoded(version: negotiated.version), to: incoming)
        }
        change(session.id) { $0.ownKeyUpdate = .verifying(tag: Self.verifyID) }
        let request = KeyUpdate(.verifyNewKey, tag: Self.verifyID)
        let ack = EncapsulatedResponseAck(
            requestID: Self.verifyID, acknowledgedID: asked.tag,
            payload: .request(request.encoded(version: negotiated.version)))
        return answer(ack.encoded(version: negotiated.version), to: incoming, keys: .nextResponseKey(session.id))
    }

    /// Numbers of the two encapsulated requests, and their tags.
    private static let updateID: UInt8 = 1
    private static let verifyID: UInt8 = 2
}
