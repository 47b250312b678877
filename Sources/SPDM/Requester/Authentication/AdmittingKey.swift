/// The responder has no certificate; its provisioned public key is being looked up.
public struct AdmittingKey: Hashable, Sendable, ConnectionPhase, AwaitsComputation {
    /// The connection.
    public let connection: RequesterConnection
    /// Whether CHALLENGE follows, with this summary.
    public let challenge: MeasurementSummary?
    var code: MessageCode { .getDigests }

    static func begin(
        _ connection: RequesterConnection, challenge: MeasurementSummary?
    ) -> RequesterMachine.Transition {
        let flags = connection.negotiated.responder.flags
        guard flags.contains(.publicKeyID) else { return connection.refuse(.getDigests, .capability(.publicKeyID)) }
        if let challenge, let obstacle = connection.obstacle(toChallenge: challenge) {
            return connection.refuse(.challenge, obstacle)
        }
        return RequesterMachine.Transition(
            .admittingKey(AdmittingKey(connection: connection, challenge: challenge)), .admitProvisionedKey)
    }

    func computed(_ hash: [UInt8]) -> RequesterMachine.Transition {
        connection.trust(hash, slot: 0xFF, challenge: challenge)
    }
}
