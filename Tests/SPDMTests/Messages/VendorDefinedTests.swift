import SPDM
import Testing
import WireBytes

@Suite struct `Vendor-defined envelope` {
    /// QUERY of port 1 in SPDM 1.2, written out by hand from the table.
    private static let query: [UInt8] = [
        0x12, 0xFE, 0x00, 0x00, 0x03, 0x00, 0x02, 0x01, 0x00, 0x04, 0x00, 0x00, 0x00, 0x00, 0x01,
    ]

    @Test func `a request opens to version, kind, protocol and payload`() throws {
        let envelope = try VendorDefined(decoding: Self.query.span)
        #expect(envelope.version == .v1_2)
        #expect(envelope.kind == .request)
        #expect(envelope.protocolID == .ideKM)
        #expect(Array(Self.query[envelope.payload]) == [0x00, 0x00, 0x01])
    }

    @Test func `a request is written byte for byte`() throws {
        let payload: [UInt8] = [0x00, 0x00, 0x01]
        #expect(
            try VendorDefined.encode(.request, version: .v1_2, protocolID: .ideKM, payload: payload.span) == Self.query)
    }

    @Test(arguments: VendorDefined.Kind.allCases, [0, 1, 16, 65_534])
    func `what is written opens to the same`(kind: VendorDefined.Kind, size: Int) throws {
        let payload = (0..<size).map { UInt8(truncatingIfNeeded: $0) }
        let bytes = try VendorDefined.encode(kind, version: .v1_3, protocolID: .tdisp, payload: payload.span)
        #expect(bytes.count == VendorDefined.headerSize + size)
        let envelope = try VendorDefined(decoding: bytes.span)
        #expect(envelope.kind == kind)
        #expect(envelope.version == .v1_3)
        #expect(envelope.protocolID == .tdisp)
        #expect(Array(bytes[envelope.payload]) == payload)
    }

    @Test func `a payload that PayloadLength cannot count is refused`() {
        let payload = [UInt8](repeating: 0, count: 65_535)
        #expect(throws: WireError(.lengthMismatch, at: 9, in: "PayloadLength")) {
            try VendorDefined.encode(.request, version: .v1_2, protocolID: .tdisp, payload: payload.span)
        }
    }

    @Test(arguments: 0..<15) func `every truncation is refused`(length: Int) {
        let bytes = Array(Self.query.prefix(length))
        #expect { try VendorDefined(decoding: bytes.span) } throws: { ($0 as? WireError)?.code == .truncated }
    }

    @Test(arguments: UInt8.min...UInt8.max) func `a trailing byte is refused`(byte: UInt8) {
        let bytes = Self.query + [byte]
        #expect(throws: WireError(.trailingBytes, at: 15, in: "VENDOR_DEFINED")) {
            try VendorDefined(decoding: bytes.span)
        }
    }

    @Test(
        arguments: [
            (1, 0x7F, WireError(.unexpectedType, at: 1, in: "RequestResponseCode")),
            (4, 0x00, WireError(.unexpectedType, at: 4, in: "StandardID")),
            (5, 0x01, WireError(.unexpectedType, at: 4, in: "StandardID")),
            (6, 0x04, WireError(.unexpectedType, at: 6, in: "VendorID")),
            (7, 0x98, WireError(.unexpectedType, at: 6, in: "VendorID")),
            (8, 0x1E, WireError(.unexpectedType, at: 6, in: "VendorID")),
            (9, 0x05, WireError(.truncated, at: 12, in: "Payload")),
            (9, 0x03, WireError(.trailingBytes, at: 14, in: "VENDOR_DEFINED")),
            (9, 0x00, WireError(.lengthMismatch, at: 9, in: "PayloadLength")),
        ] as [(Int, UInt8, WireError)])
    func `a wrong field is named`(offset: Int, value: UInt8, error: WireError) {
        var bytes = Self.query
        bytes[offset] = value
        #expect(throws: error) { try VendorDefined(decoding: bytes.span) }
    }

    @Test func `reserved parameters are ignored`() throws {
        var bytes = Self.query
        bytes[2] = 0xFF
        bytes[3] = 0xFF
        #expect(try VendorDefined(decoding: bytes.span) == VendorDefined(decoding: Self.query.span))
    }

    @Test func `the large form of SPDM 1.4 is refused, not misread`() throws {
        var bytes = Self.query
        bytes[0] = 0x14
        #expect(try VendorDefined(decoding: bytes.span).version == .v1_4)
        bytes[2] = 0x80
        #expect(throws: WireError(.invalidValue, at: 2, in: "Param1")) { try VendorDefined(decoding: bytes.span) }
    }

    @Test func `an unknown protocol survives`() throws {
        var bytes = Self.query
        bytes[11] = 0x05
        let envelope = try VendorDefined(decoding: bytes.span)
        #expect(envelope.protocolID == PCIProtocolID(rawValue: 5))
        #expect(envelope.protocolID.description == "protocol 5")
    }
}
