internal import Assignment
internal import PCIe
internal import SPDM
internal import SPDMEndpoints

/// A message of IDE_KM or TDISP on its way inside a session.
struct InnerMessage {
    let name: ProtocolMessage
    let protocolID: PCIProtocolID
    let payload: [UInt8]
}

extension HostModel {
    /// The second at which the virtual time began, for the validity of certificates: 2026-01-01.
    static let calendar: Int64 = 1_767_225_600

    /// Seconds since 1970 in the host's virtual time.
    var now: Int64 { Self.calendar + Int64(time / 1_000_000_000) }

    /// Runs one operation of the TSM's SPDM requester to its end, over the wire, through all faults on the way.
    mutating func run(
        _ operation: RequesterOperation, with device: EmulatedDevice, carrying inner: InnerMessage? = nil
    ) -> Result<RequesterOutcome, RequesterFailure> {
        let peer = peer(of: device)
        var step = peer.requester.begin(operation, at: now)
        while true {
            switch step {
            case .send(let message):
                let name = inner?.name ?? peer.requester.pendingRequest.flatMap { ProtocolMessage($0) }
                if let answer = carry(message, name, inner, to: device) {
                    step = peer.requester.receive(answer)
                } else {
                    advance(latencies.timeout, device)
                    step = peer.requester.noAnswer()
                }
            case .wait(let microseconds):
                advance(microseconds * 1000, device)
                step = peer.requester.waited()
            case .done(let outcome):
                tsm.connections[device.address]?.lastHeard = now
                return .success(outcome)
            case .failed(let failure):
                if let connection = tsm.connections[device.address], !connection.isAlive {
                    loseSession(of: device, .sessionLost)
                }
                return .failure(failure)
            }
        }
    }

    /// Carries one message to the device and its answer back; nil when there is none in time. What is inside of a session
    /// meets a fault in the device's firmware, everything else on the wire.
    private mutating func carry(
        _ message: TransportMessage, _ name: ProtocolMessage?, _ inner: InnerMessage?, to device: EmulatedDevice
    ) -> TransportMessage? {
        guard let name else { return transact(message, with: device) }
        let action = faults.match(name, of: device.address)
        if case .event(let event) = action { happen(event) }
        note(name, .request, inner?.payload ?? [], of: device, action)
        advance(latencies.message, device)
        let answer =
            inner == nil
            ? pass(message, to: device, through: action)
            : transact(message, with: device, action?.asDefect(within: latencies.timeout))
        followBusMastering(of: device)
        guard let answer = faults.takeEcho(of: device.address, insteadOf: answer), isInTime(action, device) else {
            return nil
        }
        if action == .duplicateResponse { faults.echo(answer, of: device.address) }
        if inner == nil { note(name, .response, [], of: device, action) }
        return answer
    }

    /// What a fault on the wire makes of a message and its answer.
    private mutating func pass(
        _ message: TransportMessage, to device: EmulatedDevice, through action: MessageFault.Action?
    ) -> TransportMessage? {
        var message = message
        switch action {
        case .dropRequest: return nil
        case .dropResponse:
            _ = transact(message, with: device)
            return nil
        case .corruptRequest(let offset): message.bytes = message.bytes.flipping(offset)
        case .duplicateRequest: _ = transact(message, with: device)
        case .busy, .refuse:
            // Nobody outside of a session can forge an answer inside it.
            guard !message.isSecured, let version = message.bytes.first else { return nil }
            let error = ErrorMessage(
                version: SPDMVersion(rawValue: version), code: action?.refusal?.spdm ?? .unspecified)
            return TransportMessage(isSecured: false, bytes: error.encoded())
        case .corruptResponse, .duplicateResponse, .delay, .event, nil: break
        }
        guard var answer = transact(message, with: device) else { return nil }
        if case .corruptResponse(let offset) = action { answer.bytes = answer.bytes.flipping(offset) }
        return answer
    }

    /// Whether an answer that is late still comes in time.
    private mutating func isInTime(_ action: MessageFault.Action?, _ device: EmulatedDevice) -> Bool {
        guard case .delay(let nanoseconds) = action else { return true }
        guard nanoseconds < latencies.timeout else { return false }
        advance(nanoseconds, device)
        return true
    }

    // MARK: Trace

    mutating func note(
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
    /// The fault as one of the device's firmware: an answer that is not there in time is dropped with the mailbox's
    /// object, and no session ever carries it.
    fileprivate func asDefect(within timeout: UInt64) -> MessageFault.Action {
        if case .delay(let nanoseconds) = self, nanoseconds >= timeout { .dropResponse } else { self }
    }

    /// What the fault is, in a few words.
    public var summary: String {
        switch self {
        case .dropRequest: "request lost"
        case .dropResponse: "response lost"
        case .corruptRequest(let at): "request corrupted at byte \(at)"
        case .corruptResponse(let at): "response corrupted at byte \(at)"
        case .duplicateRequest: "arrived twice"
        case .duplicateResponse: "response arrived twice"
        case .delay(let nanoseconds): "\(nanoseconds) ns late"
        case .busy(1): "busy"
        case .busy(let times): "busy, \(times) times"
        case .refuse(let code): "refused: \(code)"
        case .event: "with an event before it"
        }
    }
}
