/// The responder agreed; the key of what this end sends is being replaced.
public struct SwitchingKey: Hashable, Sendable, RequesterPhase, AwaitsSuccess {
    /// The update.
    public let run: KeyUpdateRun
    var code: MessageCode { .keyUpdate }
    var ground: RequesterGround { .connection(run.connection) }

    static func begin(_ run: KeyUpdateRun) -> RequesterMachine.Transition {
        RequesterMachine.Transition(.switchingKey(SwitchingKey(run: run)), .updateKey(run.session))
    }

    func succeeded() -> RequesterMachine.Transition { AwaitingKeyVerification.begin(run) }

    func fail(_ reason: RequesterFailure.Reason) -> RequesterMachine.Transition { run.loseSession(reason) }
}
