/// FINISH is being signed by this end's key.
public struct SigningFinish: Hashable, Sendable, HandshakePhase {
    /// The handshake, with the header of FINISH in its transcript.
    public let handshake: SessionHandshake
    var code: MessageCode { .finish }

    static func begin(_ handshake: SessionHandshake, _ identity: OwnIdentity) -> RequesterMachine.Transition {
        var handshake = handshake
        handshake.session.isMutual = true
        handshake.transcript.append(.requesterChainHash, identity.digest.span)
        handshake.transcript.append(
            .finishRequest, AuthenticatingFinish.header(handshake.version, isSigned: true).span)
        return RequesterMachine.Transition(
            .signingFinish(SigningFinish(handshake: handshake)),
            .sign(Array(handshake.transcript.input(.finishSignature))))
    }

    func on(_ result: RequesterMachine.Result) -> RequesterMachine.Transition {
        switch result {
        case .computed(let signature): AuthenticatingFinish.begin(handshake, signature: signature)
        case .failed(let reason): handshake.fail(.finish, reason)
        case .answered, .drew, .succeeded: .ignored(in: .signingFinish(self))
        }
    }
}
