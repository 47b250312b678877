/// The signature of CHALLENGE_AUTH is being checked.
public struct VerifyingChallenge: Hashable, Sendable, ConnectionPhase, AwaitsSuccess {
    /// The connection; M1 is used up.
    public let connection: RequesterConnection
    /// The slot of the key.
    public let slot: UInt8
    /// What holds if the signature does.
    public let proof: ChallengeProof
    var code: MessageCode { .challenge }

    static func begin(
        _ connection: RequesterConnection, _ challenge: Challenge, _ message: ChallengeAuth
    ) -> RequesterMachine.Transition {
        let claim = RequesterMachine.SignatureClaim(
            context: .responderChallenge, slot: challenge.slot, transcript: connection.transcript.m1,
            signature: Array(message.signature))
        var connection = connection
        connection.transcript.resetAuthentication()
        let proof = ChallengeProof(nonce: challenge.nonce, measurementSummary: Array(message.measurementSummary))
        return RequesterMachine.Transition(
            .verifyingChallenge(
                VerifyingChallenge(connection: connection, slot: challenge.slot, proof: proof)),
            .verifySignature(claim))
    }

    func succeeded() -> RequesterMachine.Transition { connection.finish(.authenticated(slot: slot, proof)) }

    /// A key that does not prove itself serves nothing else either.
    func fail(_ reason: RequesterFailure.Reason) -> RequesterMachine.Transition {
        var connection = connection
        connection.keyHashes[slot] = nil
        return connection.fail(code, reason)
    }
}
