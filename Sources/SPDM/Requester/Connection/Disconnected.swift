/// There is no connection.
public struct Disconnected: Hashable, Sendable, NegotiationPhase {
    /// What will be offered.
    public let offer: RequesterOffer
    var code: MessageCode { .getVersion }

    /// Waits for nothing.
    func on(_ result: RequesterMachine.Result) -> RequesterMachine.Transition? { nil }

    func begin(_ operation: RequesterOperation) -> RequesterMachine.Transition {
        switch operation {
        case .connect: AwaitingVersion.begin(offer)
        case .authenticate, .measure, .openSession, .exchange, .heartbeat, .updateKeys, .answerEncapsulated,
            .endSession:
            RequesterMachine.Transition(
                .disconnected(self), .refuse(RequesterFailure(operation.request, .notPossible(.notConnected))))
        }
    }
}

extension RequesterOperation {
    /// The request that stands for the operation.
    var request: MessageCode {
        switch self {
        case .connect: .getVersion
        case .authenticate: .getDigests
        case .measure: .getMeasurements
        case .openSession(let wish):
            switch wish.key {
            case .slot: .keyExchange
            case .psk: .pskExchange
            }
        case .exchange: .vendorDefined
        case .heartbeat: .heartbeat
        case .updateKeys: .keyUpdate
        case .answerEncapsulated: .getEncapsulatedRequest
        case .endSession: .endSession
        }
    }
}
