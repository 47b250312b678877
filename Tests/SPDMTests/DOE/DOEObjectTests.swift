import SPDM
import Testing
import WireBytes

@Suite struct `DOE data object` {
    private static let object: [UInt8] = [1, 0, 1, 0, 4, 0, 0, 0, 0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0, 0, 0]

    @Test func `an object is padded, written and read byte for byte`() throws {
        let payload: [UInt8] = [0xAA, 0xBB, 0xCC, 0xDD, 0xEE]
        #expect(try DOEObject.encode(.spdm, payload: payload.span) == Self.object)
        let object = try DOEObject.decode(Self.object.span)
        #expect(object.type == .spdm)
        #expect(object.payload == 8..<16)
        let header = try DOEHeader.decode(Self.object.span)
        #expect(header.type == .spdm)
        #expect(header.size == 16)
    }

    @Test(arguments: 0..<16) func `every truncation is refused`(length: Int) {
        let bytes = Self.object.prefix(length)
        #expect { try DOEObject.decode(bytes.span) } throws: { ($0 as? WireError)?.code == .truncated }
    }

    @Test func `bytes behind an object are refused`() {
        let bytes = Self.object + [0, 0, 0, 0]
        #expect(throws: WireError(.trailingBytes, at: 16, in: "DOE object")) { try DOEObject.decode(bytes.span) }
    }

    @Test(arguments: [1, 2] as [UInt8]) func `a length without a payload is refused`(length: UInt8) {
        var bytes = Self.object
        bytes[4] = length
        #expect(throws: WireError(.lengthMismatch, at: 4, in: "Length")) { try DOEObject.decode(bytes.span) }
    }

    @Test func `reserved bits are ignored`() throws {
        var bytes = Self.object
        bytes[3] = 0xFF
        bytes[6] = 0xFC
        bytes[7] = 0xFF
        #expect(try DOEObject.decode(bytes.span) == DOEObject.decode(Self.object.span))
    }

    @Test func `length 0 is 2^18 DWORDs, and nothing is longer`() throws {
        let payload = [UInt8](repeating: 0x5A, count: DOEObject.maximumSize - 8)
        let bytes = try DOEObject.encode(.securedSPDM, payload: payload.span)
        #expect(bytes.prefix(8) == [1, 0, 2, 0, 0, 0, 0, 0])
        #expect(bytes.count == 1 << 20)
        #expect(try DOEObject.decode(bytes.span).payload == 8..<(1 << 20))
        let longer = payload + [0]
        #expect(throws: WireError(.lengthMismatch, at: 4, in: "Length")) {
            try DOEObject.encode(.securedSPDM, payload: longer.span)
        }
    }

    @Test func `an object without a payload is not written`() {
        #expect(throws: WireError(.lengthMismatch, at: 4, in: "Length")) {
            try DOEObject.encode(.spdm, payload: Span())
        }
    }
}

@Suite struct `DOE discovery` {
    @Test func `a request is written and read byte for byte`() throws {
        let bytes: [UInt8] = [3, 2, 0, 0]
        let request = DOEDiscovery.Request(index: 3, version: 2)
        #expect(request.encoded() == bytes)
        #expect(try DOEDiscovery.Request.decode(bytes.span) == request)
        let reserved: [UInt8] = [3, 2, 0xFF, 0xFF]
        #expect(try DOEDiscovery.Request.decode(reserved.span) == request)
    }

    @Test func `a response is written and read byte for byte`() throws {
        let bytes: [UInt8] = [0x86, 0x80, 5, 4]
        let response = DOEDiscovery.Response(type: DOEType(vendor: 0x8086, number: 5), nextIndex: 4)
        #expect(response.encoded() == bytes)
        #expect(try DOEDiscovery.Response.decode(bytes.span) == response)
    }

    @Test(arguments: [0, 1, 2, 3, 5]) func `another size is refused`(count: Int) {
        let bytes = [UInt8](repeating: 0, count: count)
        let code: WireError.Code = count < 4 ? .truncated : .trailingBytes
        #expect { try DOEDiscovery.Request.decode(bytes.span) } throws: { ($0 as? WireError)?.code == code }
        #expect { try DOEDiscovery.Response.decode(bytes.span) } throws: { ($0 as? WireError)?.code == code }
    }
}
