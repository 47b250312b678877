/// GET_DIGESTS was sent.
public struct AwaitingDigests: Hashable, Sendable, ConnectionPhase, AwaitsAnswer {
    /// The connection.
    public let connection: RequesterConnection
    /// Which slot is wanted.
    public let slot: UInt8
    /// Whether CHALLENGE follows, with this summary.
    public let challenge: MeasurementSummary?
    var code: MessageCode { .getDigests }

    static func begin(
        _ connection: RequesterConnection, slot: UInt8, challenge: MeasurementSummary?
    ) -> RequesterMachine.Transition {
        let flags = connection.negotiated.responder.flags
        guard flags.contains(.certificate) else { return connection.refuse(.getDigests, .capability(.certificate)) }
        if let challenge, let obstacle = connection.obstacle(toChallenge: challenge) {
            return connection.refuse(.challenge, obstacle)
        }
        guard slot < 8 else { return connection.refuse(.getDigests, .noKey) }
        var connection = connection
        let effect = connection.exchange(GetDigests().encoded(version: connection.version))
        return RequesterMachine.Transition(
            .awaitingDigests(AwaitingDigests(connection: connection, slot: slot, challenge: challenge)), effect)
    }

    func answered(_ bytes: [UInt8]) throws(RequesterFailure.Reason) -> RequesterMachine.Transition {
        let request = GetDigests()
        let answer = try Answer(bytes, to: .getDigests(request), connection.sizes)
        guard case .digests(let message) = answer.response else { throw .otherResponse }
        let isSubset = message.supportedSlots & message.provisionedSlots == message.provisionedSlots
        guard connection.version < .v1_3 || isSubset else {
            throw .mismatch("SupportedSlotMask", expected: message.provisionedSlots, seen: message.supportedSlots)
        }
        guard let digest = message.digest(ofSlot: slot) else {
            throw .mismatch("ProvisionedSlotMask", expected: "slot \(slot)", seen: message.provisionedSlots)
        }
        var connection = connection
        connection.appendAuthentication(request.encoded(version: connection.version), answer.bytes.span)
        connection.digests = answer.bytes
        return AwaitingCertificate.begin(connection, slot: slot, challenge: challenge, digest: Array(digest))
    }
}
