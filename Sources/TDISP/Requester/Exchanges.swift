internal import WireBytes

// How an operation begins, and how one request goes out and its answer comes in.

extension TDIRequester {
    func begin(_ operation: Operation) -> Transition {
        guard let negotiated else {
            return operation == .negotiate ? send(.version) : finish(.failed(.notNegotiated, .untouched))
        }
        switch operation {
        case .negotiate:
            var fresh = self
            fresh.negotiated = nil
            return fresh.send(.version)
        case .lock(let request):
            let unsupported = request.flags.subtracting(negotiated.lockFlags)
            guard unsupported.isEmpty else { return finish(.failed(.unsupportedFlags(unsupported), .untouched)) }
            return send(.state(.beforeLock(request)))
        case .fetchReport: return send(.report(ReportAssembly(limits)))
        case .start: return send(.state(.beforeStart))
        case .stop: return send(.state(.beforeStop))
        case .revoke: return send(.stop(StopAttempt(from: nil, doubt: nil, number: 1)))
        case .queryState: return send(.state(.query))
        case .adjust(let adjustment):
            let type = adjustment.request.type
            guard negotiated.requests.contains(type) else {
                return finish(.failed(.unsupportedRequest(type), .untouched))
            }
            return send(.adjust(adjustment))
        }
    }

    /// Goes on to the next step.
    func send(_ step: Step) -> Transition { send(Exchange(step: step, retries: 0)) }

    /// Sends the request of a step, or asks for the nonce that it needs.
    func send(_ exchange: Exchange) -> Transition {
        guard let request = exchange.step.request else { return moved(to: .awaitingNonce(exchange), .provideNonce) }
        return moved(to: .awaitingResponse(exchange), .send(request.encoded(to: interfaceID)))
    }

    func sendStart(_ nonce: StartNonce, _ exchange: Exchange) -> Transition {
        moved(to: .awaitingResponse(exchange), .send(TDISPRequest.startInterface(nonce).encoded(to: interfaceID)))
    }

    /// Keeps the nonce of a lock, then asks whether it is locked.
    func storeNonce(_ nonce: StartNonce) -> Transition {
        let question = Exchange(step: .state(.afterLock(refusal: nil)), retries: 0)
        let bytes = TDISPRequest.getInterfaceState.encoded(to: interfaceID)
        return moved(to: .awaitingResponse(question), .storeNonce(nonce, thenSend: bytes))
    }

    func finish(_ result: Result) -> Transition { moved(to: .idle, .finish(result)) }

    private func moved(to activity: Activity, _ effect: Effect) -> Transition {
        var next = self
        next.activity = activity
        return Transition(next, effect)
    }

    /// Takes what answers a request: BUSY is retried, any other error is a refusal.
    func take(_ bytes: [UInt8], answering exchange: Exchange) -> Transition {
        let response: TDISPResponse
        do throws(Failure) {
            response = try read(bytes)
        } catch {
            return fail(error, at: exchange.step)
        }
        guard case .error(let error) = response else { return accept(response, at: exchange.step) }
        guard error.code == .busy, exchange.retries < limits.busyRetries else {
            return refuse(error, at: exchange.step)
        }
        let retry = exchange.retries + 1
        return moved(to: .backingOff(Exchange(step: exchange.step, retries: retry)), .wait(retry: retry))
    }

    /// Reads a response and checks version, interface and exact length.
    private func read(_ bytes: [UInt8]) throws(Failure) -> TDISPResponse {
        let header: TDISPHeader
        let response: TDISPResponse
        do throws(WireError) {
            header = try TDISPHeader.decode(bytes.span)
            response = try TDISPResponse.decode(bytes.span)
        } catch {
            throw .malformedResponse(error)
        }
        guard header.version == .v1_0 else { throw .wrongVersion(header.version) }
        guard header.interfaceID == interfaceID else { throw .wrongInterface(header.interfaceID) }
        return response
    }
}

extension TDIRequester.Step {
    /// The request to send; nil for START, which needs the nonce that no state may hold.
    fileprivate var request: TDISPRequest? {
        switch self {
        case .version: .getVersion
        case .capabilities: .getCapabilities
        case .state: .getInterfaceState
        case .lock(let request): .lockInterface(request)
        case .report(let assembly): .getInterfaceReport(assembly.query)
        case .start: nil
        case .stop: .stopInterface
        case .adjust(let adjustment): adjustment.request
        }
    }
}
