/// CHALLENGE was sent.
public struct AwaitingChallengeAuth: Hashable, Sendable, ConnectionPhase, AwaitsAnswer {
    /// The connection.
    public let connection: RequesterConnection
    /// The request.
    public let challenge: Challenge
    var code: MessageCode { .challenge }

    static func begin(_ connection: RequesterConnection, _ challenge: Challenge) -> RequesterMachine.Transition {
        var connection = connection
        let effect = connection.exchange(challenge.encoded(version: connection.version))
        return RequesterMachine.Transition(
            .awaitingChallengeAuth(AwaitingChallengeAuth(connection: connection, challenge: challenge)), effect)
    }

    func answered(_ bytes: [UInt8]) throws(RequesterFailure.Reason) -> RequesterMachine.Transition {
        let answer = try Answer(bytes, to: .challenge(challenge), connection.sizes)
        guard case .challengeAuth(let message) = answer.response else { throw .otherResponse }
        try check(message)
        var connection = connection
        connection.appendAuthentication(
            challenge.encoded(version: connection.version),
            answer.bytes.span.extracting(droppingLast: message.signature.count))
        return VerifyingChallenge.begin(connection, challenge, message)
    }

    private func check(_ message: ChallengeAuth) throws(RequesterFailure.Reason) {
        guard message.slot == challenge.slot & 0xF else {
            throw .mismatch("SlotID", expected: challenge.slot & 0xF, seen: message.slot)
        }
        // Mutual authentication outside sessions is not spoken here.
        guard message.attributes & 0x80 == 0 else { throw .mismatch("BasicMutAuthReq", expected: 0, seen: 1) }
        guard challenge.slot == 0xFF || message.provisionedSlots >> challenge.slot & 1 == 1 else {
            throw .mismatch("ProvisionedSlotMask", expected: "slot \(challenge.slot)", seen: message.provisionedSlots)
        }
        guard Array(message.chainHash) == connection.keyHashes[challenge.slot] else { throw .mismatch("CertChainHash") }
        guard message.opaque.count <= Answer.opaqueLimit else {
            throw .mismatch("OpaqueDataLength", expected: Answer.opaqueLimit, seen: message.opaque.count)
        }
        guard message.context == challenge.context else {
            throw .mismatch("RequesterContext", expected: challenge.context, seen: message.context)
        }
    }
}
