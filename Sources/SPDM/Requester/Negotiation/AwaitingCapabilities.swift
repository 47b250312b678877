/// GET_CAPABILITIES was sent.
public struct AwaitingCapabilities: Hashable, Sendable, NegotiationPhase, AwaitsAnswer {
    /// What is offered.
    public let offer: RequesterOffer
    /// The negotiated version.
    public let version: SPDMVersion
    let requester: EndpointCapabilities
    let transcript: ConnectionTranscript
    var code: MessageCode { .getCapabilities }

    static func begin(
        _ offer: RequesterOffer, _ version: SPDMVersion, _ transcript: ConnectionTranscript
    ) -> RequesterMachine.Transition {
        var requester = offer.capabilities
        requester.flags = requester.flags.ofRequester(version)
        let terms = ExchangeTerms(patience: offer.patience)
        return RequesterMachine.Transition(
            .awaitingCapabilities(
                AwaitingCapabilities(offer: offer, version: version, requester: requester, transcript: transcript)),
            .exchange(
                RequesterMachine.Exchange(
                    request: GetCapabilities(requester).encoded(version: version), terms: terms)))
    }

    func answered(_ bytes: [UInt8]) throws(RequesterFailure.Reason) -> RequesterMachine.Transition {
        let request = GetCapabilities(requester)
        let answer = try Answer(bytes, to: .getCapabilities(request), NegotiatedSizes())
        guard case .capabilities(let message) = answer.response else { throw .otherResponse }
        try message.responder.check(version)
        var transcript = transcript
        transcript.appendConnection(request.encoded(version: version).span)
        transcript.appendConnection(answer.bytes.span)
        return AwaitingAlgorithms.begin(
            offer, version, requester: requester, responder: message.responder, transcript)
    }
}

extension EndpointCapabilities {
    /// What a responder cannot say of itself (DSP0274, tables 11 and 12).
    fileprivate func check(_ version: SPDMVersion) throws(RequesterFailure.Reason) {
        try checkFlags(version)
        guard version >= .v1_2 else { return }
        guard dataTransferSize >= Self.minimumDataTransferSize else {
            throw .mismatch("DataTransferSize", expected: Self.minimumDataTransferSize, seen: dataTransferSize)
        }
        guard maximumMessageSize >= dataTransferSize else {
            throw .mismatch("MaxSPDMmsgSize", expected: dataTransferSize, seen: maximumMessageSize)
        }
    }

    private func checkFlags(_ version: SPDMVersion) throws(RequesterFailure.Reason) {
        var exclusive: [CapabilityFlags] = [
            [.measurementsUnsigned, .measurements], [.psk, .pskWithContext], [.certificate, .publicKeyID],
        ]
        if version >= .v1_3 {
            exclusive += [[.endpointInfoUnsigned, .endpointInfo], [.multiKeyOnly, .multiKeySelectable]]
        }
        for pair in exclusive where flags.isSuperset(of: pair) {
            throw .mismatch("Flags", expected: "not both of \(String(pair.rawValue, radix: 16))h", seen: flags.rawValue)
        }
        let hasSessions = !flags.isDisjoint(with: [.keyExchange, .psk, .pskWithContext])
        guard !hasSessions || !flags.isDisjoint(with: [.mac, .encrypt]) else {
            throw .mismatch("Flags", expected: "MAC_CAP with sessions", seen: flags.rawValue)
        }
        let needsKey: CapabilityFlags = [.challenge, .keyExchange, .measurements]
        guard flags.isDisjoint(with: needsKey) || !flags.isDisjoint(with: [.certificate, .publicKeyID]) else {
            throw .mismatch("Flags", expected: "CERT_CAP or PUB_KEY_ID_CAP with signatures", seen: flags.rawValue)
        }
    }
}
