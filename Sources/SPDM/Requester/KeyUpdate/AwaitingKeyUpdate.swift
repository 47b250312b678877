/// KEY_UPDATE was sent.
public struct AwaitingKeyUpdate: Hashable, Sendable, RequesterPhase {
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

    func on(_ result: RequesterMachine.Result) -> RequesterMachine.Transition {
        switch result {
        case .answered(let bytes):
            do throws(RequesterFailure.Reason) {
                try run.check(bytes, acknowledging: request)
            } catch {
                return run.loseSession(error)
            }
            return SwitchingKey.begin(run)
        case .failed(let reason):
            // After a refusal the old keys hold at both ends; otherwise nobody knows.
            return reason.leavesOutcomeUnknown
                ? run.loseSession(reason) : run.connection.fail(.keyUpdate, reason, in: run.session)
        case .drew, .computed, .succeeded: return .ignored(in: .awaitingKeyUpdate(self))
        }
    }
}
