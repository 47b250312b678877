internal import OpenSSLCrypto
internal import SPDM

extension SPDMResponder {
    /// Fresh keys of a session, as it was negotiated.
    private func sessionKeys(_ session: SessionID, isEncrypted: Bool) throws(EffectFailure) -> SessionKeys {
        guard let negotiated = machine.negotiated, let algorithms, let suite = algorithms.suite else {
            throw .unavailable
        }
        return SessionKeys(
            .responder, session: session, version: negotiated.version, hash: algorithms.hash, suite: suite,
            isEncrypted: isEncrypted, recordLimit: settings.recordLimit)
    }

    /// Signs the exchange and derives the handshake keys from the transcript with that signature in it.
    mutating func openSession(_ opening: Responder.SessionOpening) throws(EffectFailure) -> Responder.Event {
        let secret = try sharedSecret(opening.peerExchange)
        var transcript = opening.transcript
        let signed = try digest(transcript.input(.exchangeSignature))
        let signature = try sign(.keyExchange, signed, slot: opening.slot)
        transcript.append(.exchangeSignature, signature.span)
        let th1 = try digest(transcript.input(.th1))
        let holder = SessionKeyHolder(try sessionKeys(opening.session, isEncrypted: opening.isEncrypted))
        do throws(SessionKeyError) {
            try holder.keys.beginHandshake(sharedSecret: secret, th1: th1)
        } catch {
            throw .unavailable
        }
        let verifyData =
            opening.wantsVerifyData
            ? try EffectFailure.keys { () throws(SessionKeyError) in
                try holder.keys.verifyData(.response, transcriptHash: th1)
            } : []
        keys[opening.session] = holder
        return .sessionOpened(signature: signature, verifyData: verifyData)
    }

    /// The secret shared with the requester, whose public value may be none.
    private mutating func sharedSecret(_ peer: [UInt8]) throws(EffectFailure) -> SecretBytes {
        do throws(CryptoError) {
            return try chance.finishExchange(peer)
        } catch {
            throw .refused
        }
    }

    /// Derives the handshake keys from a pre-shared key.
    mutating func openPSKSession(_ opening: Responder.PSKOpening) throws(EffectFailure) -> Responder.Event {
        guard let psk = settings.preSharedKey(opening.hint) else { throw .unknownKey }
        let th1 = try digest(opening.transcript.input(.th1))
        let holder = SessionKeyHolder(try sessionKeys(opening.session, isEncrypted: opening.isEncrypted))
        let verifyData = try EffectFailure.keys { () throws(SessionKeyError) in
            try holder.keys.beginHandshake(psk: psk.secret, th1: th1)
            return try holder.keys.verifyData(.response, transcriptHash: th1)
        }
        keys[opening.session] = holder
        return .pskSessionOpened(verifyData: verifyData)
    }

    /// Checks what the requester proves itself with.
    mutating func verifyFinish(_ proof: Responder.FinishProof) throws(EffectFailure) -> Responder.Event {
        guard let holder = keys[proof.session] else { throw .unavailable }
        try verifySignature(proof)
        let hash = try digest(proof.transcript.input(.requesterVerifyData))
        let isValid = try EffectFailure.keys { () throws(SessionKeyError) in
            try holder.keys.isValid(proof.verifyData.span, .request, transcriptHash: hash)
        }
        guard isValid else { throw .refused(.verifyData) }
        guard proof.wantsVerifyData else { return .finishVerified(verifyData: []) }
        // The response counts what proves the request.
        let responseHash = try digest(proof.transcript.input(.responderVerifyData))
        return .finishVerified(
            verifyData: try EffectFailure.keys { () throws(SessionKeyError) in
                try holder.keys.verifyData(.response, transcriptHash: responseHash)
            })
    }

    private mutating func verifySignature(_ proof: Responder.FinishProof) throws(EffectFailure) {
        switch proof.signer {
        case .none: return
        case .verified: break
        case .provisioned: requesters[proof.session] = try provisionedRequester(at: proof.time)
        }
        guard let requester = requesters[proof.session], let negotiated = machine.negotiated, let algorithms,
            let algorithm = algorithms.requesterSignature
        else { throw .refused }
        let hash = try digest(proof.transcript.input(.finishSignature))
        let input = SigningContext.finish.input(hash: hash, version: negotiated.version)
        let isValid: Bool
        do throws(CryptoError) {
            isValid = try requester.publicKey().isValid(
                proof.signature.span, for: input, hash: algorithms.hash, using: algorithm)
        } catch {
            throw .refused(.signature)
        }
        guard isValid else { throw .refused(.signature) }
    }

    /// Judges the requester's chain.
    mutating func verifyRequester(_ evidence: Responder.RequesterEvidence) throws(EffectFailure) -> Responder.Event {
        requesters[evidence.session] = try requester(evidence.chain, at: evidence.time)
        return .requesterVerified(digest: try digest(evidence.chain))
    }

    private func provisionedRequester(at time: Int64) throws(EffectFailure) -> VerifiedIdentity {
        guard let trust = settings.requesterTrust else { throw .refused }
        if let chain = trust.provisionedChain { return try requester(chain, at: time) }
        let context = try requesterContext()
        do throws(ChainRefusal) {
            return try trust.trust.provisionedIdentity(as: context)
        } catch {
            throw .refused(.untrusted(error))
        }
    }

    private func requester(_ chain: [UInt8], at time: Int64) throws(EffectFailure) -> VerifiedIdentity {
        guard let trust = settings.requesterTrust else { throw .refused }
        let context = try requesterContext()
        do throws(ChainRefusal) {
            return try trust.trust.verify(chain, as: context, at: time)
        } catch {
            throw .refused(.untrusted(error))
        }
    }

    private func requesterContext() throws(EffectFailure) -> ChainContext {
        guard let negotiated = machine.negotiated, let algorithms, let signature = algorithms.requesterSignature
        else { throw .unavailable }
        return ChainContext(
            version: negotiated.version, hash: algorithms.hash, signature: signature, signer: .requester)
    }
}
