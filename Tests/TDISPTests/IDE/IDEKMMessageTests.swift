import PCIe
import TDISP
import Testing
import WireBytes

@Suite struct `IDE_KM messages` {
    private static let slot = IDEKeySlot(.k1, .transmit, .completion)
    private static let control = IDEKM.KeySetControl(
        streamID: StreamID(rawValue: 0x42), keySubStream: IDEKM.KeySubStream(slot), portIndex: 3)
    private static let keyProgram = IDEKM.KeyProgram(
        streamID: StreamID(rawValue: 0x42), keySubStream: IDEKM.KeySubStream(slot), portIndex: 3)
    private static let queryResponse = IDEKM.QueryResponse(
        portIndex: 1, requesterID: RequesterID(rawValue: 0x3B09), segment: 2, maxPortIndex: 7,
        registers: [0x0001_0042, 0x0000_0004])

    /// Every object, by hand from the tables.
    private static let goldenQuery: [UInt8] = [0x00, 0x00, 0x05]
    private static let goldenQueryResponse: [UInt8] = [
        0x01, 0x00, 0x01, 0x09, 0x3B, 0x02, 0x07, 0x42, 0x00, 0x01, 0x00, 0x04, 0x00, 0x00, 0x00,
    ]
    private static let goldenKeyProgram: [UInt8] =
        [0x02, 0x00, 0x00, 0x42, 0x00, 0x23, 0x03]
        + [0x03, 0x02, 0x01, 0x00, 0x07, 0x06, 0x05, 0x04, 0x0B, 0x0A, 0x09, 0x08, 0x0F, 0x0E, 0x0D, 0x0C]
        + [0x13, 0x12, 0x11, 0x10, 0x17, 0x16, 0x15, 0x14, 0x1B, 0x1A, 0x19, 0x18, 0x1F, 0x1E, 0x1D, 0x1C]
        + [0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00]
    private static let goldenKeyProgramAck: [UInt8] = [0x03, 0x00, 0x00, 0x42, 0x02, 0x23, 0x03]
    private static let goldenGo: [UInt8] = [0x04, 0x00, 0x00, 0x42, 0x00, 0x23, 0x03]
    private static let goldenStop: [UInt8] = [0x05, 0x00, 0x00, 0x42, 0x00, 0x23, 0x03]
    private static let goldenGoStopAck: [UInt8] = [0x06, 0x00, 0x00, 0x42, 0x00, 0x23, 0x03]

    private static let requests = [goldenQuery, goldenKeyProgram, goldenGo, goldenStop]
    private static let responses = [goldenQueryResponse, goldenKeyProgramAck, goldenGoStopAck]

    private func request(_ bytes: [UInt8]) throws(WireError) -> IDEKM.Request {
        try IDEKM.ReceivedRequest(decoding: bytes.span).request
    }

    @Test func `requests are written byte for byte`() {
        #expect(IDEKM.Query(portIndex: 5).encoded() == Self.goldenQuery)
        #expect(Self.keyProgram.encoded(with: countingKey(from: 0)) == Self.goldenKeyProgram)
        #expect(Self.control.encodedAsGo() == Self.goldenGo)
        #expect(Self.control.encodedAsStop() == Self.goldenStop)
    }

    @Test func `responses are written byte for byte`() {
        let ack = IDEKM.KeyProgramAck(to: Self.keyProgram, .unsupportedPortIndex)
        #expect(IDEKM.Response.queryResponse(Self.queryResponse).encoded() == Self.goldenQueryResponse)
        #expect(IDEKM.Response.keyProgramAck(ack).encoded() == Self.goldenKeyProgramAck)
        #expect(IDEKM.Response.goStopAck(Self.control).encoded() == Self.goldenGoStopAck)
    }

    @Test func `requests are read field by field`() throws {
        #expect(try request(Self.goldenQuery) == .query(IDEKM.Query(portIndex: 5)))
        #expect(try request(Self.goldenKeyProgram) == .keyProgram(Self.keyProgram))
        #expect(try request(Self.goldenGo) == .keySetGo(Self.control))
        #expect(try request(Self.goldenStop) == .keySetStop(Self.control))
    }

    @Test func `responses are read field by field`() throws {
        let ack = IDEKM.KeyProgramAck(to: Self.keyProgram, .unsupportedPortIndex)
        #expect(try IDEKM.Response(decoding: Self.goldenQueryResponse.span) == .queryResponse(Self.queryResponse))
        #expect(try IDEKM.Response(decoding: Self.goldenKeyProgramAck.span) == .keyProgramAck(ack))
        #expect(try IDEKM.Response(decoding: Self.goldenGoStopAck.span) == .goStopAck(Self.control))
    }

