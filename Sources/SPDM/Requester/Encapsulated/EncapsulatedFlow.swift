internal import WireBytes

/// What the responder may ask for when it may ask: this end answers as if the roles were exchanged (DSP0274, 10.22).
public struct EncapsulatedFlow: Hashable, Sendable {
    /// When that is.
    public enum Occasion: Hashable, Sendable {
        /// In a handshake: who is this end?
        case handshake(SessionHandshake, OwnIdentity)
        /// In an established session: new keys for the responder.
        case session(RequesterConnection, SessionID)
    }

    /// When the responder asks.
    public internal(set) var occasion: Occasion
    /// How many requests it made.
    public internal(set) var count = 0
    /// Whether it has a new key that VerifyNewKey has not confirmed yet.
    public internal(set) var isUpdating = false

    /// A chain of 64 KiB in portions of 16 bytes: who asks more is not in earnest.
    static let limit = 4096

    init(_ occasion: Occasion) { self.occasion = occasion }

    var connection: RequesterConnection {
        switch occasion {
        case .handshake(let handshake, _): handshake.connection
        case .session(let connection, _): connection
        }
    }

    var ground: RequesterGround {
        switch occasion {
        case .handshake(let handshake, _): .handshake(handshake)
        case .session(let connection, _): .connection(connection)
        }
    }

    /// In whose records the flow passes.
    var carrier: SessionID? {
        switch occasion {
        case .handshake(let handshake, _): handshake.carrier
        case .session(_, let session): session
        }
    }

    /// The flow failed; with it a handshake, or a session whose keys are in doubt.
    func fail(_ request: MessageCode, _ reason: RequesterFailure.Reason) -> RequesterMachine.Transition {
        switch occasion {
        case .handshake(let handshake, _): handshake.fail(request, reason)
        case .session(let connection, let session):
            connection.fail(request, reason, in: session, losingSession: isUpdating)
        }
    }

    mutating func exchange(_ request: [UInt8], isAcrossUpdate: Bool = false) -> RequesterMachine.Effect {
        switch occasion {
        case .handshake(var handshake, let identity):
            let effect = handshake.exchange(request)
            occasion = .handshake(handshake, identity)
            return effect
        case .session(var connection, let session):
            let effect = connection.exchange(request, in: session, isAcrossUpdate: isAcrossUpdate)
            occasion = .session(connection, session)
            return effect
        }
    }

    /// The responder has nothing more to ask.
    func finish() -> RequesterMachine.Transition {
        switch occasion {
        case .handshake(let handshake, let identity): SigningFinish.begin(handshake, identity)
        case .session(let connection, let session):
            isUpdating
                ? fail(.deliverEncapsulatedResponse, .mismatch("KeyOperation", expected: "VerifyNewKey", seen: 0))
                : connection.finish(.encapsulatedRequestsAnswered(session, count))
        }
    }
}

// MARK: - Answers

extension EncapsulatedFlow {
    /// Answers an encapsulated request, behind which padding may stand in the clear.
    func answer(_ request: [UInt8], id: UInt8) -> RequesterMachine.Transition {
        guard count < Self.limit else {
            return fail(.deliverEncapsulatedResponse, .mismatch("RequestID", expected: "an end", seen: id))
        }
        let answer: Response
        do throws(WireError) {
            let read = try SPDMRequest.decode(request.span, sizes: connection.sizes.encapsulated)
            let header = try MessageHeader.decode(request.span)
            answer = header.version == connection.version ? respond(to: read.request) : .error(.versionMismatch)
        } catch {
            // What cannot be read is refused in the flow, which goes on or ends as the responder likes.
            answer = .error(.invalidRequest)
        }
        var flow = self
        flow.count += 1
        return flow.deliver(answer, id: id)
    }

    /// What this end says to an encapsulated request.
    private enum Response {
        case message([UInt8])
        /// KEY_UPDATE_ACK, with what comes next under the responder's next key.
        case keyUpdate(KeyUpdate)
        /// KEY_UPDATE_ACK to VerifyNewKey.
        case keyVerification(KeyUpdate)
        case error(ErrorMessage.Code)
    }

    private func deliver(_ answer: Response, id: UInt8) -> RequesterMachine.Transition {
        let version = connection.version
        var flow = self
        let response: [UInt8]
        var isAcrossUpdate = false
        switch answer {
        case .message(let message): response = message
        case .keyUpdate(let update):
            response = update.encodedAck(version: version)
            flow.isUpdating = true
            isAcrossUpdate = true
        case .keyVerification(let update):
            response = update.encodedAck(version: version)
            flow.isUpdating = false
        case .error(let code): response = ErrorMessage(version: version, code: code).encoded()
        }
        let delivery = DeliverEncapsulatedResponse(requestID: id, response: response)
        let effect = flow.exchange(delivery.encoded(version: version), isAcrossUpdate: isAcrossUpdate)
        return RequesterMachine.Transition(
            .awaitingEncapsulatedAck(AwaitingEncapsulatedAck(flow: flow, requestID: id, delivery: delivery)), effect)
    }

    private func respond(to request: SPDMRequest) -> Response {
        switch (occasion, request) {
        case (.handshake(_, let identity), .getDigests): .message(digests(identity))
        case (.handshake(_, let identity), .getCertificate(let request)): certificate(identity, request)
        case (.session, .keyUpdate(let update)): respond(to: update)
        default: .error(.unexpectedRequest)
        }
    }

    func digests(_ identity: OwnIdentity) -> [UInt8] {
        Digests(supportedSlots: 1, provisionedSlots: 1, digests: identity.digest[...])
            .encoded(version: connection.version)
    }

    private func certificate(_ identity: OwnIdentity, _ request: GetCertificate) -> Response {
        let start = Int(request.offset)
        guard request.slot == 0, start < identity.chain.count else { return .error(.invalidRequest) }
        let responder = connection.negotiated.responder
        let room = connection.version >= .v1_2 ? Int(responder.dataTransferSize) - 12 : Int(UInt16.max)
        let end = min(identity.chain.count, start + min(Int(request.length), room))
        let message = CertificateMessage(
            slot: 0, remainder: UInt16(clamping: identity.chain.count - end),
            portion: Array(identity.chain[start..<end]))
        return .message(message.encoded(version: connection.version))
    }

    /// The responder can replace its own key only, and must confirm it before it does so again.
    private func respond(to update: KeyUpdate) -> Response {
        guard connection.negotiated.common.contains(.keyUpdate) else { return .error(.unsupportedRequest) }
        return switch update.operation {
        case .updateKey where !isUpdating: .keyUpdate(update)
        case .verifyNewKey where isUpdating: .keyVerification(update)
        default: .error(.invalidRequest)
        }
    }
}
