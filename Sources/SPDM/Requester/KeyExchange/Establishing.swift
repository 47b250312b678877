/// The handshake is over; its last proof is being checked, and the application keys derived.
public struct Establishing: Hashable, Sendable, HandshakePhase, AwaitsSuccess {
    /// The handshake.
    public let handshake: SessionHandshake
    /// The request that ended it.
    public let code: MessageCode

    static func begin(
        _ handshake: SessionHandshake, _ request: MessageCode, verifyData: [UInt8]?
    ) -> RequesterMachine.Transition {
        let transcript = handshake.transcript
        let proof = verifyData.map {
            RequesterMachine.Establishment.Proof(
                transcript: Array(transcript.input(.responderVerifyData)), verifyData: $0)
        }
        return RequesterMachine.Transition(
            .establishing(Establishing(handshake: handshake, code: request)),
            .establish(
                RequesterMachine.Establishment(
                    session: handshake.session.id, proof: proof, th2: Array(transcript.input(.th2)))))
    }

    func succeeded() -> RequesterMachine.Transition { handshake.finish() }
}
