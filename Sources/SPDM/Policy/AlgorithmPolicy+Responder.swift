extension AlgorithmPolicy {
    /// ALGORITHMS: of each kind the first here that the requester offers. `signatures` are those that the responder's
    /// keys can make.
    ///
    /// Throws ``PolicyRefusal`` when something that the capabilities of both ends make necessary is not offered.
    public func selection(
        for offer: NegotiateAlgorithms, version: SPDMVersion, requester: CapabilityFlags, responder: CapabilityFlags,
        signatures available: BaseAsymmetricAlgorithms
    ) throws(PolicyRefusal) -> Algorithms {
        let needs = NegotiationNeeds(requester: requester, responder: responder)
        let usable = signatures.filter { available.contains($0) }
        let hash = try first(.hash, of: hashes, in: offer.hash, isNeeded: needs.hash)
        let signature = try first(.signature, of: usable, in: offer.asymmetric, isNeeded: needs.signature)
        var selection = Algorithms(
            measurementSpecification: [], otherParameters: try opaqueFormat(offer, version, needs),
            asymmetric: signature, hash: hash, tables: try tables(offer.tables, needs))
        if needs.measurements, offer.measurementSpecifications.contains(.dmtf) {
            selection.measurementSpecification = .dmtf
            selection.measurementHash = MeasurementHashAlgorithms(hash)
        }
        return selection
    }

    /// A table is answered when it was asked.
    private func tables(
        _ offer: AlgorithmTables, _ needs: NegotiationNeeds
    ) throws(PolicyRefusal) -> AlgorithmTables {
        let exchange = try first(.exchangeGroup, of: groups, in: offer.exchange, isNeeded: needs.group)
        let suite = try first(.cipherSuite, of: suites, in: offer.aead, isNeeded: needs.suite)
        let signature = try first(
            .requesterSignature, of: requesterSignatures, in: offer.requesterAsymmetric,
            isNeeded: needs.requesterSignature)
        let schedule = try first(.keySchedule, of: [.spdm], in: offer.keySchedule, isNeeded: needs.session)
        return AlgorithmTables(
            exchange: offer.exchange.map { _ in exchange }, aead: offer.aead.map { _ in suite },
            requesterAsymmetric: offer.requesterAsymmetric.map { _ in signature },
            keySchedule: offer.keySchedule.map { _ in schedule })
    }

    private func opaqueFormat(
        _ offer: NegotiateAlgorithms, _ version: SPDMVersion, _ needs: NegotiationNeeds
    ) throws(PolicyRefusal) -> OtherParameters {
        guard version >= .v1_2 else { return [] }
        return try first(.opaqueFormat, of: [.opaqueFormat1], in: offer.otherParameters, isNeeded: needs.session)
    }

    private func first<Kind: OptionSet & CustomStringConvertible>(
        _ subject: PolicyRefusal.Subject, of allowed: [Kind], in offer: Kind?, isNeeded: Bool
    ) throws(PolicyRefusal) -> Kind {
        let offer = offer ?? []
        if let found = allowed.first(where: { offer.isSuperset(of: $0) }) { return found }
        guard !isNeeded else {
            throw PolicyRefusal(self, subject, seen: offer.description, allowed: Self.list(allowed))
        }
        return []
    }
}

extension MeasurementHashAlgorithms {
    /// The same function as that of transcripts.
    fileprivate init(_ hash: BaseHashAlgorithms) {
        switch hash {
        case .sha256: self = .sha256
        case .sha384: self = .sha384
        case .sha512: self = .sha512
        default: self = []
        }
    }
}
