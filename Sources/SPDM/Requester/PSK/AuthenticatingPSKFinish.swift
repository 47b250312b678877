internal import WireBytes

/// The verify data of PSK_FINISH are being computed.
public struct AuthenticatingPSKFinish: Hashable, Sendable, HandshakePhase, AwaitsComputation {
    /// The handshake, with the header of PSK_FINISH in its transcript.
    public let handshake: SessionHandshake
    var code: MessageCode { .pskFinish }

    static func begin(_ handshake: SessionHandshake) -> RequesterMachine.Transition {
        var writer = WireWriter(capacity: 4)
        MessageHeader(handshake.version, .pskFinish).write(to: &writer)
        var handshake = handshake
        handshake.transcript.append(.finishRequest, writer.bytes.span)
        return RequesterMachine.Transition(
            .authenticatingPSKFinish(AuthenticatingPSKFinish(handshake: handshake)),
            .authenticate(
                handshake.session.id, transcript: Array(handshake.transcript.input(.requesterVerifyData))))
    }

    func computed(_ verifyData: [UInt8]) -> RequesterMachine.Transition {
        AwaitingPSKFinish.begin(handshake, PSKFinish(verifyData: verifyData))
    }
}
