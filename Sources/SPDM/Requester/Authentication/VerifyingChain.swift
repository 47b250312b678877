/// The chain is there, and is being judged.
public struct VerifyingChain: Hashable, Sendable, ConnectionPhase, AwaitsSuccess {
    /// The connection.
    public let connection: RequesterConnection
    /// Which slot it is in.
    public let slot: UInt8
    /// Whether CHALLENGE follows, with this summary.
    public let challenge: MeasurementSummary?
    /// Hash of the chain, if it is what DIGESTS said.
    public let digest: [UInt8]
    var code: MessageCode { .getCertificate }

    static func begin(
        _ connection: RequesterConnection, slot: UInt8, challenge: MeasurementSummary?, digest: [UInt8],
        chain: [UInt8]
    ) -> RequesterMachine.Transition {
        var connection = connection
        connection.keyHashes[slot] = nil
        return RequesterMachine.Transition(
            .verifyingChain(
                VerifyingChain(connection: connection, slot: slot, challenge: challenge, digest: digest)),
            .verifyChain(RequesterMachine.ChainClaim(slot: slot, chain: chain, digest: digest)))
    }

    func succeeded() -> RequesterMachine.Transition { connection.trust(digest, slot: slot, challenge: challenge) }
}
