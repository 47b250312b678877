extension Responder {
    /// NEGOTIATE_ALGORITHMS: selects, and has the chains for the selection loaded before ALGORITHMS goes out.
    mutating func algorithms(
        _ request: NegotiateAlgorithms, _ incoming: Incoming, _ capable: Capable
    ) throws(Refusal) -> Effect {
        let flags = profile.flags(capable.version)
        let hasSeveralKeys = try hasSeveralKeys(request, flags, capable.version)
        let selected = try selection(for: request, flags, capable)
        let common = flags.intersection(capable.requester.flags)
        guard var sizes = NegotiatedSizes(selected: selected, common: common) else { throw .invalid }
        sizes.multiKey = hasSeveralKeys
        let negotiated = Negotiated(
            version: capable.version, requester: capable.requester, flags: flags, algorithms: selected, sizes: sizes,
            transcript: capable.transcript)
        return begin(.loadingIdentities(negotiated), for: incoming, by: .loadIdentities(selected))
    }

    /// What the policy selects. A table that offers nothing is a contradiction, and nothing in common where something
    /// is needed is an invalid request.
    private func selection(
        for request: NegotiateAlgorithms, _ flags: CapabilityFlags, _ capable: Capable
    ) throws(Refusal) -> Algorithms {
        let tables = request.tables
        guard tables.exchange != [], tables.aead != [], tables.requesterAsymmetric != [], tables.keySchedule != []
        else { throw .invalid }
        var selected: Algorithms
        do throws(PolicyRefusal) {
            selected = try profile.policy.selection(
                for: request, version: capable.version, requester: capable.requester.flags, responder: flags,
                signatures: profile.signatures)
        } catch {
            throw .invalid
        }
        if !selected.measurementSpecification.isEmpty, let hash = profile.measurementHash {
            selected.measurementHash = hash
        }
        // The requester has several keys only if it cannot do with one.
        if capable.version >= .v1_3, capable.requester.flags.contains(.multiKeyOnly) {
            selected.otherParameters.insert(.multiKey)
        }
        return selected
    }

    /// Whether this end has several keys on the connection (1.3), which the requester chooses where there is a choice.
    private func hasSeveralKeys(
        _ request: NegotiateAlgorithms, _ flags: CapabilityFlags, _ version: SPDMVersion
    ) throws(Refusal) -> Bool {
        guard version >= .v1_3 else { return false }
        let isWanted = request.otherParameters.contains(.multiKey)
        if flags.contains(.multiKeyOnly) {
            guard isWanted else { throw .invalid }
        } else if !flags.contains(.multiKeySelectable) {
            guard !isWanted else { throw .invalid }
        }
        return isWanted
    }

    /// Sends ALGORITHMS.
    mutating func identitiesLoaded(_ identities: Identities) -> Effect {
        guard let work, case .loadingIdentities(var negotiated) = work.step else { return .none }
        self.work = nil
        let response = negotiated.algorithms.encoded(version: negotiated.version)
        negotiated.transcript.appendConnection(work.incoming.bytes.span)
        negotiated.transcript.appendConnection(response.span)
        negotiated.identities = identities
        connection = .negotiated(negotiated)
        return answer(response, to: work.incoming)
    }
}
