/// The nonce of GET_MEASUREMENTS is being drawn.
public struct DrawingMeasurementNonce: Hashable, Sendable, ConnectionPhase {
    /// The connection.
    public let connection: RequesterConnection
    /// The measurements that were asked for.
    public let run: MeasurementRun
    var code: MessageCode { .getMeasurements }

    func on(_ result: RequesterMachine.Result) -> RequesterMachine.Transition {
        switch result {
        case .drew(.nonce(let nonce)):
            return AwaitingMeasurements.send(run.request(nonce: nonce), connection, run)
        case .failed(let reason): return connection.fail(.getMeasurements, reason, in: run.session)
        case .drew(.keyShare), .drew(.pskShare), .drew(.tags), .drew(.identity), .answered, .computed, .succeeded:
            return .ignored(in: .drawingMeasurementNonce(self))
        }
    }
}
