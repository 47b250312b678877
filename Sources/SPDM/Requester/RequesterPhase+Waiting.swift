// A state waits for the result of one effect: a result of its kind leads on, a failure ends the operation, any other
// changes nothing. There is one protocol for each kind, so that a state holds only what it makes of its own result.

/// A state that waits for the result of its effect.
protocol WaitingPhase: RequesterPhase {
    /// Ends the operation. Unless a state says otherwise, what it stands on remains as far as the reason allows.
    func fail(_ reason: RequesterFailure.Reason) -> RequesterMachine.Transition
}

extension WaitingPhase {
    func fail(_ reason: RequesterFailure.Reason) -> RequesterMachine.Transition {
        switch ground {
        case .offer(let offer):
            RequesterMachine.Transition(
                .disconnected(Disconnected(offer: offer)), .fail(RequesterFailure(code, reason, loss: .connection)))
        case .connection(let connection): connection.fail(code, reason)
        case .handshake(let handshake): handshake.fail(code, reason)
        }
    }
}

/// A state that waits for the response to its request.
protocol AwaitsAnswer: WaitingPhase {
    /// Reads the response and goes on. Throws what is wrong with it, which ends the operation like any other failure.
    func answered(_ bytes: [UInt8]) throws(RequesterFailure.Reason) -> RequesterMachine.Transition
}

extension AwaitsAnswer {
    func on(_ result: RequesterMachine.Result) -> RequesterMachine.Transition? {
        switch result {
        case .answered(let bytes):
            do throws(RequesterFailure.Reason) { return try answered(bytes) } catch { return fail(error) }
        case .failed(let reason): return fail(reason)
        case .drew, .computed, .succeeded: return nil
        }
    }
}

/// A state that waits for something random, or for what this end has of its own.
protocol AwaitsDraw: WaitingPhase {
    /// Takes what was drawn; nil when it is not what the state asked for.
    func drew(_ drawn: RequesterMachine.Drawn) -> RequesterMachine.Transition?
}

extension AwaitsDraw {
    func on(_ result: RequesterMachine.Result) -> RequesterMachine.Transition? {
        switch result {
        case .drew(let drawn): drew(drawn)
        case .failed(let reason): fail(reason)
        case .answered, .computed, .succeeded: nil
        }
    }
}

/// A state that waits for bytes that are being computed.
protocol AwaitsComputation: WaitingPhase {
    func computed(_ bytes: [UInt8]) -> RequesterMachine.Transition
}

extension AwaitsComputation {
    func on(_ result: RequesterMachine.Result) -> RequesterMachine.Transition? {
        switch result {
        case .computed(let bytes): computed(bytes)
        case .failed(let reason): fail(reason)
        case .answered, .drew, .succeeded: nil
        }
    }
}

/// A state that waits until something is checked, derived or replaced.
protocol AwaitsSuccess: WaitingPhase {
    func succeeded() -> RequesterMachine.Transition
}

extension AwaitsSuccess {
    func on(_ result: RequesterMachine.Result) -> RequesterMachine.Transition? {
        switch result {
        case .succeeded: succeeded()
        case .failed(let reason): fail(reason)
        case .answered, .drew, .computed: nil
        }
    }
}
