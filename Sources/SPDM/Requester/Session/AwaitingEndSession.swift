/// END_SESSION was sent. Whatever comes back, the session is over at this end.
public struct AwaitingEndSession: Hashable, Sendable, ConnectionPhase, AwaitsAnswer {
    /// The connection.
    public let connection: RequesterConnection
    /// The session.
    public let session: SessionID
    /// The request.
    public let request: EndSession
    var code: MessageCode { .endSession }

    static func begin(
        _ connection: RequesterConnection, _ session: SessionID, clears: Bool
    ) -> RequesterMachine.Transition {
        guard connection.session(session) != nil else { return connection.refuse(.endSession, .noSession(session)) }
        var connection = connection
        let request = EndSession(clearsNegotiatedState: clears)
        let effect = connection.exchange(request.encoded(version: connection.version), in: session)
        return RequesterMachine.Transition(
            .awaitingEndSession(AwaitingEndSession(connection: connection, session: session, request: request)), effect)
    }

    func answered(_ bytes: [UInt8]) throws(RequesterFailure.Reason) -> RequesterMachine.Transition {
        _ = try Answer(bytes, to: .endSession(request), connection.sizes, isSecured: true)
        return connection.without(session).finish(.sessionEnded(session))
    }

    func fail(_ reason: RequesterFailure.Reason) -> RequesterMachine.Transition {
        connection.fail(code, reason, in: session, losingSession: true)
    }
}
