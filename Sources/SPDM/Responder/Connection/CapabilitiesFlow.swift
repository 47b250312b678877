extension Responder {
    /// GET_CAPABILITIES, which chooses the version.
    mutating func capabilities(
        _ request: GetCapabilities, _ incoming: Incoming, _ versioned: Versioned
    ) throws(Refusal) -> Effect {
        let version = SPDMVersion(rawValue: incoming.bytes[0])
        guard request.requester.isConsistent(version) else { throw .invalid }
        var responder = profile.capabilities
        responder.flags = profile.flags(version)
        let response = Capabilities(responder).encoded(version: version)
        var transcript = versioned.transcript
        transcript.appendConnection(incoming.bytes.span)
        transcript.appendConnection(response.span)
        connection = .capable(Capable(version: version, requester: request.requester, transcript: transcript))
        return answer(response, to: incoming)
    }
}

extension EndpointCapabilities {
    /// Whether a requester's capabilities do not contradict each other (DSP0274, tables 11 and 13).
    func isConsistent(_ version: SPDMVersion) -> Bool {
        guard ctExponent < 32, hasKnownFields(version), hasSessionFlagsInOrder(version),
            hasIdentityFlagsInOrder(version)
        else { return false }
        guard version >= .v1_2 else { return true }
        return dataTransferSize >= Self.minimumDataTransferSize && dataTransferSize <= maximumMessageSize
            && (flags.contains(.chunk) || dataTransferSize == maximumMessageSize)
    }

    /// Fields of two bits hold no reserved value.
    private func hasKnownFields(_ version: SPDMVersion) -> Bool {
        guard !flags.contains(.pskWithContext) else { return false }
        guard version >= .v1_3 else { return true }
        return !flags.isSuperset(of: [.endpointInfo, .endpointInfoUnsigned])
            && !flags.isSuperset(of: [.multiKeyOnly, .multiKeySelectable])
    }

    /// Sessions need protection, and what belongs to sessions needs sessions.
    private func hasSessionFlagsInOrder(_ version: SPDMVersion) -> Bool {
        let protection: CapabilityFlags = [.mac, .encrypt]
        guard flags.contains(.keyExchange) || flags.contains(.psk) else {
            let session = protection.union([.handshakeInTheClear, .heartbeat, .keyUpdate])
            return flags.isDisjoint(with: version >= .v1_3 ? session.union(.event) : session)
        }
        guard !flags.isDisjoint(with: protection) else { return false }
        return flags.contains(.keyExchange) || !flags.contains(.handshakeInTheClear)
    }

    /// What signs needs a certificate or a provisioned key, not both, and something to sign.
    private func hasIdentityFlagsInOrder(_ version: SPDMVersion) -> Bool {
        let signedInformation: CapabilityFlags = version >= .v1_3 ? .endpointInfo : []
        let uses = signedInformation.union([.challenge, .keyExchange])
        switch (flags.contains(.certificate), flags.contains(.publicKeyID)) {
        case (true, true): return false
        case (false, false):
            return flags.isDisjoint(with: signedInformation.union([.challenge, .mutualAuthentication]))
        case (true, false), (false, true): break
        }
        guard !flags.isDisjoint(with: uses) else { return false }
        if flags.contains(.mutualAuthentication) {
            guard !flags.isDisjoint(with: [.challenge, .keyExchange]) else { return false }
            guard version > .v1_1 || flags.contains(.encapsulated) else { return false }
        }
        guard version >= .v1_3, !flags.isDisjoint(with: [.multiKeyOnly, .multiKeySelectable]) else { return true }
        return flags.contains(.certificate)
    }
}
