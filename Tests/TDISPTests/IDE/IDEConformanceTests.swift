import PCIe
import SPDM
import TDISP
import Testing

/// The IDE_KM cases of tee-io-validator, by their numbers, against the responder through bytes.
@Suite struct `IDE_KM conformance` {
    private static let maxPort: UInt8 = 3

    /// The stream of a port: 1 + port.
    private static func stream(_ port: UInt8) -> IDEStreamKey {
        IDEStreamKey(portIndex: port, streamID: StreamID(rawValue: 1 + port))
    }

    private static func device(maxPort: UInt8 = Self.maxPort) -> IDEDeviceModel {
        IDEDeviceModel(maxPortIndex: maxPort, streams: (0...maxPort).map(stream))
    }

    private static func program(_ port: UInt8, _ slot: IDEKeySlot, stream: UInt8? = nil, ifv: UInt64 = 1) -> [UInt8] {
        var fields = IDEKM.KeyProgram(
            streamID: StreamID(rawValue: stream ?? 1 + port), keySubStream: IDEKM.KeySubStream(slot), portIndex: port)
        fields.invocationField = ifv
        return fields.encoded(with: countingKey(from: fields.keySubStream.rawValue))
    }

    private static func control(_ port: UInt8, _ slot: IDEKeySlot) -> IDEKM.KeySetControl {
        IDEKM.KeySetControl(
            streamID: StreamID(rawValue: 1 + port), keySubStream: IDEKM.KeySubStream(slot), portIndex: port)
    }

    private static func ack(
        _ port: UInt8, _ subStream: UInt8, _ status: IDEKM.KeyProgramAck.Status, stream: UInt8? = nil
    ) -> IDEDeviceModel.Answer {
        .response(
            .keyProgramAck(
                IDEKM.KeyProgramAck(
                    streamID: StreamID(rawValue: stream ?? 1 + port), status: status,
                    keySubStream: IDEKM.KeySubStream(rawValue: subStream), portIndex: port)))
    }

    private static let slot = IDEKeySlot(.k0, .receive, .posted)

    private func expectQuery(_ device: inout IDEDeviceModel, port: UInt8) throws {
        let answer = device.answer(IDEKM.Query(portIndex: port).encoded())
        guard case .response(.queryResponse(let response)) = answer else {
            Issue.record("no QUERY_RESP: \(answer)")
            return
        }
        #expect(response.portIndex == port)
        #expect(response.maxPortIndex >= port)
        #expect(response.requesterID == device.address.requesterID)
        #expect(response.segment == 2)
        #expect(response.features?.isKeyManagementSupported == true)
    }

    @Test func `I1.1 QUERY of port 0 is answered`() throws {
        var device = Self.device()
        try expectQuery(&device, port: 0)
    }

    @Test(arguments: 1...maxPort) func `I1.2 QUERY of every other port is answered`(port: UInt8) throws {
        var device = Self.device()
        try expectQuery(&device, port: port)
    }

    @Test func `QUERY of a port above the highest is refused`() {
        var device = Self.device()
        #expect(device.answer(IDEKM.Query(portIndex: Self.maxPort + 1).encoded()) == .error(.invalidRequest))
    }

    @Test(arguments: 0...maxPort) func `I2.1 every slot of every port takes a key`(port: UInt8) {
        var device = Self.device()
        for slot in IDEFixture.allSlots {
            let byte = IDEKM.KeySubStream(slot).rawValue
            #expect(device.answer(Self.program(port, slot)) == Self.ack(port, byte, .success))
            #expect(device.keys[Self.stream(port)]?[slot] == countingKey(from: byte).aesOrder.array)
        }
        #expect(device.stream(Self.stream(port))?.allSubstreamsKeyed(by: IDEFixture.sessionA) == true)
    }

    @Test(arguments: Array(stride(from: 4, through: 40, by: 4)))
    func `I2.2 KEY_PROG that is too short gets status 1 and its fields back`(missing: Int) {
        var device = Self.device()
        let bytes = Array(Self.program(2, Self.slot).dropLast(missing))
        #expect(device.answer(bytes) == Self.ack(2, 0, .incorrectLength))
        #expect(device.keys.isEmpty)
    }

