import PCIe
import SPDM
import TDISP
import Testing

/// A direction of the way between host and device: objects in flight, some lost, doubled or out of order.
struct IDEFaultyWay {
    var lossPercent = 0
    var duplicatePercent = 0
    var reorderPercent = 0
    private(set) var objects: [[UInt8]] = []

    var isEmpty: Bool { objects.isEmpty }

    mutating func send(_ object: [UInt8], using random: inout SeededGenerator) {
        if random.chance(lossPercent) { return }
        objects.append(object)
        if random.chance(duplicatePercent) { objects.append(object) }
        if objects.count > 1, random.chance(reorderPercent) {
            objects.swapAt(objects.count - 1, objects.count - 2)
        }
    }

    mutating func receive() -> [UInt8]? { objects.isEmpty ? nil : objects.removeFirst() }
}

/// Host and device of one stream, joined by bytes: requester machine, root port, two plain channels, device model.
struct IDELinkModel: ~Copyable {
    let key = IDEStreamKey(portIndex: 1, streamID: StreamID(rawValue: 7))
    private(set) var requester: IDERequester.State
    private(set) var device: IDEDeviceModel
    /// The root port's end of the stream, and its keys in AES order.
    private(set) var rootPort = IDEStream.initial
    private(set) var rootPortKeys: [IDEKeySlot: [UInt8]] = [:]
    private(set) var reports: [IDERequester.Report] = []
    /// Every key that was ever made.
    private(set) var keysMade: [[UInt8]] = []

    var toDevice = IDEFaultyWay()
    var toHost = IDEFaultyWay()
    /// How often the device answers Busy instead, in percent.
    var busyPercent = 0
    /// How often a host action fails, or ends unknown, in percent each.
    var hostFaultPercent = 0
    var random: SeededGenerator

    private var hostChannel = PlainChannel(session: IDEFixture.sessionA)
    private var deviceChannel = PlainChannel(session: IDEFixture.sessionA)
    /// The key between its making and its two slots, in AES order.
    private var keyAtHand: [UInt8]?

    init(seed: UInt64, retries: UInt8 = 3) {
        device = IDEDeviceModel(maxPortIndex: 1, streams: [key])
        device.take(.sessionStarted(IDEFixture.sessionA))
        requester = IDERequester.initial(
            IDELink(portIndex: key.portIndex, streamID: key.streamID, device: device.address, retries: retries))
        random = SeededGenerator(seed: seed)
    }

    var isAtRest: Bool {
        switch requester.name {
        case .idle, .secure, .closed: true
        case .querying, .obtainingKey, .programmingDevice, .programmingRootPort, .activatingDevice, .activatingRootPort,
            .enabling, .confirming, .disabling, .stoppingDevice, .stoppingRootPort:
            false
        }
    }

    /// Ends the session at both ends; the owner of each tells its machine.
    mutating func endSession() throws {
        hostChannel.end()
        deviceChannel.end()
        device.take(.sessionEnded(IDEFixture.sessionA))
        try take(.sessionLost)
    }

    /// The device's end leaves Secure on its own.
    mutating func loseDeviceStream(_ loss: IDEStreamLoss) { device.take(.streamLost(key, loss)) }

    /// A fresh requester for the same stream.
    mutating func startOver() {
        requester = IDERequester.initial(
            IDELink(portIndex: key.portIndex, streamID: key.streamID, device: device.address))
    }

    /// Gives the requester an event and carries out what follows, up to the next wait for the device.
    mutating func take(_ event: IDERequester.Event) throws {
        var next: IDERequester.Event? = event
        while let event = next {
            let transition = IDERequester.step(requester, event)
            requester = transition.next
            next = try carryOut(transition.effect)
        }
    }

    /// Moves one object, or lets time run out for the request that waits; false when nothing is left to do.
    mutating func tick() throws -> Bool {
        if let object = toDevice.receive() {
            try deliverToDevice(object)
        } else if let object = toHost.receive() {
            try deliverToHost(object)
        } else if !isAtRest {
            try take(.timedOut)
        } else {
            return false
        }
        return true
    }

    /// Runs until the requester rests and nothing is in flight; the number of ticks.
    mutating func settle() throws -> Int {
        for count in 0..<2000 where try !tick() { return count }
        return 2000
    }

    private mutating func deliverToDevice(_ object: [UInt8]) throws {
        guard deviceChannel.isAlive else { return }
        let message = try deviceChannel.open(object.span)
        let answer =
            random.chance(busyPercent)
            ? ErrorMessage(version: .v1_2, code: .busy).encoded()
            : try device.answer(message: message, in: deviceChannel.session)
        guard let answer else { return }
        toHost.send(try deviceChannel.seal(answer.span), using: &random)
    }

