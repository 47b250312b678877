extension Responder {
    /// HEARTBEAT.
    mutating func heartbeat(
        _ incoming: Incoming, _ negotiated: Negotiated, _ session: Session
    ) throws(Refusal) -> Effect {
        guard negotiated.common.contains(.heartbeat) else { throw .unsupported(.heartbeat) }
        guard session.heartbeatPeriod > 0 else { throw .unexpected }
        return answer(HeartbeatAck().encoded(version: negotiated.version), to: incoming)
    }

    /// END_SESSION. The acknowledgement is the session's last record.
    ///
    /// Whether the negotiated state is to be cleared concerns what CACHE_CAP keeps over a reset; nothing is kept here,
    /// and the connection goes on.
    mutating func endSession(_ incoming: Incoming, _ session: Session) -> Effect {
        endSession(session.id)
        return answer(EndSessionAck().encoded(version: version), to: incoming)
    }
}
