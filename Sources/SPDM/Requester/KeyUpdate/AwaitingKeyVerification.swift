/// VerifyNewKey was sent, the first record under the new key.
public struct AwaitingKeyVerification: Hashable, Sendable, RequesterPhase, AwaitsAnswer {
    /// The update.
    public let run: KeyUpdateRun
    /// The request.
    public let request: KeyUpdate
    var code: MessageCode { .keyUpdate }
    var ground: RequesterGround { .connection(run.connection) }

    static func begin(_ run: KeyUpdateRun) -> RequesterMachine.Transition {
        var run = run
        let request = KeyUpdate(.verifyNewKey, tag: run.verificationTag)
        let effect = run.exchange(request, isAcrossUpdate: false)
        return RequesterMachine.Transition(
            .awaitingKeyVerification(AwaitingKeyVerification(run: run, request: request)), effect)
    }

    func answered(_ bytes: [UInt8]) throws(RequesterFailure.Reason) -> RequesterMachine.Transition {
        try run.check(bytes, acknowledging: request)
        return run.connection.finish(.keysUpdated(run.session))
    }

    func fail(_ reason: RequesterFailure.Reason) -> RequesterMachine.Transition { run.loseSession(reason) }
}
