// What an answer, a refusal or a doubt means, at each step of an operation.

extension TDIRequester {
    /// The answer came, and is not an error.
    func accept(_ response: TDISPResponse, at step: Step) -> Transition {
        switch (step, response) {
        case (.version, .version(let versions)):
            return versions.contains(.v1_0) ? send(.capabilities) : finish(.failed(.noCommonVersion, .untouched))
        case (.capabilities, .capabilities(let capabilities)):
            var next = self
            next.negotiated = capabilities
            return next.finish(.negotiated(capabilities))
        case (.state(let question), .interfaceState(let state)): return conclude(question, state)
        case (.lock, .lockInterface(let nonce)): return storeNonce(nonce)
        case (.report(let assembly), .interfaceReport(let portion)): return append(portion, to: assembly)
        case (.start, .startInterface): return send(.state(.afterStart(refusal: nil)))
        case (.stop(let attempt), .stopInterface): return send(.state(.afterStop(attempt)))
        case (.adjust(let adjustment), _) where response == adjustment.response: return finish(.adjusted)
        case (.version, _), (.capabilities, _), (.state, _), (.lock, _), (.report, _), (.start, _), (.stop, _),
            (.adjust, _):
            return fail(.unexpectedResponse(response.type, to: step.requestType), at: step)
        }
    }

    /// The device said no, or was busy too often. That changes nothing, which for LOCK, START and STOP is confirmed by
    /// asking the state.
    func refuse(_ error: TDISPErrorMessage, at step: Step) -> Transition {
        switch step {
        case .version, .capabilities, .adjust, .state(.beforeLock), .state(.query):
            return finish(.refused(error, in: nil))
        case .lock: return send(.state(.afterLock(refusal: error)))
        case .start: return send(.state(.afterStart(refusal: error)))
        case .stop(let attempt): return send(.state(.afterStop(attempt)))
        case .report, .state(.beforeStart):
            guard error.code != .busy else { return finish(.refused(error, in: nil)) }
            return fail(.unexpectedError(error, to: step.requestType), at: step)
        case .state(.afterLock), .state(.afterStart), .state(.beforeStop), .state(.afterStop):
            return fail(.unexpectedError(error, to: step.requestType), at: step)
        }
    }

    /// Something is wrong. Where the interface may be locked, STOP follows.
    func fail(_ failure: Failure, at step: Step) -> Transition {
        switch step {
        case .version, .capabilities, .state(.beforeLock), .state(.query): finish(.failed(failure, .untouched))
        case .lock, .state(.afterLock), .report, .state(.beforeStart), .start, .state(.afterStart), .adjust:
            send(.stop(StopAttempt(from: nil, doubt: failure, number: 1)))
        case .state(.beforeStop): send(.stop(StopAttempt(from: nil, doubt: nil, number: 1)))
        case .stop(let attempt), .state(.afterStop(let attempt)):
            repeatStop(attempt) ?? finish(.outcomeUnknown(of: step.requestType, after: attempt.doubt))
        }
    }

    private func conclude(_ question: StateQuestion, _ state: TDIState) -> Transition {
        switch question {
        case .beforeLock(let request):
            state == .configUnlocked ? send(.lock(request)) : fail(wrong(state, .configUnlocked), at: .state(question))
        case .afterLock(nil):
            state == .configLocked ? finish(.locked) : fail(wrong(state, .configLocked), at: .state(question))
        case .afterLock(let refusal?):
            state == .configUnlocked
                ? finish(.refused(refusal, in: state))
                : fail(.unexpectedError(refusal, to: .lockInterface), at: .state(question))
        case .beforeStart:
            state == .configLocked ? send(.start) : fail(wrong(state, .configLocked), at: .state(question))
        case .afterStart(nil): state == .run ? finish(.running) : fail(wrong(state, .run), at: .state(question))
        case .afterStart(let refusal?):
            state == .configLocked
                ? finish(.refused(refusal, in: state))
                : fail(.unexpectedError(refusal, to: .startInterface), at: .state(question))
        case .beforeStop: send(.stop(StopAttempt(from: state, doubt: nil, number: 1)))
        case .afterStop(let attempt): concludeStop(attempt, state)
        case .query: finish(.state(state))
        }
    }

    private func wrong(_ state: TDIState, _ expected: TDIState) -> Failure { .wrongState(state, expected: expected) }

    private func concludeStop(_ attempt: StopAttempt, _ state: TDIState) -> Transition {
        guard state == .configUnlocked else {
            let failure = attempt.doubt ?? wrong(state, .configUnlocked)
            return repeatStop(attempt) ?? finish(.failed(failure, .notStopped(state)))
        }
        guard let doubt = attempt.doubt else { return finish(.stopped(from: attempt.from)) }
        return finish(.failed(doubt, .stopped))
    }

    /// STOP once more, or nil when that was tried often enough. It is idempotent.
    private func repeatStop(_ attempt: StopAttempt) -> Transition? {
        guard attempt.number < limits.stopAttempts else { return nil }
        return send(.stop(StopAttempt(from: attempt.from, doubt: attempt.doubt, number: attempt.number + 1)))
    }
}
