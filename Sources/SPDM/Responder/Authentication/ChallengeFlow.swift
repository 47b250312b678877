extension Responder {
    /// CHALLENGE: a nonce and a summary are needed first.
    mutating func challenge(
        _ request: Challenge, _ incoming: Incoming, _ negotiated: Negotiated
    ) throws(Refusal) -> Effect {
        guard negotiated.flags.contains(.challenge) else { throw .unsupported(.challenge) }
        try requireKey(request.slot, negotiated)
        try requireSummary(request.summary, negotiated)
        return begin(.drawingChallenge(request), for: incoming, by: .drawChallenge(request.summary))
    }

    /// CHALLENGE_AUTH without its signature, which is then made.
    mutating func challengeDrawn(_ nonce: Nonce, _ summary: [UInt8]) -> Effect {
        guard let work, let negotiated, case .drawingChallenge(let request) = work.step else { return .none }
        self.work = nil
        guard summary.count == request.summary.size(negotiated.sizes) else {
            return refuse(Refusal(.unspecified), work.incoming)
        }
        let response = ChallengeAuth(
            attributes: request.slot & 0xF, provisionedSlots: negotiated.identities.mask,
            chainHash: negotiated.identities.digest(request.slot)?[...] ?? [], nonce: nonce,
            measurementSummary: summary[...], context: request.context, signature: [])
        let transcript = m1(with: work.incoming, response.encoded(version: negotiated.version))
        let demand = SignatureDemand(context: .responderChallenge, transcript: transcript.m1, slot: request.slot)
        return begin(.signingChallenge(response), for: work.incoming, by: .sign(demand))
    }

    /// A signature was made.
    mutating func signed(_ signature: [UInt8]) -> Effect {
        guard let work, let negotiated else { return .none }
        switch work.step {
        case .signingChallenge(var response):
            self.work = nil
            response.signature = signature[...]
            self.negotiated?.transcript.resetAuthentication()
            return answer(response.encoded(version: negotiated.version), to: work.incoming)
        case .signingMeasurements(var response):
            self.work = nil
            response.signature = signature[...]
            changeMeasurements(of: work.incoming.session) { $0.resetMeasurements() }
            return answer(response.encoded(version: negotiated.version), to: work.incoming)
        case .loadingIdentities, .drawingChallenge, .measuring, .beginningExchange, .openingSession, .beginningPSK,
            .openingPSKSession, .verifyingFinish, .verifyingRequester, .awaitingDevice:
            return .none
        }
    }

    /// Checks that a slot, or FFh for the provisioned key, holds a key.
    func requireKey(_ slot: UInt8, _ negotiated: Negotiated) throws(Refusal) {
        guard negotiated.identities.digest(slot) != nil else { throw .invalid }
    }

    /// Checks that a summary can be told.
    func requireSummary(_ summary: MeasurementSummary, _ negotiated: Negotiated) throws(Refusal) {
        switch summary {
        case .none: return
        case .tcb, .all: guard negotiated.canMeasure else { throw .invalid }
        default: throw .invalid
        }
    }
}
