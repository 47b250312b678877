import PCIe
import TDISP
import Testing
import WireBytes

@Suite struct `TDISP requests` {
    private static let samples = MessageSamples.requests

    @Test(arguments: samples.indices) func `encode to the bytes of the specification, and decode from them`(
        _ index: Int
    ) throws {
        let (request, text) = Self.samples[index]
        let golden: [UInt8] = try #require([UInt8](hex: text))
        #expect(request.encoded(to: MessageSamples.interfaceID) == golden)
        #expect(try TDISPRequest.decode(golden.span) == request)
        let header = try TDISPHeader.decode(golden.span)
        #expect(header == TDISPHeader(type: request.type, interfaceID: MessageSamples.interfaceID))
    }

    @Test func `there is a sample of every request`() {
        #expect(
            Set(Self.samples.map { $0.0.type.rawValue }) == Set(0x81...0x8B).union([0x8F]))
    }

    @Test(arguments: samples.indices) func `every truncation is refused`(_ index: Int) throws {
        let (request, text) = Self.samples[index]
        let golden: [UInt8] = try #require([UInt8](hex: text))
        for length in 0..<(MessageSamples.variableFrom(request) ?? golden.count) {
            let cut = Array(golden.prefix(length))
            let error = #expect(throws: WireError.self) { _ = try TDISPRequest.decode(cut.span) }
            #expect(error?.code == .truncated, "\(length) bytes")
        }
    }

    @Test(arguments: samples.indices) func `every trailing byte is refused, or is data`(_ index: Int) throws {
        let (request, text) = Self.samples[index]
        let golden: [UInt8] = try #require([UInt8](hex: text))
        for trailing in UInt8.min...UInt8.max {
            let long = golden + [trailing]
            if MessageSamples.variableFrom(request) == nil {
                #expect(throws: WireError(.trailingBytes, at: golden.count, in: "TDISP request")) {
                    _ = try TDISPRequest.decode(long.span)
                }
            } else {
                #expect(try TDISPRequest.decode(long.span).encoded(to: MessageSamples.interfaceID) == long)
            }
        }
    }

    @Test func `reserved bits are ignored`() throws {
        let plain: [UInt8] = try #require([UInt8](hex: Self.samples[2].1))
        for (offset, bits) in [(2, 0xFF), (3, 0xFF), (16, 0xE0), (17, 0xFF), (19, 0xFF)] as [(Int, UInt8)] {
            var bytes = plain
            bytes[offset] |= bits
            #expect(try TDISPRequest.decode(bytes.span) == Self.samples[2].0, "byte \(offset)")
        }
        let capabilities: [UInt8] = try #require([UInt8](hex: "1082 \(MessageSamples.rest) ffffffff"))
        #expect(try TDISPRequest.decode(capabilities.span) == .getCapabilities)
        let attribute: [UInt8] = try #require(
            [UInt8](hex: "108a \(MessageSamples.rest) 0100000008000000 02000000 fbff 0500"))
        let closed = SetMMIOAttributeRequest(firstPage: 0x8_0000_0001, pageCount: 2, nonTEEMemory: false, rangeID: 5)
        #expect(try TDISPRequest.decode(attribute.span) == .setMMIOAttribute(closed))
    }

    @Test func `reserved flags are written as zero`() throws {
        let request = TDISPRequest.lockInterface(
            LockInterfaceRequest(flags: LockFlags(rawValue: 0xFFFF), defaultStream: StreamID(rawValue: 0)))
        let bytes = request.encoded(to: MessageSamples.interfaceID)
        #expect(bytes[16] == 0x1F)
        #expect(bytes[17] == 0)
    }

    @Test func `a vendor ID longer than the message is refused`() throws {
        let bytes: [UInt8] = try #require([UInt8](hex: "108b \(MessageSamples.rest) 00 05 f41a aabb"))
        #expect(throws: WireError(.truncated, at: 18, in: "VENDOR_ID")) { _ = try TDISPRequest.decode(bytes.span) }
    }

    @Test func `a vendor-defined message tells vendor and data apart`() throws {
        let bytes: [UInt8] = try #require([UInt8](hex: "108b \(MessageSamples.rest) 01 03 010203 aabb"))
        guard case .vendorDefined(let message) = try TDISPRequest.decode(bytes.span) else {
            Issue.record("not vendor-defined")
            return
        }
        #expect(message.registry == .cxl)
        #expect(Array(message.vendorID) == [1, 2, 3])
        #expect(Array(message.data) == [0xAA, 0xBB])
    }
}