    private mutating func deliverToHost(_ object: [UInt8]) throws {
        guard hostChannel.isAlive else { return }
        let message = try hostChannel.open(object.span)
        if let error = try? ErrorMessage(decoding: message.span) {
            try take(error.code == .busy ? .busy : .refused)
            return
        }
        let payload = try VendorDefined(decoding: message.span).payload
        try take(.response(try IDEKM.Response(decoding: message.span.extracting(payload))))
    }

    private mutating func carryOut(_ effect: IDERequester.Effect) throws -> IDERequester.Event? {
        switch effect {
        case .none, .refuse: return nil
        case .query(let query): try send(query.encoded())
        case .activateDevice(let fields): try send(fields.encodedAsGo())
        case .stopDevice(let fields): try send(fields.encodedAsStop())
        case .programDevice(let fields): try send(keyProgram(fields))
        case .obtainKey(let slot): return obtainKey(slot)
        case .host(let action): return .hostFinished(action, act(action))
        case .readStatus:
            return .status(deviceSecure: device.stream(key)?.isSecure == true, rootPortSecure: rootPort.isSecure)
        case .report(let report): reports.append(report)
        }
        return nil
    }

    private mutating func send(_ payload: [UInt8]) throws {
        guard hostChannel.isAlive else { return }
        let message = try VendorDefined.encode(.request, version: .v1_2, protocolID: .ideKM, payload: payload.span)
        toDevice.send(try hostChannel.seal(message.span), using: &random)
    }

    private mutating func obtainKey(_ slot: IDEKeySlot) -> IDERequester.Event {
        let bytes = (0..<32).map { _ in UInt8.random(in: 0...255, using: &random) }
        keysMade.append(bytes)
        keyAtHand = bytes
        return .keyObtained(slot)
    }

    private func keyProgram(_ fields: IDEKM.KeyProgram) throws -> [UInt8] {
        let bytes = try #require(keyAtHand)
        return fields.encoded(with: IDEKey(aesOrder: InlineArray<32, UInt8> { bytes[$0] }))
    }

    private mutating func act(_ action: IDERequester.HostAction) -> IDERequester.HostOutcome {
        if random.chance(hostFaultPercent) { return .failed }
        switch action {
        case .program(let slot):
            rootPortKeys[slot] = keyAtHand
            stepRootPort(.keyInstalled(slot, by: IDEFixture.sessionA))
        case .activate(let slots):
            for slot in IDEFixture.allSlots where slots.contains(slot) { stepRootPort(.go(slot)) }
        case .enable:
            device.take(.streamEnabled(key))
            stepRootPort(.enable)
        case .disable:
            device.take(.streamDisabled(key))
            stepRootPort(.disable)
        case .erase(let slots):
            for slot in IDEFixture.allSlots where slots.contains(slot) { stepRootPort(.stop(slot)) }
        }
        return random.chance(hostFaultPercent) ? .unknown : .succeeded
    }

    private mutating func stepRootPort(_ event: IDEStream.Event) {
        let transition = IDEStream.step(rootPort, event)
        rootPort = transition.next
        switch transition.effect {
        case .none, .secure, .refuse: break
        case .activate(let slot, _):
            if slot.direction == .transmit { rootPortKeys[slot.otherKeySet] = nil }
        case .erase(let slots):
            for slot in IDEFixture.allSlots where slots.contains(slot) { rootPortKeys[slot] = nil }
        case .fail: rootPortKeys = [:]
        }
    }

    /// One TLP each way on each substream: it must open at the other end with the key it was protected with.
    mutating func exchangeTraffic() -> Bool {
        for substream in IDESubstream.allCases {
            guard let down = rootPort.transmitKeySet(substream), let up = device.stream(key)?.transmitKeySet(substream),
                let sent = rootPortKeys[IDEKeySlot(down, .transmit, substream)],
                device.keys[key]?[IDEKeySlot(down, .receive, substream)] == sent,
                let answered = device.keys[key]?[IDEKeySlot(up, .transmit, substream)],
                rootPortKeys[IDEKeySlot(up, .receive, substream)] == answered
            else { return false }
            device.take(.received(key, substream, down))
            stepRootPort(.received(substream, up))
        }
        return rootPort.isSecure && device.stream(key)?.isSecure == true
    }
}
