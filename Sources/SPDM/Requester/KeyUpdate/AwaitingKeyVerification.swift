/// VerifyNewKey was sent, the first record under the new key.
public struct AwaitingKeyVerification: Hashable, Sendable, RequesterPhase {
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

    func on(_ result: RequesterMachine.Result) -> RequesterMachine.Transition {
        switch result {
        case .answered(let bytes):
            do throws(RequesterFailure.Reason) {
                try run.check(bytes, acknowledging: request)
            } catch {
                return run.loseSession(error)
            }
            return run.connection.finish(.keysUpdated(run.session))
        case .failed(let reason): return run.loseSession(reason)
        case .drew, .computed, .succeeded: return .ignored(in: .awaitingKeyVerification(self))
        }
    }
}
