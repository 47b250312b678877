/// The nonce of GET_MEASUREMENTS is being drawn.
public struct DrawingMeasurementNonce: Hashable, Sendable, ConnectionPhase, AwaitsDraw {
    /// The connection.
    public let connection: RequesterConnection
    /// The measurements that were asked for.
    public let run: MeasurementRun
    var code: MessageCode { .getMeasurements }

    func drew(_ drawn: RequesterMachine.Drawn) -> RequesterMachine.Transition? {
        guard case .nonce(let nonce) = drawn else { return nil }
        return AwaitingMeasurements.send(run.request(nonce: nonce), connection, run)
    }

    func fail(_ reason: RequesterFailure.Reason) -> RequesterMachine.Transition {
        connection.fail(code, reason, in: run.session)
    }
}
