internal import SPDM

/// What an SPDM responder's owner makes of an effect.
struct SPDMOutcome {
    /// Nil when it succeeds.
    var failure: Responder.Failure?
    /// Whether what a device or a random source gives has the wrong length.
    var isMisshapen = false

    /// The event; nil when the effect has no outcome.
    func event(_ effect: Responder.Effect, sizes: NegotiatedSizes) -> Responder.Event? {
        guard effect != .none else { return nil }
        if let failure { return .failed(failure) }
        let nonce = Nonce(InlineArray(repeating: 0x5A))
        switch effect {
        case .none, .respond: return nil
        case .deliver(let bytes, over: _): return .vendorAnswered(answer(bytes))
        case .loadIdentities: return .identitiesLoaded(identities(sizes))
        case .drawChallenge(let summary): return .challengeDrawn(nonce, summary: digest(summary, sizes))
        case .measure: return .measured(Responder.Measured(nonce: nonce, blocks: blocks(sizes)))
        case .beginExchange(let summary):
            return .exchangeBegun(
                Responder.ExchangeBegun(
                    random: nonce, sessionHalf: 0xFFFE, exchange: bytes(sizes.exchange), summary: digest(summary, sizes)
                ))
        case .beginPSK(let demand):
            return .pskBegun(
                Responder.PSKBegun(
                    sessionHalf: 0xFFFE, context: bytes(demand.contextSize), summary: digest(demand.summary, sizes)))
        case .sign: return .signed(proof(sizes.signature))
        case .openSession(let opening):
            return .sessionOpened(
                signature: proof(sizes.signature), verifyData: proof(opening.wantsVerifyData ? sizes.hash : 0))
        case .openPSKSession: return .pskSessionOpened(verifyData: proof(sizes.hash))
        case .verifyFinish(let finish):
            return .finishVerified(verifyData: proof(finish.wantsVerifyData ? sizes.hash : 0))
        case .verifyRequester: return .requesterVerified(digest: bytes(sizes.hash))
        }
    }

    /// A signature, an HMAC: the library's, and right.
    private func proof(_ count: Int) -> [UInt8] { [UInt8](repeating: 0xA5, count: count) }

    private func bytes(_ count: Int) -> [UInt8] { [UInt8](repeating: 0xA5, count: count + (isMisshapen ? 1 : 0)) }

    private func digest(_ summary: MeasurementSummary, _ sizes: NegotiatedSizes) -> [UInt8] {
        bytes(summary == .none ? 0 : sizes.hash)
    }

    /// A whole message, of this or no protocol.
    private func answer(_ request: [UInt8]) -> [UInt8] {
        guard !isMisshapen, request.count > 1 else { return [0x12] }
        return request[..<1] + [VendorDefined.Kind.response.rawValue] + request[2...]
    }

    private func identities(_ sizes: NegotiatedSizes) -> Responder.Identities {
        let chain = [UInt8](repeating: 0x30, count: 200)
        let digest = proof(sizes.hash)
        return Responder.Identities(
            slots: [0, 3].map { Responder.Identities.Slot(number: $0, chain: chain, digest: digest) },
            publicKeyDigest: isMisshapen ? digest : nil, requesterDigest: digest)
    }

    private func blocks(_ sizes: NegotiatedSizes) -> [MeasurementBlock] {
        [
            MeasurementBlock(index: 1, kind: .firmware, isRaw: false, value: bytes(sizes.hash)[...]),
            MeasurementBlock(index: 0xFD, kind: .manifest, isRaw: true, value: [UInt8](repeating: 7, count: 300)[...]),
        ]
    }
}
