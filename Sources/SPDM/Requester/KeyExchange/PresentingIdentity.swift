/// The responder wants to know who this end is; its identity is being looked up.
public struct PresentingIdentity: Hashable, Sendable, HandshakePhase, AwaitsDraw {
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

    func drew(_ drawn: RequesterMachine.Drawn) -> RequesterMachine.Transition? {
        guard case .identity(let identity) = drawn else { return nil }
        return switch mutual {
        case .encapsulated: AwaitingEncapsulatedRequest.begin(handshake, identity)
        case .encapsulatedDigests: AwaitingEncapsulatedAck.beginWithDigests(handshake, identity)
        default: SigningFinish.begin(handshake, identity)
        }
    }
}
