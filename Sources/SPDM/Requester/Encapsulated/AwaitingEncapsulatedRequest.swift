/// GET_ENCAPSULATED_REQUEST was sent.
public struct AwaitingEncapsulatedRequest: Hashable, Sendable, RequesterPhase, AwaitsAnswer {
    /// The flow.
    public let flow: EncapsulatedFlow
    var code: MessageCode { .getEncapsulatedRequest }
    var ground: RequesterGround { flow.ground }

    static func begin(_ connection: RequesterConnection, _ session: SessionID) -> RequesterMachine.Transition {
        guard connection.session(session) != nil else {
            return connection.refuse(.getEncapsulatedRequest, .noSession(session))
        }
        guard connection.negotiated.common.contains(.encapsulated) else {
            return connection.refuse(.getEncapsulatedRequest, .capability(.encapsulated))
        }
        return begin(EncapsulatedFlow(.session(connection, session)))
    }

    static func begin(_ handshake: SessionHandshake, _ identity: OwnIdentity) -> RequesterMachine.Transition {
        begin(EncapsulatedFlow(.handshake(handshake, identity)))
    }

    private static func begin(_ flow: EncapsulatedFlow) -> RequesterMachine.Transition {
        var flow = flow
        let effect = flow.exchange(GetEncapsulatedRequest().encoded(version: flow.connection.version))
        return RequesterMachine.Transition(
            .awaitingEncapsulatedRequest(AwaitingEncapsulatedRequest(flow: flow)), effect)
    }

    func fail(_ reason: RequesterFailure.Reason) -> RequesterMachine.Transition {
        isNothingPending(reason) ? flow.finish() : flow.fail(code, reason)
    }

    /// In an established session the responder may have nothing to ask; in a handshake it asked to be asked.
    private func isNothingPending(_ reason: RequesterFailure.Reason) -> Bool {
        guard case .session = flow.occasion, case .refused(let error) = reason else { return false }
        return error.code == (flow.connection.version >= .v1_3 ? .noPendingRequests : .unexpectedRequest)
    }

    func answered(_ bytes: [UInt8]) throws(RequesterFailure.Reason) -> RequesterMachine.Transition {
        let answer = try Answer(
            bytes, to: .getEncapsulatedRequest(GetEncapsulatedRequest()), flow.connection.sizes,
            isSecured: flow.carrier != nil)
        guard case .encapsulatedRequest(let message) = answer.response else { throw .otherResponse }
        return flow.answer(message.request, id: message.requestID)
    }
}
