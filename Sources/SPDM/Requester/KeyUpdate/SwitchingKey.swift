/// The responder agreed; the key of what this end sends is being replaced.
public struct SwitchingKey: Hashable, Sendable, RequesterPhase {
    /// The update.
    public let run: KeyUpdateRun
    var code: MessageCode { .keyUpdate }
    var ground: RequesterGround { .connection(run.connection) }

    static func begin(_ run: KeyUpdateRun) -> RequesterMachine.Transition {
        RequesterMachine.Transition(.switchingKey(SwitchingKey(run: run)), .updateKey(run.session))
    }

    func on(_ result: RequesterMachine.Result) -> RequesterMachine.Transition {
        switch result {
        case .succeeded: AwaitingKeyVerification.begin(run)
        case .failed(let reason): run.loseSession(reason)
        case .answered, .drew, .computed: .ignored(in: .switchingKey(self))
        }
    }
}
