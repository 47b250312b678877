/// The nonce of CHALLENGE is being drawn.
public struct DrawingChallenge: Hashable, Sendable, ConnectionPhase, AwaitsDraw {
    /// The connection.
    public let connection: RequesterConnection
    /// Whose key is to sign.
    public let slot: UInt8
    /// Which summary is wanted.
    public let summary: MeasurementSummary
    var code: MessageCode { .challenge }

    static func begin(
        _ connection: RequesterConnection, slot: UInt8, _ summary: MeasurementSummary
    ) -> RequesterMachine.Transition {
        RequesterMachine.Transition(
            .drawingChallenge(DrawingChallenge(connection: connection, slot: slot, summary: summary)), .draw(.nonce))
    }

    func drew(_ drawn: RequesterMachine.Drawn) -> RequesterMachine.Transition? {
        guard case .nonce(let nonce) = drawn else { return nil }
        return AwaitingChallengeAuth.begin(connection, Challenge(slot: slot, summary: summary, nonce: nonce))
    }
}

extension RequesterConnection {
    /// Why CHALLENGE cannot ask for this summary; nil when it can.
    func obstacle(toChallenge summary: MeasurementSummary) -> RequesterFailure.Reason? {
        negotiated.responder.flags.contains(.challenge)
            ? obstacle(to: summary) : .notPossible(.capability(.challenge))
    }

    /// Somebody vouched for the key in a slot; CHALLENGE follows where it is wanted, with this summary.
    func trust(_ hash: [UInt8], slot: UInt8, challenge: MeasurementSummary?) -> RequesterMachine.Transition {
        var connection = self
        connection.keyHashes[slot] = hash
        guard let challenge else { return connection.finish(.authenticated(slot: slot, nil)) }
        return DrawingChallenge.begin(connection, slot: slot, challenge)
    }
}
