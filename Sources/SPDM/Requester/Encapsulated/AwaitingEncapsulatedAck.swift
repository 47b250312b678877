/// DELIVER_ENCAPSULATED_RESPONSE was sent.
public struct AwaitingEncapsulatedAck: Hashable, Sendable, RequesterPhase, AwaitsAnswer {
    /// The flow.
    public let flow: EncapsulatedFlow
    /// Number of the request that was answered.
    public let requestID: UInt8
    let delivery: DeliverEncapsulatedResponse
    var code: MessageCode { .deliverEncapsulatedResponse }
    var ground: RequesterGround { flow.ground }

    /// Starts the flow with DIGESTS that nobody asked for yet.
    static func beginWithDigests(
        _ handshake: SessionHandshake, _ identity: OwnIdentity
    ) -> RequesterMachine.Transition {
        var flow = EncapsulatedFlow(.handshake(handshake, identity))
        let delivery = DeliverEncapsulatedResponse(requestID: 0, response: flow.digests(identity))
        let effect = flow.exchange(delivery.encoded(version: handshake.version))
        return RequesterMachine.Transition(
            .awaitingEncapsulatedAck(AwaitingEncapsulatedAck(flow: flow, requestID: 0, delivery: delivery)), effect)
    }

    func fail(_ reason: RequesterFailure.Reason) -> RequesterMachine.Transition { flow.fail(code, reason) }

    func answered(_ bytes: [UInt8]) throws(RequesterFailure.Reason) -> RequesterMachine.Transition {
        let answer = try Answer(
            bytes, to: .deliverEncapsulatedResponse(delivery), flow.connection.sizes,
            isSecured: flow.carrier != nil)
        guard case .encapsulatedResponseAck(let message) = answer.response else { throw .otherResponse }
        guard flow.connection.version < .v1_2 || message.acknowledgedID == requestID else {
            throw .mismatch("AckRequestID", expected: requestID, seen: message.acknowledgedID)
        }
        switch message.payload {
        case .none: return flow.finish()
        case .request(let request): return flow.answer(request, id: message.requestID)
        case .slot(let slot):
            guard slot == 0 else { throw .mismatch("ReqSlotNumber", expected: 0, seen: slot) }
            return flow.finish()
        }
    }
}
