/// What PSK_EXCHANGE needs is being drawn.
public struct DrawingPSKShare: Hashable, Sendable, ConnectionPhase, AwaitsDraw {
    /// The connection.
    public let connection: RequesterConnection
    /// Which session is wanted.
    public let wish: SessionWish
    /// Which key.
    public let hint: [UInt8]
    let attemptsLeft: Int
    var code: MessageCode { .pskExchange }

    /// Bytes of RequesterContext: at least those of any digest.
    static let contextSize = 64

    static func begin(
        _ connection: RequesterConnection, _ wish: SessionWish, hint: [UInt8]
    ) -> RequesterMachine.Transition {
        guard connection.negotiated.hasPSK else { return connection.refuse(.pskExchange, .capability(.psk)) }
        if let obstacle = connection.obstacleToSessions([], wish) { return connection.refuse(.pskExchange, obstacle) }
        return draw(connection, wish, hint: hint, attemptsLeft: 8)
    }

    private static func draw(
        _ connection: RequesterConnection, _ wish: SessionWish, hint: [UInt8], attemptsLeft: Int
    ) -> RequesterMachine.Transition {
        RequesterMachine.Transition(
            .drawingPSKShare(
                DrawingPSKShare(connection: connection, wish: wish, hint: hint, attemptsLeft: attemptsLeft)),
            .draw(.pskShare(contextSize: contextSize)))
    }

    func drew(_ drawn: RequesterMachine.Drawn) -> RequesterMachine.Transition? {
        guard case .pskShare(let half, let context) = drawn else { return nil }
        guard connection.isFree(half) else {
            guard attemptsLeft > 1 else { return fail(.notPossible(.noSessionID)) }
            return Self.draw(connection, wish, hint: hint, attemptsLeft: attemptsLeft - 1)
        }
        let request = PSKExchange(
            summary: wish.summary, policy: wish.policy, requesterSessionID: half, hint: hint[...],
            context: context[...], opaque: connection.offer.opaque(connection.version)[...])
        return AwaitingPSKExchange.begin(connection, wish, request)
    }
}
