/// HEARTBEAT was sent.
public struct AwaitingHeartbeat: Hashable, Sendable, ConnectionPhase, AwaitsAnswer {
    /// The connection.
    public let connection: RequesterConnection
    /// The session.
    public let session: SessionID
    var code: MessageCode { .heartbeat }

    static func begin(_ connection: RequesterConnection, _ session: SessionID) -> RequesterMachine.Transition {
        guard let established = connection.session(session) else {
            return connection.refuse(.heartbeat, .noSession(session))
        }
        // A period of 0 means that the responder wants none, and may refuse them.
        guard connection.negotiated.common.contains(.heartbeat), established.heartbeatPeriod > 0 else {
            return connection.refuse(.heartbeat, .capability(.heartbeat))
        }
        var connection = connection
        let effect = connection.exchange(Heartbeat().encoded(version: connection.version), in: session)
        return RequesterMachine.Transition(
            .awaitingHeartbeat(AwaitingHeartbeat(connection: connection, session: session)), effect)
    }

    func answered(_ bytes: [UInt8]) throws(RequesterFailure.Reason) -> RequesterMachine.Transition {
        _ = try Answer(bytes, to: .heartbeat(Heartbeat()), connection.sizes, isSecured: true)
        return connection.finish(.heartbeat(session))
    }

    func fail(_ reason: RequesterFailure.Reason) -> RequesterMachine.Transition {
        connection.fail(code, reason, in: session)
    }
}
