/// GET_VERSION was sent.
public struct AwaitingVersion: Hashable, Sendable, NegotiationPhase, AwaitsAnswer {
    /// What is offered.
    public let offer: RequesterOffer
    var code: MessageCode { .getVersion }

    static func begin(_ offer: RequesterOffer) -> RequesterMachine.Transition {
        let terms = ExchangeTerms(patience: offer.patience)
        return RequesterMachine.Transition(
            .awaitingVersion(AwaitingVersion(offer: offer)),
            .exchange(RequesterMachine.Exchange(request: GetVersion().encoded(), terms: terms)))
    }

    func answered(_ bytes: [UInt8]) throws(RequesterFailure.Reason) -> RequesterMachine.Transition {
        let request = GetVersion()
        let answer = try Answer(bytes, to: .getVersion(request), NegotiatedSizes())
        guard case .version(let message) = answer.response else { throw .otherResponse }
        let version: SPDMVersion
        do throws(PolicyRefusal) {
            version = try offer.policy.version(from: message)
        } catch {
            throw .notAllowed(error)
        }
        var transcript = ConnectionTranscript()
        transcript.appendConnection(request.encoded().span)
        transcript.appendConnection(answer.bytes.span)
        return AwaitingCapabilities.begin(offer, version, transcript)
    }
}
