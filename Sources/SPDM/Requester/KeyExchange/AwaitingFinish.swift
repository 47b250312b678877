/// FINISH was sent.
public struct AwaitingFinish: Hashable, Sendable, HandshakePhase, AwaitsAnswer {
    /// The handshake, with FINISH in its transcript.
    public let handshake: SessionHandshake
    /// The request.
    public let request: Finish
    var code: MessageCode { .finish }

    static func begin(_ handshake: SessionHandshake, _ request: Finish) -> RequesterMachine.Transition {
        var handshake = handshake
        handshake.transcript.append(.finishVerifyData, request.verifyData.span)
        let effect = handshake.exchange(request.encoded(version: handshake.version))
        return RequesterMachine.Transition(
            .awaitingFinish(AwaitingFinish(handshake: handshake, request: request)), effect)
    }

    func answered(_ bytes: [UInt8]) throws(RequesterFailure.Reason) -> RequesterMachine.Transition {
        let answer = try Answer(bytes, to: .finish(request), handshake.sizes, isSecured: !handshake.isInTheClear)
        guard case .finish(let message) = answer.response else { throw .otherResponse }
        var handshake = handshake
        handshake.transcript.appendFinishResponse(answer.bytes.span, verifyDataSize: message.verifyData.count)
        return Establishing.begin(handshake, .finish, verifyData: handshake.isInTheClear ? message.verifyData : nil)
    }
}
