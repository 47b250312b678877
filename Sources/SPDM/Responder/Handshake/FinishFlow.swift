extension Responder {
    /// FINISH: signature and verify data are checked first.
    mutating func finish(
        _ request: Finish, _ incoming: Incoming, _ negotiated: Negotiated, _ handshake: Handshake
    ) throws(Refusal) -> Effect {
        guard case .keyExchange(let authentication) = handshake.kind else { throw .unexpected }
        guard (incoming.session == nil) == handshake.isInTheClear else {
            throw Refusal(negotiated.version >= .v1_2 ? .sessionRequired : .unspecified)
        }
        var transcript = handshake.transcript
        let signer = try signer(authentication, request, negotiated, &transcript)
        transcript.appendFinish(
            incoming.bytes.span, signatureSize: request.signature.count, verifyDataSize: request.verifyData.count)
        let header = FinishResponse().encoded(version: negotiated.version)
        transcript.append(.finishResponse, header.span)
        let proof = FinishProof(
            session: handshake.session, transcript: transcript, signer: signer,
            signature: Array(request.signature), verifyData: Array(request.verifyData),
            wantsVerifyData: handshake.isInTheClear, time: incoming.time)
        return begin(.verifyingFinish(transcript), for: incoming, by: .verifyFinish(proof))
    }

    /// Who has to sign; puts the requester's chain into the transcript.
    private func signer(
        _ authentication: RequesterAuthentication, _ request: Finish, _ negotiated: Negotiated,
        _ transcript: inout SessionTranscript
    ) throws(Refusal) -> FinishProof.Signer {
        let isSigned = !request.signature.isEmpty
        let isSlotRight = request.slot == profile.mutualAuthentication.slotInFinish
        switch authentication {
        case .notWanted:
            guard !isSigned else { throw .invalid }
            return .none
        case .waiting, .digests, .certificate: throw Refusal(.requestInFlight)
        case .provisioned:
            guard isSigned, isSlotRight, let digest = negotiated.identities.requesterDigest else { throw .invalid }
            transcript.append(.requesterChainHash, digest.span)
            return .provisioned
        case .verified(let digest):
            guard isSigned, isSlotRight else { throw .invalid }
            transcript.append(.requesterChainHash, digest.span)
            return .verified
        }
    }

    /// FINISH_RSP or PSK_FINISH_RSP: the session is established as it goes out.
    mutating func finishVerified(_ verifyData: [UInt8]) -> Effect {
        guard let work, let negotiated, let handshake = negotiated.handshake,
            case .verifyingFinish(var transcript) = work.step
        else { return .none }
        self.work = nil
        transcript.append(.finishResponseVerifyData, verifyData.span)
        let response: [UInt8]
        switch handshake.kind {
        case .keyExchange: response = FinishResponse(verifyData: verifyData).encoded(version: negotiated.version)
        case .psk: response = PSKFinishResponse().encoded(version: negotiated.version)
        }
        establish(handshake, at: work.incoming.time)
        return answer(
            response, to: work.incoming,
            keys: .establish(handshake.session, th2: Array(transcript.input(.th2))))
    }
}

extension ResponderProfile.MutualAuthentication {
    /// What Param2 of FINISH must be: KEY_EXCHANGE_RSP has only four bits for the slot.
    fileprivate var slotInFinish: UInt8 { slot == KeyExchangeResponse.provisionedKeySlot ? 0xFF : slot }
}
