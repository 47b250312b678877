/// FINISH is being signed by this end's key.
public struct SigningFinish: Hashable, Sendable, HandshakePhase, AwaitsComputation {
    /// The handshake, with the header of FINISH in its transcript.
    public let handshake: SessionHandshake
    var code: MessageCode { .finish }

    static func begin(_ handshake: SessionHandshake, _ identity: OwnIdentity) -> RequesterMachine.Transition {
        var handshake = handshake
        handshake.session.isMutual = true
        handshake.transcript.append(.requesterChainHash, identity.digest.span)
        handshake.transcript.append(
            .finishRequest, AuthenticatingFinish.header(handshake, isSigned: true).span)
        return RequesterMachine.Transition(
            .signingFinish(SigningFinish(handshake: handshake)),
            .sign(Array(handshake.transcript.input(.finishSignature))))
    }

    func computed(_ signature: [UInt8]) -> RequesterMachine.Transition {
        AuthenticatingFinish.begin(handshake, signature: signature)
    }
}
