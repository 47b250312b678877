internal import SPDM

/// What one end believes that was negotiated.
struct Agreement: Equatable {
    var version: SPDMVersion
    var algorithms: Algorithms
    var requester: CapabilityFlags
    var responder: CapabilityFlags
}

/// The messages in the clear that one end took for those of a handshake, as they were when it sent or received them.
struct HandshakeView {
    private static let codes: [MessageCode] = [
        .getVersion, .getCapabilities, .negotiateAlgorithms, .keyExchange, .pskExchange, .finish,
    ]

    /// What was negotiated by them.
    var agreement: Agreement?
    /// By the code of the request, and whether it is the request.
    private var messages: [MessageCode: [Bool: [UInt8]]] = [:]
    /// What is being answered.
    private var current: MessageCode?
    /// A request that was answered ResponseNotReady.
    private var deferred: [UInt8] = []

    /// Notes a request that was sent, or was received and answered.
    mutating func note(request bytes: [UInt8]) {
        let code = MessageCode(rawValue: bytes[1])
        guard code != .respondIfReady else { return }
        current = code
        if code == .getVersion { messages = [:] }
        if Self.codes.contains(code) { messages[code] = [true: bytes] }
    }

    /// Notes a response that was sent or received; one to something else is not taken for one.
    mutating func note(response bytes: [UInt8]) {
        guard let current, bytes.count > 1, bytes[1] == current.response.rawValue else { return }
        if Self.codes.contains(current) { messages[current]?[false] = bytes }
    }

    /// Notes a request that was received, and its response.
    mutating func note(_ request: TransportMessage, answeredBy response: TransportMessage) {
        guard !request.isSecured, !response.isSecured, request.bytes.count > 1, response.bytes.count > 2 else { return }
        let code = MessageCode(rawValue: response.bytes[1])
        guard code != .error else {
            if ErrorMessage.Code(rawValue: response.bytes[2]) == .responseNotReady { deferred = request.bytes }
            return
        }
        let isLate = MessageCode(rawValue: request.bytes[1]) == .respondIfReady
        guard !isLate || !deferred.isEmpty else { return }
        note(request: isLate ? deferred : request.bytes)
        note(response: response.bytes)
    }

    /// The code of the first message in which two views differ, whatever padding there was; nil when they agree.
    ///
    /// `isOver` is false as long as the last response is on its way.
    func difference(from other: HandshakeView, isOver: Bool) -> MessageCode? {
        Self.codes.first { code in
            [true, false].contains { isRequest in
                if code == .finish, !isRequest, !isOver { return false }
                guard let own = messages[code]?[isRequest], let others = other.messages[code]?[isRequest] else {
                    return messages[code]?[isRequest] != other.messages[code]?[isRequest]
                }
                return !own.starts(with: others) && !others.starts(with: own)
            }
        }
    }
}
