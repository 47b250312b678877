internal import Assignment
internal import SPDM
internal import SPDMEndpoints
internal import TDISP

/// What comes back over a session.
enum SessionAnswer {
    /// The bytes of the same protocol behind the envelope.
    case payload([UInt8])
    /// An SPDM ERROR.
    case refused(ErrorMessage.Code)
    /// Nothing in time, or nothing that can be read.
    case silence
}

extension HostModel {
    /// Sends one message of IDE_KM or TDISP over a connection's session and waits for the answer.
    mutating func exchange(
        _ payload: [UInt8], _ protocolID: PCIProtocolID, _ name: ProtocolMessage, with device: EmulatedDevice,
        over connection: TSMConnection
    ) -> SessionAnswer {
        guard let version = connection.version,
            let message = try? VendorDefined.encode(
                .request, version: version, protocolID: protocolID, payload: payload.span)
        else { return .silence }
        let inner = InnerMessage(name: name, protocolID: protocolID, payload: payload)
        let result = run(.exchange(vendorDefined: message, in: connection.session), with: device, carrying: inner)
        renewKeys(of: connection, device)
        switch result {
        case .success(.exchanged(let answer)): return received(answer, protocolID, name, device)
        case .success: return .silence
        case .failure(let failure): return failure.refusal.map { .refused($0) } ?? .silence
        }
    }

    /// A session whose keys are half spent gets new ones, long before they may protect nothing more.
    mutating func renewKeys(of connection: TSMConnection, _ device: EmulatedDevice) {
        guard connection.peer.requester.sessionsDueForKeyUpdate.contains(connection.session) else { return }
        _ = run(.updateKeys(connection.session, .updateAllKeys), with: device)
    }

    private mutating func received(
        _ message: [UInt8], _ protocolID: PCIProtocolID, _ name: ProtocolMessage, _ device: EmulatedDevice
    ) -> SessionAnswer {
        guard let envelope = try? VendorDefined(decoding: message.span), envelope.kind == .response,
            envelope.protocolID == protocolID
        else {
            note(name, .response, message, of: device, nil)
            return .silence
        }
        let payload = Array(message[envelope.payload])
        note(name, .response, payload, of: device, nil)
        return .payload(payload)
    }
}

extension RequesterFailure {
    /// The code of the ERROR that refused the request, if one did.
    fileprivate var refusal: ErrorMessage.Code? {
        switch reason {
        case .refused(let error): error.code
        case .busy: .busy
        case .noAnswer, .notReady, .malformed, .unexpected, .requestTooLarge, .responseTooLarge, .unprotected,
            .recordNotAuthentic, .signature, .verifyData, .chainDigest, .untrusted, .notAllowed, .notPossible, .crypto,
            .closed:
            nil
        }
    }

    /// The reason that the engine gets.
    var engineReason: FailureReason {
        switch reason {
        case .noAnswer, .notReady: .timedOut
        case .busy: .busy
        case .refused, .malformed, .unexpected, .responseTooLarge, .requestTooLarge: .deviceRefused
        case .unprotected, .recordNotAuthentic: .connectionLost
        case .signature, .verifyData, .chainDigest, .untrusted: .identityChanged
        case .notAllowed: .unsupported
        case .notPossible, .crypto, .closed: .other
        }
    }
}
