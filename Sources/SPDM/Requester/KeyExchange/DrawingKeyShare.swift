/// What KEY_EXCHANGE needs is being drawn.
public struct DrawingKeyShare: Hashable, Sendable, ConnectionPhase, AwaitsDraw {
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

    func drew(_ drawn: RequesterMachine.Drawn) -> RequesterMachine.Transition? {
        guard case .keyShare(let half, let random, let exchange) = drawn else { return nil }
        guard connection.isFree(half) else {
            guard attemptsLeft > 1 else { return fail(.notPossible(.noSessionID)) }
            return Self.draw(connection, wish, slot: slot, attemptsLeft: attemptsLeft - 1)
        }
        let request = KeyExchange(
            summary: wish.summary, slot: slot, requesterSessionID: half, policy: wish.policy, random: random,
            exchange: exchange[...], opaque: connection.offer.opaque(connection.version)[...])
        return AwaitingKeyExchange.begin(connection, wish, request)
    }
}
