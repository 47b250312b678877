/// A connection stands, and no operation runs.
public struct Connected: Hashable, Sendable, ConnectionPhase {
    /// The connection.
    public let connection: RequesterConnection
    var code: MessageCode { .getVersion }

    /// Waits for nothing.
    func on(_ result: RequesterMachine.Result) -> RequesterMachine.Transition? { nil }

    func begin(_ operation: RequesterOperation) -> RequesterMachine.Transition {
        switch operation {
        case .connect: AwaitingVersion.begin(connection.offer)
        case .authenticate(let slot, let challenge):
            slot == 0xFF
                ? AdmittingKey.begin(connection, challenge: challenge)
                : AwaitingDigests.begin(connection, slot: slot, challenge: challenge)
        case .measure(let query, let session): AwaitingMeasurements.begin(connection, query, in: session)
        case .openSession(let wish):
            switch wish.key {
            case .slot(let slot): DrawingKeyShare.begin(connection, wish, slot: slot)
            case .psk(let hint): DrawingPSKShare.begin(connection, wish, hint: hint)
            }
        case .exchange(let message, let session): AwaitingVendorResponse.begin(connection, message, in: session)
        case .heartbeat(let session): AwaitingHeartbeat.begin(connection, session)
        case .updateKeys(let session, let operation): DrawingTags.begin(connection, session, operation)
        case .answerEncapsulated(let session): AwaitingEncapsulatedRequest.begin(connection, session)
        case .endSession(let session, let clears): AwaitingEndSession.begin(connection, session, clears: clears)
        }
    }
}
