/// KEY_EXCHANGE_RSP came: its signature is being checked, and the handshake keys derived.
public struct AgreeingKeys: Hashable, Sendable, HandshakePhase, AwaitsSuccess {
    /// The handshake.
    public let handshake: SessionHandshake
    /// Whether and how this end is to authenticate itself.
    public let mutual: KeyExchangeResponse.MutualAuthentication
    var code: MessageCode { .keyExchange }

    static func begin(
        _ handshake: SessionHandshake, slot: UInt8, _ message: KeyExchangeResponse
    ) -> RequesterMachine.Transition {
        let transcript = handshake.transcript
        let agreement = RequesterMachine.KeyAgreement(
            session: handshake.session.id, isEncrypted: handshake.session.isEncrypted,
            signature: RequesterMachine.SignatureClaim(
                context: .keyExchange, slot: slot, transcript: Array(transcript.input(.exchangeSignature)),
                signature: Array(message.signature)),
            exchange: Array(message.exchange), th1: Array(transcript.input(.th1)),
            verifyData: handshake.isInTheClear ? nil : Array(message.verifyData))
        return RequesterMachine.Transition(
            .agreeingKeys(AgreeingKeys(handshake: handshake, mutual: message.mutualAuthentication)),
            .agree(agreement))
    }

    func succeeded() -> RequesterMachine.Transition {
        mutual == .none
            ? AuthenticatingFinish.begin(handshake, signature: [])
            : PresentingIdentity.begin(handshake, mutual)
    }
}
