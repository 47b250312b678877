/// What KEY_EXCHANGE needs is being drawn.
public struct DrawingKeyShare: Hashable, Sendable, ConnectionPhase {
    /// The connection.
    public let connection: RequesterConnection
    /// Which session is wanted.
    public let wish: SessionWish
    /// Whose key proves the responder's identity.
    public let slot: UInt8
    let attemptsLeft: Int
    var code: MessageCode { .keyExchange }

    static func begin(
        _ connection: RequesterConnection, _ wish: SessionWish, slot: UInt8
    ) -> RequesterMachine.Transition {
        if let obstacle = connection.obstacleToSessions(.keyExchange, wish) {
            return connection.refuse(.keyExchange, obstacle)
        }
        guard connection.keyHashes[slot] != nil else {
            return connection.refuse(.keyExchange, .notAuthenticated(slot: slot))
        }
        return draw(connection, wish, slot: slot, attemptsLeft: 8)
    }

    private static func draw(
        _ connection: RequesterConnection, _ wish: SessionWish, slot: UInt8, attemptsLeft: Int
    ) -> RequesterMachine.Transition {
        RequesterMachine.Transition(
            .drawingKeyShare(
                DrawingKeyShare(connection: connection, wish: wish, slot: slot, attemptsLeft: attemptsLeft)),
            .draw(.keyShare))
    }

    func on(_ result: RequesterMachine.Result) -> RequesterMachine.Transition {
        switch result {
        case .drew(.keyShare(let half, let random, let exchange)):
            guard connection.isFree(half) else {
                guard attemptsLeft > 1 else { return connection.fail(.keyExchange, .notPossible(.noSessionID)) }
                return Self.draw(connection, wish, slot: slot, attemptsLeft: attemptsLeft - 1)
            }
            let request = KeyExchange(
                summary: wish.summary, slot: slot, requesterSessionID: half, policy: wish.policy, random: random,
                exchange: exchange[...], opaque: connection.offer.opaque(connection.version)[...])
            return AwaitingKeyExchange.begin(connection, wish, request)
        case .failed(let reason): return connection.fail(.keyExchange, reason)
        case .drew(.nonce), .drew(.pskShare), .drew(.tags), .drew(.identity), .answered, .computed, .succeeded:
            return .ignored(in: .drawingKeyShare(self))
        }
    }
}
