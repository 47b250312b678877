/// NEGOTIATE_ALGORITHMS was sent.
public struct AwaitingAlgorithms: Hashable, Sendable, NegotiationPhase, AwaitsAnswer {
    /// What is offered.
    public let offer: RequesterOffer
    /// The negotiated version.
    public let version: SPDMVersion
    let requester: EndpointCapabilities
    let responder: EndpointCapabilities
    let request: NegotiateAlgorithms
    let transcript: ConnectionTranscript
    var code: MessageCode { .negotiateAlgorithms }

    static func begin(
        _ offer: RequesterOffer, _ version: SPDMVersion, requester: EndpointCapabilities,
        responder: EndpointCapabilities, _ transcript: ConnectionTranscript
    ) -> RequesterMachine.Transition {
        var request = offer.policy.request(version: version, requester: requester.flags, responder: responder.flags)
        request.measurementLogSpecifications = offer.measurementLogSpecifications
        if responder.usesSeveralKeys(preferred: offer.prefersSeveralKeys, version) {
            request.otherParameters.insert(.multiKey)
        }
        let terms = ExchangeTerms(
            version, requester: requester, responder: responder, handle: 0, patience: offer.patience)
        let state = AwaitingAlgorithms(
            offer: offer, version: version, requester: requester, responder: responder, request: request,
            transcript: transcript)
        return RequesterMachine.Transition(
            .awaitingAlgorithms(state),
            .exchange(RequesterMachine.Exchange(request: request.encoded(version: version), terms: terms)))
    }

    func answered(_ bytes: [UInt8]) throws(RequesterFailure.Reason) -> RequesterMachine.Transition {
        let answer = try Answer(bytes, to: .negotiateAlgorithms(request), NegotiatedSizes())
        guard case .algorithms(let selected) = answer.response else { throw .otherResponse }
        var sizes = try check(selected)
        sizes.multiKey = request.otherParameters.contains(.multiKey)
        var transcript = transcript
        transcript.appendConnection(request.encoded(version: version).span)
        transcript.appendConnection(answer.bytes.span)
        let negotiated = NegotiatedConnection(
            version: version, requester: requester, responder: responder, algorithms: selected, sizes: sizes)
        return RequesterConnection(offer: offer, negotiated: negotiated, transcript: transcript)
            .finish(.connected(negotiated))
    }

    private func check(_ selected: Algorithms) throws(RequesterFailure.Reason) -> NegotiatedSizes {
        do throws(PolicyRefusal) {
            try offer.policy.check(
                selected, version: version, requester: requester.flags, responder: responder.flags)
        } catch {
            throw .notAllowed(error)
        }
        // The bit says that the requester is to use several keys, and it has one.
        guard !selected.otherParameters.contains(.multiKey) else {
            throw .mismatch("MultiKeyConn", expected: 0, seen: 1)
        }
        let log = selected.measurementLogSpecification
        guard log & ~request.measurementLogSpecifications == 0 else {
            throw .mismatch("MELspecificationSel", expected: request.measurementLogSpecifications, seen: log)
        }
        let common = requester.flags.intersection(responder.flags)
        guard let sizes = NegotiatedSizes(selected: selected, common: common) else {
            throw .unexpected(field: "ALGORITHMS", expected: "one of each kind", seen: "others")
        }
        return sizes
    }
}

extension EndpointCapabilities {
    /// Whether this responder uses several keys: because it cannot else, or because it can and is asked to (1.3).
    fileprivate func usesSeveralKeys(preferred: Bool, _ version: SPDMVersion) -> Bool {
        guard version >= .v1_3 else { return false }
        return flags.contains(.multiKeyOnly) || preferred && flags.contains(.multiKeySelectable)
    }
}
