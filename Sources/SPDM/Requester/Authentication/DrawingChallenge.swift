/// The nonce of CHALLENGE is being drawn.
public struct DrawingChallenge: Hashable, Sendable, ConnectionPhase {
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

    func on(_ result: RequesterMachine.Result) -> RequesterMachine.Transition {
        switch result {
        case .drew(.nonce(let nonce)):
            return AwaitingChallengeAuth.begin(
                connection, Challenge(slot: slot, summary: summary, nonce: nonce))
        case .failed(let reason): return connection.fail(.challenge, reason)
        case .drew(.keyShare), .drew(.pskShare), .drew(.tags), .drew(.identity), .answered, .computed, .succeeded:
            return .ignored(in: .drawingChallenge(self))
        }
    }
}
