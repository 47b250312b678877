extension Responder {
    /// GET_DIGESTS, outside a session or in one.
    mutating func digests(_ incoming: Incoming, _ negotiated: Negotiated) throws(Refusal) -> Effect {
        guard negotiated.flags.contains(.certificate) else { throw .unsupported(.getDigests) }
        let identities = negotiated.identities
        let response = Digests(
            supportedSlots: profile.supportedSlots | identities.mask, provisionedSlots: identities.mask,
            digests: identities.slots.flatMap(\.digest)[...],
            keys: negotiated.sizes.multiKey ? identities.keys[...] : []
        ).encoded(version: negotiated.version)
        try collectAuthentication(incoming, response)
        if incoming.session == nil { self.negotiated?.lastDigests = response }
        return answer(response, to: incoming)
    }

    /// M1 with a request and its response. What passes in a session is not part of it.
    func m1(with incoming: Incoming, _ response: [UInt8]) -> ConnectionTranscript {
        var transcript = negotiated?.transcript ?? ConnectionTranscript()
        transcript.appendAuthentication(incoming.bytes.span)
        transcript.appendAuthentication(response.span)
        return transcript
    }

    /// Appends a request and its response to M1, if there can be a CHALLENGE.
    mutating func collectAuthentication(_ incoming: Incoming, _ response: [UInt8]) throws(Refusal) {
        guard incoming.session == nil, let negotiated, negotiated.flags.contains(.challenge) else { return }
        guard negotiated.transcript.authenticationCount < Self.transcriptLimit else { throw Refusal(.unspecified) }
        let transcript = m1(with: incoming, response)
        self.negotiated?.transcript = transcript
    }
}

extension Responder.Identities {
    /// KeyPairID of each slot, CertificateInfo of each, KeyUsageMask of each, as DIGESTS has them.
    var keys: [UInt8] {
        slots.map(\.keyPair) + slots.map { $0.model & 7 }
            + slots.flatMap { [UInt8(truncatingIfNeeded: $0.usage), UInt8(truncatingIfNeeded: $0.usage >> 8)] }
    }
}