    @Test(arguments: 1...6) func `KEY_PROG too short even for its fields gets status 1`(length: Int) {
        var device = Self.device()
        let bytes = Array(Self.program(2, Self.slot).prefix(length))
        #expect(device.answer(bytes) == Self.ack(0, 0, .incorrectLength, stream: length > 3 ? 3 : 0))
    }

    @Test func `KEY_PROG that is too long gets status 1`() {
        var device = Self.device()
        #expect(device.answer(Self.program(2, Self.slot) + [0]) == Self.ack(2, 0, .incorrectLength))
    }

    @Test(arguments: maxPort + 1...UInt8.max) func `I2.3 KEY_PROG for a port that is not there gets status 2`(
        port: UInt8
    ) {
        var device = Self.device()
        let answer = device.answer(Self.program(port, Self.slot, stream: 1))
        #expect(answer == Self.ack(port, 0, .unsupportedPortIndex, stream: 1))
    }

    @Test(arguments: UInt8(3)...0xF) func `I2.4 KEY_PROG for a substream that is not there gets status 3`(
        substream: UInt8
    ) {
        var device = Self.device()
        var bytes = Self.program(1, Self.slot)
        bytes[5] = substream << 4
        #expect(device.answer(bytes) == Self.ack(1, substream << 4, .unsupportedValue))
        #expect(device.keys.isEmpty)
    }

    @Test(arguments: [0] + Array(2...0xFF)) func `I2.5 KEY_PROG with another IFV than 1 gets status 3`(ifv: UInt64) {
        var device = Self.device()
        #expect(device.answer(Self.program(1, Self.slot, ifv: ifv)) == Self.ack(1, 0, .unsupportedValue))
    }

    @Test func `I2.5 KEY_PROG with its IFV doublewords swapped gets status 3`() {
        var device = Self.device()
        #expect(device.answer(Self.program(1, Self.slot, ifv: 1 << 32)) == Self.ack(1, 0, .unsupportedValue))
    }

    @Test(arguments: [0, 1, 3, 0xFF] as [UInt8])
    func `I2.6 KEY_PROG for a stream the port does not have gets status 3`(stream: UInt8) {
        var device = Self.device()
        let answer = device.answer(Self.program(1, Self.slot, stream: stream))
        #expect(answer == Self.ack(1, 0, .unsupportedValue, stream: stream))
    }

    @Test func `a key that the port cannot take gets status 4 and leaves the slot empty`() {
        var device = Self.device()
        device.refusesKeys = true
        #expect(device.answer(Self.program(1, Self.slot)) == Self.ack(1, 0, .unspecifiedFailure))
        #expect(device.stream(Self.stream(1))?.keys == nil)
        #expect(device.answer(Self.control(1, Self.slot).encodedAsGo()) == .error(.invalidRequest))
    }

    /// Programs both key sets of every port.
    private func programmed() -> IDEDeviceModel {
        var device = Self.device()
        for port in 0...Self.maxPort {
            for slot in IDEFixture.allSlots { _ = device.answer(Self.program(port, slot)) }
        }
        return device
    }

    private func go(_ keySet: IDEKeySet, _ device: inout IDEDeviceModel) {
        for port in 0...Self.maxPort {
            for slot in IDEFixture.slots(keySet) {
                let control = Self.control(port, slot)
                #expect(device.answer(control.encodedAsGo()) == .response(.goStopAck(control)))
                #expect(device.stream(Self.stream(port))?.keys?.active.contains(slot) == true)
            }
        }
    }

    private func stop(_ keySet: IDEKeySet, _ device: inout IDEDeviceModel) {
        for port in 0...Self.maxPort {
            for slot in IDEFixture.slots(keySet) {
                let control = Self.control(port, slot)
                #expect(device.answer(control.encodedAsStop()) == .response(.goStopAck(control)))
                #expect(device.stream(Self.stream(port))?.keys?.occupied.contains(slot) != true)
                #expect(device.keys[Self.stream(port)]?[slot] == nil)
            }
        }
    }

    @Test(arguments: IDEKeySet.allCases) func `I3.1 and I3.2 K_SET_GO of a key set is acknowledged`(keySet: IDEKeySet) {
        var device = programmed()
        go(keySet, &device)
    }

    @Test(arguments: IDEKeySet.allCases) func `I3.3 and I3.4 a switch to the other key set is acknowledged`(
        first: IDEKeySet
    ) {
        var device = programmed()
        go(first, &device)
        go(first.other, &device)
    }

