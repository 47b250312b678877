extension Responder {
    /// A request that was answered ResponseNotReady.
    public struct Deferral: Hashable, Sendable {
        /// The request, to be answered in earnest when asked for.
        public let incoming: Incoming
        /// Shown again in RESPOND_IF_READY.
        public let token: UInt8
    }

    /// Answers ResponseNotReady; the last request that was, counts.
    mutating func postpone(_ incoming: Incoming, _ code: MessageCode) -> Effect {
        var kept = incoming
        kept.acknowledging = nil
        kept.wasDeferred = true
        lastToken &+= 1
        let token = lastToken
        deferral = Deferral(incoming: kept, token: token)
        let notReady = ErrorMessage.ResponseNotReady(
            exponent: profile.capabilities.ctExponent, request: code, token: token, multiplier: 2)
        return answer(ErrorMessage(version: version, notReady: notReady).encoded(), to: incoming)
    }

    /// RESPOND_IF_READY: answers what was deferred, where it came from.
    mutating func respondIfReady(_ request: RespondIfReady, _ incoming: Incoming) throws(Refusal) -> Effect {
        guard let deferral, deferral.incoming.session == incoming.session else { throw .unexpected }
        guard deferral.incoming.bytes[1] == request.request.rawValue, deferral.token == request.token else {
            throw .invalid
        }
        self.deferral = nil
        var kept = deferral.incoming
        kept.acknowledging = incoming.acknowledging
        return process(kept)
    }
}
