import PCIe
import TDISP
import Testing
import WireBytes

@Suite struct `TDISP responses` {
    private static let samples = MessageSamples.responses

    @Test(arguments: samples.indices) func `encode to the bytes of the specification, and decode from them`(
        _ index: Int
    ) throws {
        let (response, text) = Self.samples[index]
        let golden: [UInt8] = try #require([UInt8](hex: text))
        #expect(response.encoded(from: MessageSamples.interfaceID) == golden)
        #expect(try TDISPResponse.decode(golden.span) == response)
        let header = try TDISPHeader.decode(golden.span)
        #expect(header == TDISPHeader(type: response.type, interfaceID: MessageSamples.interfaceID))
    }

    @Test func `there is a sample of every response`() {
        #expect(
            Set(Self.samples.map { $0.0.type.rawValue }) == Set(0x01...0x0B).union([0x7F, 0x0F]))
    }

    @Test(arguments: samples.indices) func `every truncation is refused`(_ index: Int) throws {
        let (response, text) = Self.samples[index]
        let golden: [UInt8] = try #require([UInt8](hex: text))
        for length in 0..<(MessageSamples.variableFrom(response) ?? golden.count) {
            let cut = Array(golden.prefix(length))
            let error = #expect(throws: WireError.self) { _ = try TDISPResponse.decode(cut.span) }
            // Extended data that is cut off contradicts ERROR_DATA before any of it is read.
            let isExtension = response.type == .error && length >= 24
            #expect(error?.code == (isExtension ? .lengthMismatch : .truncated), "\(length) bytes")
        }
    }

    @Test(arguments: samples.indices) func `every trailing byte is refused, or is data`(_ index: Int) throws {
        let (response, text) = Self.samples[index]
        let golden: [UInt8] = try #require([UInt8](hex: text))
        for trailing in UInt8.min...UInt8.max {
            let long = golden + [trailing]
            if MessageSamples.variableFrom(response) == nil {
                #expect(throws: WireError.self) { _ = try TDISPResponse.decode(long.span) }
            } else {
                #expect(try TDISPResponse.decode(long.span).encoded(from: MessageSamples.interfaceID) == long)
            }
        }
    }

    @Test func `a version list without entries is refused`() throws {
        let bytes: [UInt8] = try #require([UInt8](hex: "1001 \(MessageSamples.rest) 00"))
        #expect(throws: WireError(.invalidValue, at: 16, in: "VERSION_NUM_COUNT")) {
            _ = try TDISPResponse.decode(bytes.span)
        }
    }

    @Test(arguments: 4...255) func `a state that does not exist is refused`(_ state: Int) throws {
        let bytes: [UInt8] = try #require([UInt8](hex: "1005 \(MessageSamples.rest)")) + [UInt8(state)]
        #expect(throws: WireError(.invalidValue, at: 16, in: "TDI_STATE")) { _ = try TDISPResponse.decode(bytes.span) }
    }

    @Test(arguments: [5, 7, UInt32.max]) func `extended data of another length than ERROR_DATA says is refused`(
        _ length: UInt32
    ) throws {
        var bytes: [UInt8] = try #require([UInt8](hex: "107f \(MessageSamples.rest) ff000000"))
        bytes += (0..<4).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + [0, 2, 0xF4, 0x1A, 0xAA, 0xBB]
        #expect(throws: WireError(.lengthMismatch, at: 20, in: "ERROR_DATA")) {
            _ = try TDISPResponse.decode(bytes.span)
        }
    }

    @Test func `an unknown error code keeps its number`() throws {
        let bytes: [UInt8] = try #require([UInt8](hex: "107f \(MessageSamples.rest) 78563412 01000000"))
        let error = TDISPErrorMessage(TDISPErrorCode(rawValue: 0x1234_5678), data: 1)
        #expect(try TDISPResponse.decode(bytes.span) == .error(error))
        #expect("\(error.code)" == "0x12345678")
        #expect("\(TDISPErrorCode.invalidDeviceConfiguration)" == "INVALID_DEVICE_CONFIGURATION")
    }

    @Test(arguments: [UInt8(0x81), 0x87, 0xFF]) func `a request is no response`(_ type: UInt8) throws {
        let bytes: [UInt8] = [0x10, type] + Array(repeating: 0, count: 14)
        #expect(try TDISPResponse.decode(bytes.span) == .unknown(TDISPMessageType(rawValue: type), []))
    }

    @Test func `reserved bits of capabilities are ignored and written as zero`() throws {
        var bytes: [UInt8] = try #require([UInt8](hex: Self.samples[1].1))
        for offset in [16, 17, 18, 19, 37, 38, 39, 40] { bytes[offset] = 0xFF }
        bytes[36] |= 0xE0
        #expect(try TDISPResponse.decode(bytes.span) == Self.samples[1].0)
        #expect(
            Self.samples[1].0.encoded(from: MessageSamples.interfaceID).hex == Self.samples[1].1.filter { $0 != " " })
    }

    @Test func `the map of requests counts its bits from request code 80h`() {
        #expect(RequestSet.mandatory == RequestSet((0x81...0x87).map { TDISPMessageType(rawValue: $0) }))
        #expect(RequestSet([TDISPMessageType(rawValue: 0xFF)]).rawValue == 1 << 127)
        #expect(RequestSet([.error]).rawValue == 0)
        #expect(RequestSet.mandatory.contains(.stopInterface))
        #expect(!RequestSet.mandatory.contains(.bindP2PStream))
    }
}
