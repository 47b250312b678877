/// A connection: what was agreed on, what passed, whose keys are known, which sessions live.
public struct RequesterConnection: Hashable, Sendable {
    /// What this end offered.
    public let offer: RequesterOffer
    /// What both agreed on.
    public let negotiated: NegotiatedConnection
    /// What passed outside sessions.
    var transcript: ConnectionTranscript
    /// The last DIGESTS.
    var digests: [UInt8] = []
    /// By slot, the hash of the chain or provisioned key that somebody vouched for.
    public internal(set) var keyHashes: [UInt8: [UInt8]] = [:]
    /// The established sessions.
    public internal(set) var sessions: [RequesterSession] = []
    private var largeRequests: UInt8 = 0

    init(offer: RequesterOffer, negotiated: NegotiatedConnection, transcript: ConnectionTranscript) {
        self.offer = offer
        self.negotiated = negotiated
        self.transcript = transcript
    }

    var version: SPDMVersion { negotiated.version }
    var sizes: NegotiatedSizes { negotiated.sizes }

    /// Which slot of its own this end signs with in FINISH: the one that it has, or FFh for a key that responders know.
    var ownSlot: UInt8 { negotiated.requester.flags.contains(.publicKeyID) ? 0xFF : 0 }

    /// The session of this number.
    public func session(_ id: SessionID) -> RequesterSession? { sessions.first { $0.id == id } }

    /// Connection and sessions go on without this one.
    func without(_ id: SessionID) -> RequesterConnection {
        var connection = self
        connection.sessions.removeAll { $0.id == id }
        return connection
    }
}

// MARK: - Requests and transcripts

extension RequesterConnection {
    /// Sends a request; what it resets in transcripts is reset (DSP0274, 10.8.1, 10.11.2).
    mutating func exchange(
        _ request: [UInt8], in session: SessionID? = nil, isAcrossUpdate: Bool = false
    ) -> RequesterMachine.Effect {
        let code = MessageCode(rawValue: request[1])
        if code != .getMeasurements { resetMeasurements(in: session) }
        if session == nil, !Self.authenticating.contains(code) { transcript.resetAuthentication() }
        largeRequests &+= 1
        let terms = ExchangeTerms(
            version, requester: negotiated.requester, responder: negotiated.responder, handle: largeRequests,
            patience: offer.patience)
        return .exchange(
            RequesterMachine.Exchange(
                request: request, session: session, isAcrossUpdate: isAcrossUpdate, terms: terms))
    }

    /// The requests that M1 collects. GET_DIGESTS begins it anew, and any other request shows that CHALLENGE will not
    /// come.
    private static let authenticating: Set<MessageCode> = [.getCertificate, .challenge]

    /// Appends to M1, outside sessions.
    mutating func appendAuthentication(_ request: [UInt8], _ response: Span<UInt8>) {
        transcript.appendAuthentication(request.span)
        transcript.appendAuthentication(response)
    }

    /// Appends to L1 of a session, or of the connection.
    mutating func appendMeasurements(_ request: [UInt8], _ response: Span<UInt8>, in session: SessionID?) {
        guard let place = place(of: session) else {
            transcript.appendMeasurements(request.span)
            transcript.appendMeasurements(response)
            return
        }
        sessions[place].measurements.appendMeasurements(request.span)
        sessions[place].measurements.appendMeasurements(response)
    }

    /// Begins L1 of a session, or of the connection, anew.
    mutating func resetMeasurements(in session: SessionID?) {
        guard let place = place(of: session) else {
            if session == nil { transcript.resetMeasurements() }
            return
        }
        sessions[place].measurements.resetMeasurements()
    }

    /// L1 of a session, or of the connection.
    func l1(in session: SessionID?) -> [UInt8] {
        place(of: session).map { sessions[$0].measurements.l1(version) } ?? transcript.l1(version)
    }

    private func place(of session: SessionID?) -> Int? {
        session.flatMap { id in sessions.firstIndex { $0.id == id } }
    }
}

// MARK: - Failure

extension RequesterConnection {
    /// The operation came to nothing; what its reason takes along is gone.
    func fail(
        _ request: MessageCode, _ reason: RequesterFailure.Reason, in session: SessionID? = nil,
        losingSession: Bool = false
    ) -> RequesterMachine.Transition {
        if reason.isConnectionLost {
            return RequesterMachine.Transition(
                .disconnected(Disconnected(offer: offer)), .fail(RequesterFailure(request, reason, loss: .connection)))
        }
        guard let session, losingSession || reason.isSessionLost else {
            return RequesterMachine.Transition(
                .connected(Connected(connection: self)), .fail(RequesterFailure(request, reason)))
        }
        return RequesterMachine.Transition(
            .connected(Connected(connection: without(session))),
            .fail(RequesterFailure(request, reason, loss: .session(session))))
    }

    func finish(_ outcome: RequesterOutcome) -> RequesterMachine.Transition {
        RequesterMachine.Transition(.connected(Connected(connection: self)), .finish(outcome))
    }

    func refuse(_ request: MessageCode, _ obstacle: RequesterFailure.Obstacle) -> RequesterMachine.Transition {
        refuse(request, .notPossible(obstacle))
    }

    func refuse(_ request: MessageCode, _ reason: RequesterFailure.Reason) -> RequesterMachine.Transition {
        RequesterMachine.Transition(
            .connected(Connected(connection: self)), .refuse(RequesterFailure(request, reason)))
    }
}

extension RequesterFailure.Reason {
    /// Whether the responder forgot what was negotiated.
    var isConnectionLost: Bool {
        guard case .refused(let error) = self else { return false }
        return error.code == .requestResynch
    }

    /// Whether a session in whose records this happened is over.
    var isSessionLost: Bool {
        switch self {
        case .refused(let error): error.code == .decryptError || error.code == .invalidSession
        // What ended the keys of the session ended it; a library that fails ends them.
        case .unprotected, .recordNotAuthentic, .notPossible(.keyExhausted), .notPossible(.noSession), .crypto: true
        case .noAnswer, .busy, .notReady, .malformed, .unexpected, .requestTooLarge, .responseTooLarge, .signature,
            .verifyData, .chainDigest, .untrusted, .notAllowed, .notPossible, .closed:
            false
        }
    }
}
