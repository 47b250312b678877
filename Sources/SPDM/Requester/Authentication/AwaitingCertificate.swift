/// GET_CERTIFICATE was sent.
public struct AwaitingCertificate: Hashable, Sendable, ConnectionPhase, AwaitsAnswer {
    /// The connection.
    public let connection: RequesterConnection
    /// Which slot is wanted.
    public let slot: UInt8
    /// Whether CHALLENGE follows, with this summary.
    public let challenge: MeasurementSummary?
    /// What DIGESTS said.
    public let digest: [UInt8]
    /// The chain as far as it came.
    public let chain: [UInt8]
    /// Bytes of the chain; nil before the first portion.
    public let size: Int?
    let portions: Int
    let request: GetCertificate
    var code: MessageCode { .getCertificate }

    /// A chain of 64 KiB in portions of 16 bytes: who sends less is not in earnest.
    static let portionLimit = 4096

    static func begin(
        _ connection: RequesterConnection, slot: UInt8, challenge: MeasurementSummary?, digest: [UInt8]
    ) -> RequesterMachine.Transition {
        ask(connection, slot: slot, challenge: challenge, digest: digest, chain: [], size: nil, portions: 0)
    }

    private static func ask(
        _ connection: RequesterConnection, slot: UInt8, challenge: MeasurementSummary?, digest: [UInt8],
        chain: [UInt8], size: Int?, portions: Int
    ) -> RequesterMachine.Transition {
        let room = Int(connection.negotiated.requester.dataTransferSize) - 8
        let rest = size.map { $0 - chain.count } ?? Int(UInt16.max)
        let request = GetCertificate(
            slot: slot, offset: UInt16(clamping: chain.count), length: UInt16(clamping: max(1, min(room, rest))))
        var connection = connection
        let effect = connection.exchange(request.encoded(version: connection.version))
        return RequesterMachine.Transition(
            .awaitingCertificate(
                AwaitingCertificate(
                    connection: connection, slot: slot, challenge: challenge, digest: digest, chain: chain, size: size,
                    portions: portions, request: request)), effect)
    }

    func answered(_ bytes: [UInt8]) throws(RequesterFailure.Reason) -> RequesterMachine.Transition {
        let answer = try Answer(bytes, to: .getCertificate(request), connection.sizes)
        guard case .certificate(let message) = answer.response else { throw .otherResponse }
        guard message.slot == slot else { throw .mismatch("SlotID", expected: slot, seen: message.slot) }
        let count = message.portion.count
        guard count > 0, count <= Int(request.length) else {
            throw .mismatch("PortionLength", expected: request.length, seen: count)
        }
        let size = chain.count + count + Int(message.remainder)
        guard size <= Int(UInt16.max), size == self.size ?? size else {
            throw .mismatch("RemainderLength", expected: self.size ?? Int(UInt16.max), seen: size)
        }
        guard portions < Self.portionLimit else {
            throw .mismatch("PortionLength", expected: request.length, seen: count)
        }
        var connection = connection
        connection.appendAuthentication(request.encoded(version: connection.version), answer.bytes.span)
        let chain = chain + message.portion
        guard chain.count == size else {
            return Self.ask(
                connection, slot: slot, challenge: challenge, digest: digest, chain: chain, size: size,
                portions: portions + 1)
        }
        return VerifyingChain.begin(connection, slot: slot, challenge: challenge, digest: digest, chain: chain)
    }
}
