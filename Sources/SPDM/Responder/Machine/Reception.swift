internal import WireBytes

extension Responder {
    /// Takes a request.
    mutating func receive(_ incoming: Incoming) -> Effect {
        guard isFree else {
            return .respond(
                Response(
                    bytes: ErrorMessage(version: version, code: .busy).encoded(), session: incoming.session))
        }
        work = nil
        if let session = incoming.session {
            guard isAlive(session) else { return .none }
            change(session) { $0.lastHeard = incoming.time }
        }
        return process(incoming)
    }

    /// Whether a request can be taken: nothing is being worked on, or the device owes an answer that the requester
    /// waits for no longer.
    private var isFree: Bool {
        switch work?.step {
        case nil, .awaitingDevice: true
        case .loadingIdentities, .drawingChallenge, .measuring, .signingChallenge, .signingMeasurements,
            .beginningExchange, .openingSession, .beginningPSK, .openingPSKSession, .verifyingFinish,
            .verifyingRequester:
            false
        }
    }

    /// Answers a request that came whole or out of its chunks. One that is refused leaves the state as it was, but for
    /// what ``forgetTranscripts(_:_:isRefused:)`` does.
    mutating func process(_ incoming: Incoming) -> Effect {
        do throws(Refusal) {
            var next = self
            let effect = try next.handle(incoming)
            self = next
            return effect
        } catch {
            return refuse(error, incoming)
        }
    }

    /// Answers ERROR.
    mutating func refuse(_ refusal: Refusal, _ incoming: Incoming) -> Effect {
        if incoming.bytes.count > 1 {
            let code = MessageCode(rawValue: incoming.bytes[1])
            forgetTranscripts(code, incoming.session, isRefused: true)
        }
        let message = ErrorMessage(version: version, code: refusal.code, data: refusal.data)
        return answer(message.encoded(), to: incoming)
    }

    private mutating func handle(_ incoming: Incoming) throws(Refusal) -> Effect {
        guard incoming.bytes.count >= 4 else { throw .invalid }
        let code = MessageCode(rawValue: incoming.bytes[1])
        if code == .getVersion, incoming.acknowledging == nil { return try startAnew(incoming) }
        if incoming.acknowledging == nil, let transfer = transfers[incoming.session] {
            guard transfer.admits(code) else { throw .unexpected }
        }
        switch connection {
        case .closed: throw .unexpected
        case .lost: throw Refusal(.requestResynch)
        case .versioned(let versioned):
            guard code == .getCapabilities else { throw .unexpected }
            guard profile.policy.versions.contains(SPDMVersion(rawValue: incoming.bytes[0])) else {
                throw Refusal(.versionMismatch)
            }
            let (request, whole) = try decode(incoming, NegotiatedSizes())
            guard case .getCapabilities(let request) = request else { throw .unexpected }
            return try capabilities(request, whole, versioned)
        case .capable(let capable): return try handle(code, incoming, capable)
        case .negotiated(let negotiated): return try handle(code, incoming, negotiated)
        }
    }

    private mutating func handle(
        _ code: MessageCode, _ incoming: Incoming, _ capable: Capable
    ) throws(Refusal) -> Effect {
        guard incoming.bytes[0] == capable.version.rawValue else { throw Refusal(.versionMismatch) }
        guard code == .negotiateAlgorithms || code == .chunkSend || code == .chunkGet else { throw .unexpected }
        let (request, whole) = try decode(incoming, NegotiatedSizes())
        switch request {
        case .negotiateAlgorithms(let request): return try algorithms(request, whole, capable)
        case .chunkSend(let chunk): return try chunkSend(chunk, whole, chunksAllowed(capable.requester.flags))
        case .chunkGet(let request): return try chunkGet(request, whole)
        case .getVersion, .getCapabilities, .getDigests, .getCertificate, .challenge, .getMeasurements, .keyExchange,
            .finish, .pskExchange, .pskFinish, .heartbeat, .keyUpdate, .getEncapsulatedRequest,
            .deliverEncapsulatedResponse, .endSession, .respondIfReady:
            throw .unexpected
        }
    }

    private mutating func handle(
        _ code: MessageCode, _ incoming: Incoming, _ negotiated: Negotiated
    ) throws(Refusal) -> Effect {
        guard incoming.bytes[0] == negotiated.version.rawValue else { throw Refusal(.versionMismatch) }
        if profile.deferred.contains(code), !incoming.wasDeferred, !Self.carriers.contains(code) {
            return postpone(incoming, code)
        }
        forgetTranscripts(code, incoming.session, isRefused: false)
        if code == .vendorDefined { return try vendorDefined(incoming, negotiated) }
        let (request, whole) = try decode(incoming, negotiated.sizes)
        return try dispatch(request, whole)
    }

    /// Decodes a request and cuts off what follows it: padding in the clear, nothing in a session.
    private func decode(
        _ incoming: Incoming, _ sizes: NegotiatedSizes
    ) throws(Refusal) -> (request: SPDMRequest, whole: Incoming) {
        let decoded: (request: SPDMRequest, length: Int)
        do throws(WireError) {
            decoded = try SPDMRequest.decode(incoming.bytes.span, sizes: sizes)
        } catch {
            let isUnknown = error.code == .unexpectedType && error.offset == 1
            throw isUnknown ? .unsupported(MessageCode(rawValue: incoming.bytes[1])) : .invalid
        }
        return (decoded.request, try cut(incoming, to: decoded.length))
    }

    /// Cuts a request to its true length.
    func cut(_ incoming: Incoming, to length: Int) throws(Refusal) -> Incoming {
        guard incoming.session == nil || incoming.bytes.count == length else { throw .invalid }
        // One that came in chunks and was deferred is larger by right.
        let isPiece = incoming.acknowledging == nil && !incoming.wasDeferred
        if version >= .v1_2, isPiece, length > Int(profile.capabilities.dataTransferSize) {
            throw Refusal(.requestTooLarge)
        }
        var whole = incoming
        whole.bytes.removeLast(incoming.bytes.count - length)
        return whole
    }
}
