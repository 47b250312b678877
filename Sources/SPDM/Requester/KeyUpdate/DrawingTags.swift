/// What KEY_UPDATE needs is being drawn.
public struct DrawingTags: Hashable, Sendable, ConnectionPhase, AwaitsDraw {
    /// The connection.
    public let connection: RequesterConnection
    /// The session.
    public let session: SessionID
    /// Whose keys are replaced.
    public let operation: KeyUpdate.Operation
    var code: MessageCode { .keyUpdate }

    static func begin(
        _ connection: RequesterConnection, _ session: SessionID, _ operation: KeyUpdate.Operation
    ) -> RequesterMachine.Transition {
        guard connection.session(session) != nil else { return connection.refuse(.keyUpdate, .noSession(session)) }
        guard connection.negotiated.common.contains(.keyUpdate) else {
            return connection.refuse(.keyUpdate, .capability(.keyUpdate))
        }
        guard operation == .updateKey || operation == .updateAllKeys else {
            return connection.refuse(.keyUpdate, .message)
        }
        return RequesterMachine.Transition(
            .drawingTags(DrawingTags(connection: connection, session: session, operation: operation)), .draw(.tags))
    }

    func drew(_ drawn: RequesterMachine.Drawn) -> RequesterMachine.Transition? {
        guard case .tags(let update, let verification) = drawn else { return nil }
        let run = KeyUpdateRun(
            connection: connection, session: session, operation: operation, verificationTag: verification)
        return AwaitingKeyUpdate.begin(run, KeyUpdate(operation, tag: update))
    }

    func fail(_ reason: RequesterFailure.Reason) -> RequesterMachine.Transition {
        connection.fail(code, reason, in: session)
    }
}
