/// PSK_EXCHANGE_RSP came: the handshake keys are being derived, and its verify data checked.
public struct DerivingPSKKeys: Hashable, Sendable, HandshakePhase, AwaitsSuccess {
    /// The handshake.
    public let handshake: SessionHandshake
    /// Whether PSK_FINISH follows: the responder added something of its own to the keys.
    public let needsFinish: Bool
    var code: MessageCode { .pskExchange }

    static func begin(
        _ handshake: SessionHandshake, hint: [UInt8], _ message: PSKExchangeResponse
    ) -> RequesterMachine.Transition {
        RequesterMachine.Transition(
            .derivingPSKKeys(DerivingPSKKeys(handshake: handshake, needsFinish: !message.context.isEmpty)),
            .derive(
                RequesterMachine.PSKDerivation(
                    session: handshake.session.id, isEncrypted: handshake.session.isEncrypted, hint: hint,
                    th1: Array(handshake.transcript.input(.th1)), verifyData: Array(message.verifyData))))
    }

    func succeeded() -> RequesterMachine.Transition {
        needsFinish
            ? AuthenticatingPSKFinish.begin(handshake)
            : Establishing.begin(handshake, .pskExchange, verifyData: nil)
    }
}
