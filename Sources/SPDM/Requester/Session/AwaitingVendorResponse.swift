/// VENDOR_DEFINED_REQUEST was sent.
public struct AwaitingVendorResponse: Hashable, Sendable, ConnectionPhase, AwaitsAnswer {
    /// The connection.
    public let connection: RequesterConnection
    /// The session in whose records it passes; nil for the clear.
    public let session: SessionID?
    var code: MessageCode { .vendorDefined }

    static func begin(
        _ connection: RequesterConnection, _ message: [UInt8], in session: SessionID?
    ) -> RequesterMachine.Transition {
        if let session, connection.session(session) == nil {
            return connection.refuse(.vendorDefined, .noSession(session))
        }
        guard message.count >= 4, message[0] == connection.version.rawValue,
            message[1] == MessageCode.vendorDefined.rawValue
        else { return connection.refuse(.vendorDefined, .message) }
        var connection = connection
        let effect = connection.exchange(message, in: session)
        return RequesterMachine.Transition(
            .awaitingVendorResponse(AwaitingVendorResponse(connection: connection, session: session)), effect)
    }

    func answered(_ bytes: [UInt8]) -> RequesterMachine.Transition { connection.finish(.exchanged(bytes)) }

    func fail(_ reason: RequesterFailure.Reason) -> RequesterMachine.Transition {
        connection.fail(code, reason, in: session)
    }
}
