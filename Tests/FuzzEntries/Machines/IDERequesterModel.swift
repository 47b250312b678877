internal import PCIe
internal import TDISP

/// An IDE_KM requester with its device and host, and an observer who knows of keys only what was acknowledged.
///
/// - What is refused changes nothing.
/// - A key goes to the device only in the slot that it was made for.
/// - Secure is reported only when both ends said so, and the device acknowledged a key and its use in all six slots.
struct IDERequesterModel {
    static let link = IDELink(
        portIndex: 0, streamID: StreamID(rawValue: 0),
        device: FunctionAddress(requesterID: RequesterID(rawValue: 0xBEEF)), retries: 2)

    private(set) var state = IDERequester.initial(link)
    private var effect = IDERequester.Effect.none
    private var madeFor: IDEKeySlot?
    private var programmed: IDEKeySlots = []
    private var activated: IDEKeySlots = []

    /// Passes an event to the requester and checks what comes of it.
    mutating func take(_ event: IDERequester.Event) throws(BrokenInvariant) {
        let before = state
        note(event)
        let transition = IDERequester.step(before, event)
        state = transition.next
        switch transition.effect {
        case .none: return
        case .refuse: return try require(state == before, "what was refused changed the state")
        case .programDevice(let program):
            try require(program.keySubStream.slot == madeFor, "a key made for \(String(describing: madeFor))")
        case .report(.secure(let keySet)):
            try require(
                event == .status(deviceSecure: true, rootPortSecure: true)
                    && programmed.intersection(activated).isSuperset(of: IDEKeySlots(keySet)),
                "Secure with \(keySet) after \(event), \(programmed) and \(activated)")
        case .query, .obtainKey, .activateDevice, .stopDevice, .host, .readStatus, .report: break
        }
        effect = transition.effect
    }

    /// Notes what the device acknowledged, and that a key was made.
    private mutating func note(_ event: IDERequester.Event) {
        switch (effect, event) {
        case (.obtainKey(let slot), .keyObtained(let obtained)) where obtained == slot: madeFor = slot
        case (.programDevice(let program), .response(.keyProgramAck(let ack)))
        where ack == IDEKM.KeyProgramAck(to: program, .success):
            programmed.formUnion(program.keySubStream.slots)
            activated.subtract(program.keySubStream.slots)
        case (.activateDevice(let control), .response(.goStopAck(let ack))) where ack == control:
            activated.formUnion(control.keySubStream.slots)
        default: break
        }
    }

    /// Passes the bytes of a device's answer to the requester.
    mutating func receive(_ bytes: [UInt8]) throws(BrokenInvariant) {
        guard let response = try readIDEKMResponse(bytes) else { return try take(.refused) }
        try take(.response(response))
    }

    /// Does what was asked for last; see that it fails if it is not to succeed.
    mutating func answer(succeeds: Bool) throws(BrokenInvariant) {
        switch effect {
        case .none, .refuse, .report: return
        case .obtainKey(let slot): try take(succeeds ? .keyObtained(slot) : .keyUnavailable(slot))
        case .host(let action): try take(.hostFinished(action, succeeds ? .succeeded : .unknown))
        case .readStatus: try take(.status(deviceSecure: true, rootPortSecure: succeeds))
        case .query, .programDevice, .activateDevice, .stopDevice:
            try take(succeeds ? deviceAnswer : .timedOut)
        }
    }

    /// Lets everything that is awaited fail: the machine must come to rest.
    mutating func abandon() throws(BrokenInvariant) {
        for _ in 0..<200 {
            switch state {
            case .idle, .secure, .closed: return
            case .querying, .obtainingKey, .programmingDevice, .programmingRootPort, .activatingDevice,
                .activatingRootPort, .enabling, .confirming, .disabling, .stoppingDevice, .stoppingRootPort:
                try answer(succeeds: false)
            }
        }
        throw BrokenInvariant("the requester does not come to rest: \(state)")
    }

    /// What a device in good order says to the last request.
    private var deviceAnswer: IDERequester.Event {
        switch effect {
        case .query:
            let features = IDEFeatures(linkStreamCount: 0, selectiveStreamCount: 1)
            return .response(
                .queryResponse(
                    IDEKM.QueryResponse(
                        portIndex: Self.link.portIndex, requesterID: Self.link.device.requesterID, segment: 0,
                        maxPortIndex: 0, registers: [features.rawValue, 0])))
        case .programDevice(let program): return .response(.keyProgramAck(IDEKM.KeyProgramAck(to: program, .success)))
        case .activateDevice(let control), .stopDevice(let control): return .response(.goStopAck(control))
        case .none, .refuse, .report, .obtainKey, .host, .readStatus: return .refused
        }
    }
}

extension IDEKM.KeySubStream {
    /// The slot it names, as a set; empty when it names none.
    fileprivate var slots: IDEKeySlots { slot.map { IDEKeySlots($0) } ?? [] }
}
