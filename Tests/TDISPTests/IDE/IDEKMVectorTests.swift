import SPDM
import TDISP
import Testing
import WireBytes

/// Recordings of DMTF spdm-emu 85436d53, read and written again.
@Suite struct `IDE_KM of another implementation` {
    @Test(arguments: ["v1.1", "v1.2", "v1.3"])
    func `a recorded session decodes and encodes to the same bytes`(version: String) throws {
        let lines = try IDEFixture.recording("idekm-sequence-\(version)")
        #expect(lines.count == 38)
        for line in lines {
            switch line {
            case .request(let bytes): #expect(try reencoded(bytes, .request) == bytes)
            case .response(let bytes): #expect(try reencoded(bytes, .response) == bytes)
            case .noResponse: Issue.record("the sequence has an answer to every request")
            }
        }
    }

    @Test func `a recorded session keys six different slots, then starts and stops each`() throws {
        var seen: [String] = []
        for line in try IDEFixture.recording("idekm-sequence-v1.2") {
            guard case .request(let bytes) = line else { continue }
            let payload = try VendorDefined(decoding: bytes.span).payload
            let received = try IDEKM.ReceivedRequest(decoding: bytes.span.extracting(payload))
            switch received.request {
            case .query(let query): seen.append("query \(query.portIndex)")
            case .keyProgram(let fields):
                #expect(fields.invocationField == 1)
                seen.append("program \(fields.keySubStream.rawValue)")
            case .keyProgramOfWrongLength: seen.append("wrong length")
            case .keySetGo(let fields): seen.append("go \(fields.keySubStream.rawValue)")
            case .keySetStop(let fields): seen.append("stop \(fields.keySubStream.rawValue)")
            }
        }
        let slots: [UInt8] = [0x00, 0x10, 0x20, 0x02, 0x12, 0x22]
        #expect(seen == ["query 1"] + slots.flatMap { ["program \($0)", "go \($0)"] } + slots.map { "stop \($0)" })
    }

    @Test func `a recorded key is read in AES order`() throws {
        let line = try IDEFixture.recording("idekm-negative-v1.2")
            .compactMap { line -> [UInt8]? in if case .request(let bytes) = line { bytes } else { nil } }
            .first { $0.first == 0x02 }
        let bytes = try #require(line)
        let key = try IDEKM.ReceivedRequest(decoding: bytes.span).takeKey()?.aesOrder.array
        #expect(key?.prefix(8) == [0x03, 0x02, 0x01, 0x00, 0x07, 0x06, 0x05, 0x04])
    }

    private func reencoded(_ message: [UInt8], _ kind: VendorDefined.Kind) throws -> [UInt8] {
        let envelope = try VendorDefined(decoding: message.span)
        #expect(envelope.kind == kind)
        #expect(envelope.protocolID == .ideKM)
        let payload = Array(message[envelope.payload])
        let written =
            switch kind {
            case .request: try reencodedRequest(payload)
            case .response: try IDEKM.Response(decoding: payload.span).encoded()
            }
        return try VendorDefined.encode(kind, version: envelope.version, protocolID: .ideKM, payload: written.span)
    }

    private func reencodedRequest(_ payload: [UInt8]) throws -> [UInt8] {
        let received = try IDEKM.ReceivedRequest(decoding: payload.span)
        switch received.request {
        case .query(let query): return query.encoded()
        case .keySetGo(let fields): return fields.encodedAsGo()
        case .keySetStop(let fields): return fields.encodedAsStop()
        case .keyProgramOfWrongLength: return []
        case .keyProgram(let fields):
            guard let key = received.takeKey() else { return [] }
            return fields.encoded(with: key)
        }
    }
}
