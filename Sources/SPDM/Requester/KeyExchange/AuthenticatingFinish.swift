internal import WireBytes

/// The verify data of FINISH are being computed.
public struct AuthenticatingFinish: Hashable, Sendable, HandshakePhase, AwaitsComputation {
    /// The handshake, with header and signature of FINISH in its transcript.
    public let handshake: SessionHandshake
    /// The signature of this end; empty without mutual authentication.
    public let signature: [UInt8]
    var code: MessageCode { .finish }

    static func begin(_ handshake: SessionHandshake, signature: [UInt8]) -> RequesterMachine.Transition {
        var handshake = handshake
        if signature.isEmpty {
            handshake.transcript.append(.finishRequest, header(handshake, isSigned: false).span)
        } else {
            handshake.transcript.append(.finishSignature, signature.span)
        }
        return RequesterMachine.Transition(
            .authenticatingFinish(AuthenticatingFinish(handshake: handshake, signature: signature)),
            .authenticate(
                handshake.session.id, transcript: Array(handshake.transcript.input(.requesterVerifyData))))
    }

    /// The first four bytes of FINISH, which are authenticated before the rest is there.
    static func header(_ handshake: SessionHandshake, isSigned: Bool) -> [UInt8] {
        var writer = WireWriter(capacity: 4)
        let slot = isSigned ? handshake.connection.ownSlot : 0
        MessageHeader(handshake.version, .finish, param1: isSigned ? 1 : 0, param2: slot).write(to: &writer)
        return writer.bytes
    }

    func computed(_ verifyData: [UInt8]) -> RequesterMachine.Transition {
        let slot = signature.isEmpty ? 0 : handshake.connection.ownSlot
        return AwaitingFinish.begin(
            handshake, Finish(slot: slot, signature: signature[...], verifyData: verifyData[...]))
    }
}
