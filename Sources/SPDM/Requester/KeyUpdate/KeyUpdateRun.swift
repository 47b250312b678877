/// A key update on its way.
public struct KeyUpdateRun: Hashable, Sendable {
    /// The connection.
    public internal(set) var connection: RequesterConnection
    /// The session.
    public let session: SessionID
    /// Whose keys are replaced.
    public let operation: KeyUpdate.Operation
    /// Ties VerifyNewKey to its acknowledgement.
    public let verificationTag: UInt8

    /// Which keys hold is not known any more.
    func loseSession(_ reason: RequesterFailure.Reason) -> RequesterMachine.Transition {
        connection.fail(.keyUpdate, reason, in: session, losingSession: true)
    }

    mutating func exchange(_ request: KeyUpdate, isAcrossUpdate: Bool) -> RequesterMachine.Effect {
        connection.exchange(
            request.encoded(version: connection.version), in: session, isAcrossUpdate: isAcrossUpdate)
    }

    /// Reads the acknowledgement of a request, which repeats it.
    func check(_ bytes: [UInt8], acknowledging request: KeyUpdate) throws(RequesterFailure.Reason) {
        let answer = try Answer(bytes, to: .keyUpdate(request), connection.sizes, isSecured: true)
        guard case .keyUpdate(let message) = answer.response else { throw .otherResponse }
        guard message.operation == request.operation else {
            throw .mismatch("KeyOperation", expected: request.operation.rawValue, seen: message.operation.rawValue)
        }
        guard message.tag == request.tag else { throw .mismatch("Tag", expected: request.tag, seen: message.tag) }
    }
}
