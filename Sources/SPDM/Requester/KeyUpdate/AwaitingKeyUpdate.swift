/// KEY_UPDATE was sent.
public struct AwaitingKeyUpdate: Hashable, Sendable, RequesterPhase, AwaitsAnswer {
    /// The update.
    public let run: KeyUpdateRun
    /// The request.
    public let request: KeyUpdate
    var code: MessageCode { .keyUpdate }
    var ground: RequesterGround { .connection(run.connection) }

    static func begin(_ run: KeyUpdateRun, _ request: KeyUpdate) -> RequesterMachine.Transition {
        var run = run
        let effect = run.exchange(request, isAcrossUpdate: request.operation == .updateAllKeys)
        return RequesterMachine.Transition(.awaitingKeyUpdate(AwaitingKeyUpdate(run: run, request: request)), effect)
    }

    func answered(_ bytes: [UInt8]) throws(RequesterFailure.Reason) -> RequesterMachine.Transition {
        try run.check(bytes, acknowledging: request)
        return SwitchingKey.begin(run)
    }

    /// After a refusal the old keys hold at both ends; otherwise nobody knows.
    func fail(_ reason: RequesterFailure.Reason) -> RequesterMachine.Transition {
        reason.leavesOutcomeUnknown ? run.loseSession(reason) : run.connection.fail(code, reason, in: run.session)
    }
}
