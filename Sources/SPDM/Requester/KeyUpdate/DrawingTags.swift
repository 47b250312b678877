/// What KEY_UPDATE needs is being drawn.
public struct DrawingTags: Hashable, Sendable, ConnectionPhase {
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

    func on(_ result: RequesterMachine.Result) -> RequesterMachine.Transition {
        switch result {
        case .drew(.tags(let update, let verification)):
            AwaitingKeyUpdate.begin(
                KeyUpdateRun(
                    connection: connection, session: session, operation: operation, verificationTag: verification),
                KeyUpdate(operation, tag: update))
        case .failed(let reason): connection.fail(.keyUpdate, reason, in: session)
        case .drew(.nonce), .drew(.keyShare), .drew(.pskShare), .drew(.identity), .answered, .computed, .succeeded:
            .ignored(in: .drawingTags(self))
        }
    }
}
