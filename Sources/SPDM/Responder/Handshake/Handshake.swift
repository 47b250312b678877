extension Responder {
    /// A handshake that is half open: keys are derived, and the requester has still to prove that it has them.
    public struct Handshake: Hashable, Sendable {
        /// What FINISH or PSK_FINISH has to prove.
        public enum Kind: Hashable, Sendable {
            /// KEY_EXCHANGE; whether and how far the requester authenticated itself.
            case keyExchange(RequesterAuthentication)
            /// PSK_EXCHANGE.
            case psk
        }

        /// The session's number.
        public let session: SessionID
        /// Whether it passes without records.
        public let isInTheClear: Bool
        /// Policy of the session.
        public let policy: SessionPolicy
        /// What comes next.
        public internal(set) var kind: Kind
        var transcript: SessionTranscript
    }

    /// Opens the handshake that the peer has now to finish. The one before it is dropped.
    mutating func open(_ handshake: Handshake) {
        if let old = handshakeSession { endSession(old) }
        negotiated?.handshake = handshake
    }

    /// The session whose handshake is over, as it begins.
    mutating func establish(_ handshake: Handshake, at time: Int64) {
        guard var negotiated else { return }
        var transcript = negotiated.transcript
        transcript.resetAuthentication()
        transcript.resetMeasurements()
        negotiated.handshake = nil
        negotiated.sessions.append(
            Session(
                id: handshake.session, policy: handshake.policy,
                heartbeatPeriod: negotiated.common.contains(.heartbeat) ? profile.heartbeatPeriod : 0,
                lastHeard: time, transcript: transcript))
        self.negotiated = negotiated
    }

    /// The session's number: the drawn half, or the next that makes one which no live session has.
    func freeSession(_ requester: UInt16, _ half: UInt16) -> SessionID {
        var session = SessionID(requester: requester, responder: half)
        while session.rawValue == 0 || isAlive(session) {
            session = SessionID(requester: requester, responder: UInt16(session.rawValue >> 16) &- 1)
        }
        return session
    }

    /// What both ways of opening a session ask for.
    func requireRoomForSession(
        _ policy: SessionPolicy, _ summary: MeasurementSummary, _ negotiated: Negotiated
    ) throws(Refusal) {
        guard negotiated.common.contains(.mac),
            negotiated.common.contains(.encrypt) || !profile.policy.requiresEncryption
        else { throw .invalid }
        guard negotiated.version < .v1_2 || negotiated.algorithms.otherParameters.contains(.opaqueFormat1) else {
            throw .invalid
        }
        guard negotiated.version < .v1_3 || !policy.contains(.allEvents) else { throw .invalid }
        try requireSummary(summary, negotiated)
        guard negotiated.sessions.count < profile.sessionLimit else { throw Refusal(.sessionLimitExceeded) }
    }
}
