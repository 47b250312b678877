/// END_SESSION was sent. Whatever comes back, the session is over at this end.
public struct AwaitingEndSession: Hashable, Sendable, ConnectionPhase {
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

    func on(_ result: RequesterMachine.Result) -> RequesterMachine.Transition {
        switch result {
        case .answered(let bytes):
            do throws(RequesterFailure.Reason) {
                _ = try Answer(bytes, to: .endSession(request), connection.sizes, isSecured: true)
            } catch {
                return fail(error)
            }
            return connection.without(session).finish(.sessionEnded(session))
        case .failed(let reason): return fail(reason)
        case .drew, .computed, .succeeded: return .ignored(in: .awaitingEndSession(self))
        }
    }

    private func fail(_ reason: RequesterFailure.Reason) -> RequesterMachine.Transition {
        connection.fail(.endSession, reason, in: session, losingSession: true)
    }
}
