/// The responder has no certificate; its provisioned public key is being looked up.
public struct AdmittingKey: Hashable, Sendable, ConnectionPhase {
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
        guard challenge == nil || flags.contains(.challenge) else {
            return connection.refuse(.challenge, .capability(.challenge))
        }
        if let challenge, let obstacle = connection.obstacle(to: challenge) {
            return connection.refuse(.challenge, obstacle)
        }
        return RequesterMachine.Transition(
            .admittingKey(AdmittingKey(connection: connection, challenge: challenge)), .admitProvisionedKey)
    }

    func on(_ result: RequesterMachine.Result) -> RequesterMachine.Transition {
        switch result {
        case .computed(let hash):
            var connection = connection
            connection.keyHashes[0xFF] = hash
            guard let challenge else { return connection.finish(.authenticated(slot: 0xFF, nil)) }
            return DrawingChallenge.begin(connection, slot: 0xFF, challenge)
        case .failed(let reason): return connection.fail(.getDigests, reason)
        case .answered, .drew, .succeeded: return .ignored(in: .admittingKey(self))
        }
    }
}