    @Test func `the key leaves a received KEY_PROG in AES order, and no other request has one`() throws {
        let key = try #require(
            try IDEKM.ReceivedRequest(decoding: Self.goldenKeyProgram.span).takeKey()?.aesOrder.array)
        #expect(key == Array(0..<32))
        for bytes in [Self.goldenQuery, Self.goldenGo, Self.goldenStop, Self.goldenKeyProgram + [0]] {
            let hasKey = try IDEKM.ReceivedRequest(decoding: bytes.span).takeKey() != nil
            #expect(!hasKey)
        }
    }

    @Test func `the invocation field is read high doubleword first`() throws {
        var bytes = Self.goldenKeyProgram
        bytes[39] = 0x04
        bytes[46] = 0x80
        var expected = Self.keyProgram
        expected.invocationField = 0x0000_0004_8000_0001
        #expect(try request(bytes) == .keyProgram(expected))
        #expect(expected.encoded(with: countingKey(from: 0)) == bytes)
    }

    @Test func `the capability register of a QUERY_RESP tells what the port can do`() {
        #expect(Self.queryResponse.features?.isKeyManagementSupported == true)
        #expect(Self.queryResponse.features?.isSelectiveIDESupported == true)
        var bare = Self.queryResponse
        bare.registers = []
        #expect(bare.features == nil)
        #expect(bare.encoded().count == 7)
    }

    @Test(arguments: 1...46) func `KEY_PROG of every shorter length keeps the fields that arrived`(length: Int) throws {
        let bytes = Array(Self.goldenKeyProgram.prefix(length))
        let expected = IDEKM.KeyProgram(
            streamID: StreamID(rawValue: length > 3 ? 0x42 : 0),
            keySubStream: IDEKM.KeySubStream(rawValue: length > 5 ? 0x23 : 0), portIndex: length > 6 ? 3 : 0,
            invocationField: 0)
        #expect(try request(bytes) == .keyProgramOfWrongLength(expected))
    }

    @Test func `KEY_PROG with a trailing byte has a wrong length`() throws {
        var expected = Self.keyProgram
        expected.invocationField = 0
        #expect(try request(Self.goldenKeyProgram + [0]) == .keyProgramOfWrongLength(expected))
    }

    @Test(arguments: [goldenQuery, goldenGo, goldenStop])
    func `every truncation and every trailing byte of another request is refused`(golden: [UInt8]) {
        for length in golden.indices {
            #expect { try request(Array(golden.prefix(length))) } throws: { ($0 as? WireError)?.code == .truncated }
        }
        for byte in UInt8.min...UInt8.max {
            #expect { try request(golden + [byte]) } throws: { ($0 as? WireError)?.code == .trailingBytes }
        }
    }

    @Test(arguments: [goldenKeyProgramAck, goldenGoStopAck])
    func `every truncation and every trailing byte of an acknowledgement is refused`(golden: [UInt8]) {
        for length in golden.indices {
            let bytes = Array(golden.prefix(length))
            #expect { try IDEKM.Response(decoding: bytes.span) } throws: { ($0 as? WireError)?.code == .truncated }
        }
        for byte in UInt8.min...UInt8.max {
            let bytes = golden + [byte]
            #expect { try IDEKM.Response(decoding: bytes.span) } throws: { ($0 as? WireError)?.code == .trailingBytes }
        }
    }

    @Test func `QUERY_RESP must hold its header and whole registers`() throws {
        let golden = Self.goldenQueryResponse
        for length in golden.indices {
            let bytes = Array(golden.prefix(length))
            if length == 7 || length == 11 {
                guard case .queryResponse(let response) = try IDEKM.Response(decoding: bytes.span) else {
                    Issue.record("not a QUERY_RESP")
                    continue
                }
                #expect(response.registers == Array(Self.queryResponse.registers.prefix((length - 7) / 4)))
            } else {
                let code: WireError.Code = length < 7 ? .truncated : .lengthMismatch
                #expect { try IDEKM.Response(decoding: bytes.span) } throws: { ($0 as? WireError)?.code == code }
            }
        }
    }

    @Test func `reserved bytes and bits are ignored`() throws {
        for golden in Self.requests where golden != Self.goldenKeyProgram {
            #expect(try request(Self.filled(golden)) == request(golden))
        }
        #expect(try request(Self.filled(Self.goldenKeyProgram)) == .keyProgram(Self.keyProgram))
        for golden in Self.responses {
            let filled = Self.filled(golden)
            #expect(try IDEKM.Response(decoding: filled.span) == IDEKM.Response(decoding: golden.span))
        }
    }

    /// The message with every reserved byte and bit set.
    private static func filled(_ golden: [UInt8]) -> [UInt8] {
        var bytes = golden
        bytes[1] = 0xFF
        guard golden[0] > 0x01 else { return bytes }
        bytes[2] = 0xFF
        bytes[5] |= 0x0C
        if golden[0] != 0x03 { bytes[4] = 0xFF }
        return bytes
    }

    @Test(arguments: UInt8.min...UInt8.max) func `an object of the other direction, or of none, is refused`(
        object: UInt8
    ) {
        let bytes: [UInt8] = [object, 0, 0, 0, 0, 0, 0]
        if ![0x00, 0x02, 0x04, 0x05].contains(object) {
            #expect(throws: WireError(.unexpectedType, at: 0, in: "ObjectID")) { try request(bytes) }
        }
        if ![0x01, 0x03, 0x06].contains(object) {
            #expect(throws: WireError(.unexpectedType, at: 0, in: "ObjectID")) {
                try IDEKM.Response(decoding: bytes.span)
            }
        }
    }

    @Test(arguments: UInt8.min...UInt8.max) func `KeySubStream names a slot or none, and survives`(byte: UInt8) {
        let field = IDEKM.KeySubStream(rawValue: byte)
        #expect(field.rawValue == byte & 0xF3)
        #expect((field.slot != nil) == (byte >> 4 < 3))
        if let slot = field.slot { #expect(IDEKM.KeySubStream(slot) == field) }
    }

    @Test func `a slot's byte is key set, direction and substream`() {
        #expect(IDEKM.KeySubStream(IDEKeySlot(.k0, .receive, .posted)).rawValue == 0x00)
        #expect(IDEKM.KeySubStream(IDEKeySlot(.k1, .receive, .posted)).rawValue == 0x01)
        #expect(IDEKM.KeySubStream(IDEKeySlot(.k0, .transmit, .nonPosted)).rawValue == 0x12)
        #expect(IDEKM.KeySubStream(IDEKeySlot(.k1, .transmit, .completion)).rawValue == 0x23)
    }
}
