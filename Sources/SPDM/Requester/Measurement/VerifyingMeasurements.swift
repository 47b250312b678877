/// The signature of MEASUREMENTS is being checked.
public struct VerifyingMeasurements: Hashable, Sendable, ConnectionPhase, AwaitsSuccess {
    /// The connection; L1 is used up.
    public let connection: RequesterConnection
    /// What holds if the signature does.
    public let run: MeasurementRun
    var code: MessageCode { .getMeasurements }

    static func begin(
        _ connection: RequesterConnection, _ run: MeasurementRun, _ message: Measurements, nonce: Nonce, slot: UInt8
    ) -> RequesterMachine.Transition {
        let transcript = connection.l1(in: run.session)
        let signature = Array(message.signature)
        var run = run
        run.report.proofs.append(
            MeasurementReport.Proof(
                nonce: nonce, responderNonce: message.nonce, slot: slot, transcript: transcript, signature: signature))
        var connection = connection
        connection.resetMeasurements(in: run.session)
        return RequesterMachine.Transition(
            .verifyingMeasurements(VerifyingMeasurements(connection: connection, run: run)),
            .verifySignature(
                RequesterMachine.SignatureClaim(
                    context: .measurements, slot: slot, transcript: transcript, signature: signature)))
    }

    func succeeded() -> RequesterMachine.Transition { AwaitingMeasurements.proceed(connection, run) }

    func fail(_ reason: RequesterFailure.Reason) -> RequesterMachine.Transition {
        connection.fail(code, reason, in: run.session)
    }
}
