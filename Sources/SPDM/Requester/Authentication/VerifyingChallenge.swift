/// The signature of CHALLENGE_AUTH is being checked.
public struct VerifyingChallenge: Hashable, Sendable, ConnectionPhase {
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

    func on(_ result: RequesterMachine.Result) -> RequesterMachine.Transition {
        switch result {
        case .succeeded: return connection.finish(.authenticated(slot: slot, proof))
        case .failed(let reason):
            // A key that does not prove itself serves nothing else either.
            var connection = connection
            connection.keyHashes[slot] = nil
            return connection.fail(.challenge, reason)
        case .answered, .drew, .computed: return .ignored(in: .verifyingChallenge(self))
        }
    }
}
