internal import SPDM
internal import TDISP
internal import WireBytes

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
    /// Sends one protocol message over a connection's session and waits for the answer, through all faults on the way.
    mutating func exchange(
        _ payload: [UInt8], _ protocolID: PCIProtocolID, _ name: ProtocolMessage, with device: EmulatedDevice,
        over connection: TSMConnection
    ) -> SessionAnswer {
        let action = faults.match(name, of: device.address)
        if case .event(let event) = action { happen(event) }
        note(name, .request, payload, of: device, action)
        advance(latencies.message, device)
        let sent = corrupted(payload, action, isRequest: true)
        guard action != .dropRequest else { return silence(device) }
        let answer = forged(for: sent, protocolID, action) ?? deliver(sent, protocolID, device, connection)
        followBusMastering(of: device)
        if action == .duplicate { _ = deliver(sent, protocolID, device, connection) }
        if case .delay(let nanoseconds) = action {
            advance(min(nanoseconds, latencies.timeout), device)
            guard nanoseconds < latencies.timeout else { return .silence }
        }
        guard let answer, action != .dropResponse else { return silence(device) }
        return received(answer, protocolID, name, device, action)
    }

    private mutating func silence(_ device: EmulatedDevice) -> SessionAnswer {
        advance(latencies.timeout, device)
        return .silence
    }

    /// Seals, carries and opens. Gives the device's SPDM message, or nil when there is none.
    private func deliver(
        _ payload: [UInt8], _ protocolID: PCIProtocolID, _ device: EmulatedDevice, _ connection: TSMConnection
    ) -> [UInt8]? {
        guard
            let message = try? VendorDefined.encode(
                .request, version: .v1_2, protocolID: protocolID, payload: payload.span),
            let object = try? connection.channel.seal(message.span), let answer = device.receive(object)
        else { return nil }
        return try? connection.channel.open(answer.span)
    }

    private mutating func received(
        _ message: [UInt8], _ protocolID: PCIProtocolID, _ name: ProtocolMessage, _ device: EmulatedDevice,
        _ action: MessageFault.Action?
    ) -> SessionAnswer {
        guard let envelope = try? VendorDefined(decoding: message.span), envelope.kind == .response,
            envelope.protocolID == protocolID
        else {
            note(name, .response, message, of: device, action)
            return (try? ErrorMessage(decoding: message.span)).map { .refused($0.code) } ?? .silence
        }
        let payload = corrupted(Array(message[VendorDefined.headerSize...]), action, isRequest: false)
        note(name, .response, payload, of: device, action)
        return .payload(payload)
    }

    // MARK: Faults

    private func corrupted(_ payload: [UInt8], _ action: MessageFault.Action?, isRequest: Bool) -> [UInt8] {
        var changed = payload
        if case .corruptRequest(let offset) = action, isRequest, payload.indices.contains(offset) {
            changed[offset] ^= 1
        }
        if case .corruptResponse(let offset) = action, !isRequest, payload.indices.contains(offset) {
            changed[offset] ^= 1
        }
        return changed
    }

    /// The answer of a device that does not look at the request; nil when it does.
    private func forged(
        for payload: [UInt8], _ protocolID: PCIProtocolID, _ action: MessageFault.Action?
    ) -> [UInt8]? {
        switch action {
        case .busy: error(.busy, .busy, for: payload, protocolID)
        case .refuse(let code): error(code, .invalidRequest, for: payload, protocolID)
        case .dropRequest, .dropResponse, .corruptRequest, .corruptResponse, .duplicate, .delay, .event, nil: nil
        }
    }

    /// TDISP_ERROR; for IDE_KM, which has none, an SPDM ERROR.
    private func error(
        _ tdisp: TDISPErrorCode, _ spdm: ErrorMessage.Code, for payload: [UInt8], _ protocolID: PCIProtocolID
    ) -> [UInt8]? {
        guard protocolID == .tdisp, let header = try? TDISPHeader.decode(payload.span) else {
            return ErrorMessage(version: .v1_2, code: spdm).encoded()
        }
        let answer = TDISPResponse.error(tdisp).encoded(from: header.interfaceID)
        return try? VendorDefined.encode(.response, version: .v1_2, protocolID: .tdisp, payload: answer.span)
    }

    /// An exchange that is modelled as an event without bytes; whether the device took part in it.
    mutating func exchangeEvent(_ name: ProtocolMessage, with device: EmulatedDevice) -> Bool {
        let action = faults.match(name, of: device.address)
        if case .event(let event) = action { happen(event) }
        note(name, .request, [], of: device, action)
        advance(latencies.message, device)
        switch action {
        case .dropRequest, .dropResponse, .refuse, .corruptRequest, .corruptResponse, .busy:
            time += latencies.timeout
            return false
        case .delay(let nanoseconds): time += min(nanoseconds, latencies.timeout)
        case .duplicate, .event, nil: break
        }
        guard device.isPresent, device.rootPort.isLinkUp else { return false }
        note(name, .response, [], of: device, action)
        return true
    }

    // MARK: Trace

    private mutating func note(
        _ name: ProtocolMessage, _ direction: TracedMessage.Direction, _ bytes: [UInt8], of device: EmulatedDevice,
        _ action: MessageFault.Action?
    ) {
        let secret = direction == .request ? name.secret.request : name.secret.response
        var shown = bytes
        for index in secret?.clamped(to: 0..<shown.count) ?? 0..<0 { shown[index] = 0 }
        trace.append(
            TracedMessage(
                time: time, device: device.address, message: name, direction: direction, bytes: shown,
                fault: action?.summary))
    }
}

extension MessageFault.Action {
    /// What the fault is, in a few words.
    var summary: String {
        switch self {
        case .dropRequest: "request lost"
        case .dropResponse: "response lost"
        case .corruptRequest(let at): "request corrupted at byte \(at)"
        case .corruptResponse(let at): "response corrupted at byte \(at)"
        case .duplicate: "arrived twice"
        case .delay(let nanoseconds): "\(nanoseconds) ns late"
        case .busy: "busy"
        case .refuse(let code): "refused: \(code)"
        case .event: "with an event before it"
        }
    }
}
