/// The responder wants to know who this end is; its identity is being looked up.
public struct PresentingIdentity: Hashable, Sendable, HandshakePhase {
    /// The handshake.
    public let handshake: SessionHandshake
    /// How this end is to authenticate itself.
    public let mutual: KeyExchangeResponse.MutualAuthentication
    var code: MessageCode { .keyExchange }

    static func begin(
        _ handshake: SessionHandshake, _ mutual: KeyExchangeResponse.MutualAuthentication
    ) -> RequesterMachine.Transition {
        RequesterMachine.Transition(
            .presentingIdentity(PresentingIdentity(handshake: handshake, mutual: mutual)), .presentIdentity)
    }

    func on(_ result: RequesterMachine.Result) -> RequesterMachine.Transition {
        switch result {
        case .drew(.identity(let identity)):
            switch mutual {
            case .encapsulated: return AwaitingEncapsulatedRequest.begin(handshake, identity)
            case .encapsulatedDigests: return AwaitingEncapsulatedAck.beginWithDigests(handshake, identity)
            default: return SigningFinish.begin(handshake, identity)
            }
        case .failed(let reason): return handshake.fail(.keyExchange, reason)
        case .drew(.nonce), .drew(.keyShare), .drew(.pskShare), .drew(.tags), .answered, .computed, .succeeded:
            return .ignored(in: .presentingIdentity(self))
        }
    }
}
