/// PSK_FINISH was sent.
public struct AwaitingPSKFinish: Hashable, Sendable, HandshakePhase, AwaitsAnswer {
    /// The handshake, with PSK_FINISH in its transcript.
    public let handshake: SessionHandshake
    /// The request.
    public let request: PSKFinish
    var code: MessageCode { .pskFinish }

    static func begin(_ handshake: SessionHandshake, _ request: PSKFinish) -> RequesterMachine.Transition {
        var handshake = handshake
        handshake.transcript.append(.finishVerifyData, request.verifyData.span)
        let effect = handshake.exchange(request.encoded(version: handshake.version))
        return RequesterMachine.Transition(
            .awaitingPSKFinish(AwaitingPSKFinish(handshake: handshake, request: request)), effect)
    }

    func answered(_ bytes: [UInt8]) throws(RequesterFailure.Reason) -> RequesterMachine.Transition {
        let answer = try Answer(bytes, to: .pskFinish(request), handshake.sizes, isSecured: true)
        var handshake = handshake
        handshake.transcript.appendFinishResponse(answer.bytes.span, verifyDataSize: 0)
        return Establishing.begin(handshake, .pskFinish, verifyData: nil)
    }
}
