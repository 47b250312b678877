extension Responder {
    /// An established session.
    public struct Session: Hashable, Sendable {
        /// Its number.
        public let id: SessionID
        /// What the requester wants of it.
        public let policy: SessionPolicy
        /// Seconds between heartbeats; 0 for none.
        public let heartbeatPeriod: UInt8
        /// When its last record arrived.
        public internal(set) var lastHeard: Int64
        /// The key change that the requester began.
        public internal(set) var keyUpdate: KeyUpdateByRequester = .none
        /// The key change that this end wants.
        public internal(set) var ownKeyUpdate: KeyUpdateByResponder = .none
        /// VCA and the session's own measurements.
        var transcript: ConnectionTranscript
    }

    /// KEY_UPDATE of the requester.
    public enum KeyUpdateByRequester: Hashable, Sendable {
        /// None is under way.
        case none
        /// New keys are in use; VerifyNewKey has still to come.
        case unverified
    }

    /// KEY_UPDATE of the responder, as encapsulated requests.
    public enum KeyUpdateByResponder: Hashable, Sendable {
        /// None is under way.
        case none
        /// To be sent when the requester asks.
        case wanted
        /// UpdateKey was sent, with this tag.
        case updating(tag: UInt8)
        /// VerifyNewKey was sent under the new key, with this tag.
        case verifying(tag: UInt8)
    }

    /// Changes an established session.
    mutating func change(_ session: SessionID, _ body: (inout Session) -> Void) {
        guard var negotiated, let place = negotiated.place(of: session) else { return }
        body(&negotiated.sessions[place])
        self.negotiated = negotiated
    }

    /// The session is over, with everything that passes in it.
    mutating func endSession(_ session: SessionID) {
        transfers[session] = nil
        if deferral?.incoming.session == session { deferral = nil }
        if work?.incoming.session == session { work = nil }
        if negotiated?.handshake?.session == session { negotiated?.handshake = nil }
        negotiated?.sessions.removeAll { $0.id == session }
    }

    /// Ends sessions that were silent for two heartbeat periods.
    mutating func endSilentSessions(at time: Int64) {
        for session in negotiated?.sessions ?? [] where session.isSilent(at: time) { endSession(session.id) }
    }

    /// Ends the sessions whose policy does not outlive the firmware.
    mutating func endSessionsOfOldFirmware() {
        for session in negotiated?.sessions ?? [] where session.policy.contains(.terminateOnUpdate) {
            endSession(session.id)
        }
    }
}

extension Responder.Session {
    fileprivate func isSilent(at time: Int64) -> Bool {
        heartbeatPeriod > 0 && time > lastHeard && time - lastHeard > 2 * Int64(heartbeatPeriod)
    }
}