    @Test(arguments: IDEKeySet.allCases) func `I4.1 and I4.2 K_SET_STOP of a key set is acknowledged`(keySet: IDEKeySet)
    {
        var device = programmed()
        go(keySet, &device)
        stop(keySet, &device)
    }

    @Test(arguments: IDEKeySet.allCases)
    func `I4.3 and I4.4 K_SET_STOP after a switch is acknowledged for both key sets`(first: IDEKeySet) {
        var device = programmed()
        go(first, &device)
        go(first.other, &device)
        stop(first.other, &device)
        stop(first, &device)
        #expect(device.keys.values.flatMap(\.keys).isEmpty)
    }

    @Test func `I5.1 a second session gets no answer while the first lives`() {
        var device = Self.device()
        device.take(.sessionStarted(IDEFixture.sessionA))
        device.take(.sessionStarted(IDEFixture.sessionB))
        let before = device.state
        #expect(device.answer(IDEKM.Query(portIndex: 0).encoded(), in: IDEFixture.sessionB) == .nothing)
        #expect(device.answer(Self.program(0, Self.slot), in: IDEFixture.sessionB) == .nothing)
        #expect(device.answer([0xFF], in: IDEFixture.sessionB) == .nothing)
        #expect(device.state == before)
        #expect(device.keys.isEmpty)
    }

    @Test func `I5.2 the second session is served once the first has ended`() {
        var device = Self.device()
        device.take(.sessionStarted(IDEFixture.sessionA))
        #expect(device.answer(Self.program(0, Self.slot)) == Self.ack(0, 0, .success))
        device.take(.sessionStarted(IDEFixture.sessionB))
        device.take(.sessionEnded(IDEFixture.sessionA))
        #expect(device.failures == [IDEStreamChange(Self.stream(0), .fail(.sessionEnded))])
        guard
            case .response(.queryResponse(let response)) = device.answer(
                IDEKM.Query(portIndex: 0).encoded(), in: IDEFixture.sessionB)
        else {
            Issue.record("no QUERY_RESP")
            return
        }
        #expect(response.requesterID == device.address.requesterID)
        #expect(response.segment == UInt8(device.address.segment))
        #expect(device.answer(Self.program(0, Self.slot), in: IDEFixture.sessionB) == Self.ack(0, 0, .success))
    }

    @Test func `requests that the sample device of spdm-emu answers loosely are answered as specified`() throws {
        // The sample differs in five places: it answers QUERY for any port, acknowledges K_SET_GO without a key, drops
        // KEY_PROG with a wrong port or length instead of KP_ACK 2 and 1, and accepts any substream.
        let expected: [IDEDeviceModel.Answer?] = [
            nil,  // I1 QUERY: the answer's registers are the device's own
            .error(.invalidRequest),  // I2 QUERY of port 9; the sample answers
            nil,  // I2b QUERY
            .error(.invalidRequest),  // I3 K_SET_GO without a key; the sample acknowledges
            Self.ack(0, 0x00, .success, stream: 0),  // I4 KEY_PROG
            Self.ack(9, 0x00, .unsupportedPortIndex, stream: 0),  // I5 KEY_PROG for port 9; the sample sends an ERROR
            Self.ack(0, 0x30, .unsupportedValue, stream: 0),  // I6 KEY_PROG, substream 3; the sample accepts
            Self.ack(0, 0x00, .incorrectLength, stream: 0),  // I7 KEY_PROG, short; the sample sends an ERROR
            .response(
                .goStopAck(.init(streamID: StreamID(rawValue: 0), keySubStream: .init(rawValue: 0), portIndex: 0))),
            .response(
                .goStopAck(.init(streamID: StreamID(rawValue: 0), keySubStream: .init(rawValue: 0), portIndex: 0))),
            .error(.invalidRequest),  // I10 unknown object; so does the sample
        ]
        var device = IDEDeviceModel(
            maxPortIndex: 7, streams: [IDEStreamKey(portIndex: 0, streamID: StreamID(rawValue: 0))])
        var answers: [IDEDeviceModel.Answer] = []
        for case .request(let bytes) in try IDEFixture.recording("idekm-negative-v1.2") {
            answers.append(device.answer(bytes))
        }
        #expect(answers.count == expected.count)
        for (answer, expected) in zip(answers, expected) {
            if let expected { #expect(answer == expected) } else { #expect(answer != .nothing) }
        }
    }
}
