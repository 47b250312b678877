extension AlgorithmPolicy {
    /// NEGOTIATE_ALGORITHMS: all that is allowed here, with the tables that the capabilities of both ends make use of.
    public func request(
        version: SPDMVersion, requester: CapabilityFlags, responder: CapabilityFlags
    ) -> NegotiateAlgorithms {
        let needs = NegotiationNeeds(requester: requester, responder: responder)
        var request = NegotiateAlgorithms(
            otherParameters: version >= .v1_2 ? .opaqueFormat1 : [], asymmetric: union(signatures), hash: union(hashes))
        if needs.group { request.tables.exchange = union(groups) }
        if needs.suite { request.tables.aead = union(suites) }
        if needs.requesterSignature { request.tables.requesterAsymmetric = union(requesterSignatures) }
        if needs.session { request.tables.keySchedule = .spdm }
        return request
    }

    /// Whether ALGORITHMS selected what is allowed here: exactly one of everything that is needed, at most one of what
    /// is not.
    ///
    /// Throws ``PolicyRefusal`` for the first that it did not.
    public func check(
        _ selected: Algorithms, version: SPDMVersion, requester: CapabilityFlags, responder: CapabilityFlags
    ) throws(PolicyRefusal) {
        let needs = NegotiationNeeds(requester: requester, responder: responder)
        try check(.hash, selected.hash, hashes, isNeeded: needs.hash)
        try check(.signature, selected.asymmetric, signatures, isNeeded: needs.signature)
        let tables = selected.tables
        try check(.exchangeGroup, tables.exchange, groups, isNeeded: needs.group)
        try check(.cipherSuite, tables.aead, suites, isNeeded: needs.suite)
        try check(
            .requesterSignature, tables.requesterAsymmetric, requesterSignatures, isNeeded: needs.requesterSignature)
        try check(.keySchedule, tables.keySchedule, [.spdm], isNeeded: needs.session)
        try check(
            .measurementSpecification, selected.measurementSpecification, [.dmtf], isNeeded: needs.measurements)
        try check(
            .measurementHash, selected.measurementHash, [.rawOnly, .sha256, .sha384, .sha512],
            isNeeded: needs.measurements)
        // What opaque data is for here, records of sessions, has no other format from SPDM 1.2 on.
        let format = selected.otherParameters.subtracting(.multiKey)
        try check(.opaqueFormat, format, [.opaqueFormat1], isNeeded: needs.session && version >= .v1_2)
    }

    private func check<Kind: OptionSet & CustomStringConvertible>(
        _ subject: PolicyRefusal.Subject, _ selected: Kind?, _ allowed: [Kind], isNeeded: Bool
    ) throws(PolicyRefusal) {
        let selected = selected ?? []
        guard allowed.contains(selected) || selected.isEmpty && !isNeeded else {
            throw PolicyRefusal(self, subject, seen: selected.description, allowed: Self.list(allowed))
        }
    }
}

func union<Kind: OptionSet>(_ kinds: [Kind]) -> Kind { kinds.reduce(into: []) { $0.formUnion($1) } }
