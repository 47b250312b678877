import PCIe
import SPDM
import TDISP
import Testing

/// A device that answers IDE_KM as SPDM messages: the responder machine, and an owner that keeps real keys in slots.
struct IDEDeviceModel {
    /// What came back for a message.
    enum Answer: Equatable {
        case response(IDEKM.Response)
        case error(ErrorMessage.Code)
        case nothing
    }

    var state: IDEResponder.State
    var address = FunctionAddress(segment: 2, requesterID: RequesterID(rawValue: 0x3B08))
    var registers: [UInt32] = [IDEFeatures(linkStreamCount: 0, selectiveStreamCount: 4).rawValue, 0]
    /// Keys in AES order, as a cipher has them.
    var keys: [IDEStreamKey: [IDEKeySlot: [UInt8]]] = [:]
    /// Streams that failed, in order.
    var failures: [IDEStreamChange] = []
    /// Whether the ports take no more keys.
    var refusesKeys = false

    init(maxPortIndex: UInt8, streams: [IDEStreamKey]) {
        state = IDEResponder.initial(maxPortIndex: maxPortIndex)
        for stream in streams { take(.streamConfigured(stream)) }
    }

    func stream(_ key: IDEStreamKey) -> IDEStream? { state.ports.streams[key] }

    /// Takes an event that needs no answer.
    mutating func take(_ event: IDEResponder.Event) {
        let transition = IDEResponder.step(state, event)
        state = transition.next
        guard case .apply(let changes) = transition.effect else { return }
        for change in changes { apply(change) }
    }

    /// Takes the bytes behind the protocol ID and gives them back the same way.
    mutating func answer(_ payload: [UInt8], in session: SessionID = IDEFixture.sessionA) -> Answer {
        do {
            let received = try IDEKM.ReceivedRequest(decoding: payload.span)
            let transition = IDEResponder.step(state, .request(session, received.request))
            state = transition.next
            guard case .install(let stream, let slot) = transition.effect else { return answer(transition.effect) }
            guard let key = received.takeKey(), !refusesKeys else { return step(.keyInstallFailed) }
            keys[stream, default: [:]][slot] = key.aesOrder.array
            return step(.keyInstalled)
        } catch {
            return step(.malformedRequest(session))
        }
    }

    /// Takes a whole SPDM message and answers with one; nil for no answer.
    mutating func answer(message: [UInt8], in session: SessionID) throws -> [UInt8]? {
        let envelope = try VendorDefined(decoding: message.span)
        switch answer(Array(message[envelope.payload]), in: session) {
        case .response(let response):
            let bytes = response.encoded()
            return try VendorDefined.encode(
                .response, version: envelope.version, protocolID: .ideKM, payload: bytes.span)
        case .error(let code): return ErrorMessage(version: envelope.version, code: code).encoded()
        case .nothing: return nil
        }
    }

    private mutating func step(_ event: IDEResponder.Event) -> Answer {
        let transition = IDEResponder.step(state, event)
        state = transition.next
        return answer(transition.effect)
    }

    private mutating func answer(_ effect: IDEResponder.Effect) -> Answer {
        switch effect {
        case .answerQuery(let port):
            return .response(
                .queryResponse(
                    IDEKM.QueryResponse(
                        portIndex: port, requesterID: address.requesterID,
                        segment: UInt8(truncatingIfNeeded: address.segment), maxPortIndex: state.ports.maxPortIndex,
                        registers: registers)))
        case .reply(let response, let change):
            if let change { apply(change) }
            return .response(response)
        case .refuse(.busy): return .error(.busy)
        case .refuse: return .error(.invalidRequest)
        case .apply(let changes):
            for change in changes { apply(change) }
            return .nothing
        case .none, .discard, .install: return .nothing
        }
    }

    private mutating func apply(_ change: IDEStreamChange) {
        switch change.effect {
        case .none, .secure, .refuse: break
        case .activate(let slot, _):
            if slot.direction == .transmit { keys[change.stream]?[slot.otherKeySet] = nil }
        case .erase(let slots):
            for slot in IDEFixture.allSlots where slots.contains(slot) { keys[change.stream]?[slot] = nil }
        case .fail:
            keys[change.stream] = nil
            failures.append(change)
        }
    }
}
