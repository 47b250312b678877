internal import PCIe
internal import SPDM
internal import TDISP

/// A device whose streams are keyed by IDE_KM, and an observer who knows of keys only what was acknowledged, and holds the
/// responder to it.
///
/// - What is refused or dropped changes no stream, and neither does a KEY_PROG that is refused at once.
/// - An answer repeats stream, slot and port of its request.
/// - A key is in use only if its KEY_PROG and its K_SET_GO were acknowledged; a Secure stream has one in use for every
///   substream in both directions.
struct IDEResponderModel {
    static let maxPortIndex: UInt8 = 1

    private(set) var state = IDEResponder.initial(maxPortIndex: maxPortIndex)
    private var acknowledged: [IDEStreamKey: Acknowledged] = [:]

    /// What the answers about a stream's slots said since it was last lost.
    private struct Acknowledged {
        var programmed: IDEKeySlots = []
        var activated: IDEKeySlots = []

        mutating func forget(_ slots: IDEKeySlots) {
            programmed.subtract(slots)
            activated.subtract(slots)
        }
    }

    /// Passes the bytes of a message to the responder.
    mutating func receive(_ bytes: [UInt8], in session: SessionID) throws(BrokenInvariant) {
        guard let message = try accepted(bytes, IDEKM.ReceivedRequest.init(decoding:)) else {
            return try take(.malformedRequest(session))
        }
        try take(.request(session, message.request))
    }

    /// Passes an event to the responder and checks what comes of it.
    mutating func take(_ event: IDEResponder.Event) throws(BrokenInvariant) {
        let before = state
        let transition = IDEResponder.step(before, event)
        state = transition.next
        switch transition.effect {
        case .none: break
        case .answerQuery(let port):
            try require(port <= Self.maxPortIndex, "QUERY_RESP for port \(port)")
            try requireNoChange(since: before)
        case .install(let stream, let slot):
            guard case .installing = state else { throw BrokenInvariant("a key is installed in \(state)") }
            try require(before.ports.streams[stream]?.mayProgram(slot) == true, "a key for \(stream) \(slot)")
        case .reply(let response, let change):
            if let change { apply(change) }
            try check(response, event, before)
        case .apply(let changes): changes.forEach { apply($0) }
        case .refuse, .discard: try requireNoChange(since: before)
        }
        try checkStreams()
    }

    private mutating func apply(_ change: IDEStreamChange) {
        switch change.effect {
        case .none, .activate, .secure, .refuse: break
        case .erase(let slots): acknowledged[change.stream]?.forget(slots)
        case .fail: acknowledged[change.stream] = nil
        }
    }

    private mutating func check(
        _ response: IDEKM.Response, _ event: IDEResponder.Event, _ before: IDEResponder.State
    ) throws(BrokenInvariant) {
        try require(try readIDEKMResponse(response.encoded()) == response, "an answer that cannot be read")
        switch (response, event) {
        case (.goStopAck(let ack), .request(_, .keySetGo(let request))):
            let slot = try slot(of: ack, answering: request)
            acknowledged[ack.stream, default: Acknowledged()].activated.formUnion(slot)
        case (.goStopAck(let ack), .request(_, .keySetStop(let request))):
            let slot = try slot(of: ack, answering: request)
            acknowledged[ack.stream]?.forget(slot)
        case (.keyProgramAck(let ack), .request(_, .keyProgramOfWrongLength(let request))):
            try require(ack == IDEKM.KeyProgramAck(to: request, .incorrectLength), "\(ack)")
            try requireNoChange(since: before)
        case (.keyProgramAck(let ack), .request(_, .keyProgram(let request))):
            try require(
                ack.status != .success && ack == IDEKM.KeyProgramAck(to: request, ack.status), "\(ack) at once")
            try requireNoChange(since: before)
        case (.keyProgramAck(let ack), .keyInstalled), (.keyProgramAck(let ack), .keyInstallFailed):
            guard case .installing(let installing) = before else { throw BrokenInvariant("\(ack) in \(before)") }
            try require(ack == IDEKM.KeyProgramAck(to: installing.request, ack.status), "\(ack)")
            try require(event == .keyInstalled || ack.status != .success, "a key that is not there was acknowledged")
            guard ack.status == .success, let slot = ack.keySubStream.slot else { return }
            let stream = IDEStreamKey(portIndex: ack.portIndex, streamID: ack.streamID)
            acknowledged[stream, default: Acknowledged()].programmed.formUnion(IDEKeySlots(slot))
        default: throw BrokenInvariant("\(response) answers \(event)")
        }
    }

    private func slot(
        of ack: IDEKM.KeySetControl, answering request: IDEKM.KeySetControl
    ) throws(BrokenInvariant) -> IDEKeySlots {
        guard ack == request, let slot = ack.keySubStream.slot else { throw BrokenInvariant("\(ack) for \(request)") }
        return IDEKeySlots(slot)
    }

    private func requireNoChange(since before: IDEResponder.State) throws(BrokenInvariant) {
        try require(state.ports.streams == before.ports.streams, "a refusal came with a change of a stream")
    }

    private func checkStreams() throws(BrokenInvariant) {
        for (key, stream) in state.ports.streams {
            let known = acknowledged[key] ?? Acknowledged()
            let (occupied, active) = (stream.keys?.occupied ?? [], stream.keys?.active ?? [])
            try require(known.programmed.isSuperset(of: occupied), "\(key) has a key that was not acknowledged")
            try require(known.activated.isSuperset(of: active), "\(key) uses a key without K_SET_GO")
            try require(!stream.isSecure || stream.keys?.isActive == true, "\(key) is Secure without all keys")
        }
    }
}

extension IDEKM.KeySetControl {
    fileprivate var stream: IDEStreamKey { IDEStreamKey(portIndex: portIndex, streamID: streamID) }
}
