import SPDM
import Testing
import WireBytes

@Suite struct `SPDM error` {
    @Test func `busy is written and read byte for byte`() throws {
        let error = ErrorMessage(version: .v1_2, code: .busy)
        let bytes: [UInt8] = [0x12, 0x7F, 0x03, 0x00]
        #expect(error.encoded() == bytes)
        #expect(try ErrorMessage(decoding: bytes.span) == error)
    }

    @Test func `code and data of an unknown error survive`() throws {
        let bytes: [UInt8] = [0x11, 0x7F, 0x77, 0x34]
        let error = try ErrorMessage(decoding: bytes.span)
        #expect(error == ErrorMessage(version: .v1_1, code: .init(rawValue: 0x77), data: 0x34))
        #expect(error.encoded() == bytes)
    }

    @Test func `the error that asks to come back says when and how`() throws {
        let bytes: [UInt8] = [0x12, 0x7F, 0x42, 0x00, 0x01, 0xE0, 0x05, 0x02]
        let error = ErrorMessage(
            version: .v1_2, notReady: .init(exponent: 1, request: .getMeasurements, token: 5, multiplier: 2))
        #expect(try ErrorMessage(decoding: bytes.span) == error)
        #expect(error.encoded() == bytes)
    }

    @Test func `a large response is announced with its handle`() throws {
        let bytes: [UInt8] = [0x13, 0x7F, 0x0F, 0x00, 0x2A]
        let error = ErrorMessage(version: .v1_3, largeResponse: 0x2A)
        #expect(try ErrorMessage(decoding: bytes.span) == error)
        #expect(error.encoded() == bytes)
    }

    @Test func `a response that is too large is refused with its size`() throws {
        let bytes: [UInt8] = [0x12, 0x7F, 0x0D, 0x00, 0x70, 0x11, 0x01, 0x00]
        let error = ErrorMessage(version: .v1_2, responseTooLarge: 70_000)
        #expect(try ErrorMessage(decoding: bytes.span) == error)
        #expect(error.encoded() == bytes)
        #expect("\(error)" == "ERROR ResponseTooLarge (0Dh): the response has 70000 bytes")
    }

    @Test func `a vendor's own error survives`() throws {
        let bytes: [UInt8] = [0x12, 0x7F, 0xFF, 0x03, 0x02, 0x01, 0x00, 0xEE]
        let error = try ErrorMessage(decoding: bytes.span)
        #expect(error.code == .vendorDefined)
        #expect(error.data == 3)
        #expect(error.extended == .vendor([0x02, 0x01, 0x00, 0xEE]))
        #expect(error.encoded() == bytes)
    }

    @Test(arguments: [
        (0x01, "InvalidRequest (01h)"), (0x02, "InvalidSession (02h)"), (0x03, "Busy (03h)"),
        (0x04, "UnexpectedRequest (04h)"), (0x05, "Unspecified (05h)"), (0x06, "DecryptError (06h)"),
        (0x07, "UnsupportedRequest (07h)"), (0x08, "RequestInFlight (08h)"), (0x09, "InvalidResponseCode (09h)"),
        (0x0A, "SessionLimitExceeded (0Ah)"), (0x0B, "SessionRequired (0Bh)"), (0x0C, "ResetRequired (0Ch)"),
        (0x0D, "ResponseTooLarge (0Dh)"), (0x0E, "RequestTooLarge (0Eh)"), (0x0F, "LargeResponse (0Fh)"),
        (0x10, "MessageLost (10h)"), (0x11, "InvalidPolicy (11h)"), (0x41, "VersionMismatch (41h)"),
        (0x42, "ResponseNotReady (42h)"), (0x43, "RequestResynch (43h)"), (0x44, "OperationFailed (44h)"),
        (0x45, "NoPendingRequests (45h)"), (0xFF, "VendorDefinedError (FFh)"), (0x00, "00h"), (0xB7, "B7h"),
    ]) func `an error is called what the specification calls it, and else by its number`(code: UInt8, name: String) {
        let error = ErrorMessage(version: .v1_2, code: ErrorMessage.Code(rawValue: code))
        #expect("\(error)" == "ERROR \(name)")
    }

    @Test func `the data of an error tell which request is not supported, and are told where they are not 0`() {
        func text(_ code: ErrorMessage.Code, _ data: UInt8) -> String {
            "\(ErrorMessage(version: .v1_2, code: code, data: data))"
        }
        #expect(text(.unsupportedRequest, 0xE9) == "ERROR UnsupportedRequest (07h): KEY_UPDATE")
        #expect(text(.unsupportedRequest, 0x99) == "ERROR UnsupportedRequest (07h): message 99h")
        #expect(text(.invalidRequest, 0x2C) == "ERROR InvalidRequest (01h), data 2Ch")
    }

    @Test(arguments: [(0x42, 4), (0x0D, 4), (0x0F, 1)].flatMap { code, size in (0..<size).map { (code, $0) } })
    func `extended data that end early are refused`(code: UInt8, count: Int) {
        let bytes = [0x12, 0x7F, code, 0x00] + [UInt8](repeating: 0x11, count: count)
        #expect { try ErrorMessage(decoding: bytes.span) } throws: { ($0 as? WireError)?.code == .truncated }
    }

    @Test func `padding behind an error is ignored`() throws {
        let bytes: [UInt8] = [0x13, 0x7F, 0x0F, 0x00, 0x2A, 0x00, 0x00, 0x00]
        #expect(try ErrorMessage(decoding: bytes.span) == ErrorMessage(version: .v1_3, largeResponse: 0x2A))
    }

    @Test(arguments: 0..<4) func `every truncation is refused`(length: Int) {
        let bytes = Array(([0x12, 0x7F, 0x03, 0x00] as [UInt8]).prefix(length))
        #expect { try ErrorMessage(decoding: bytes.span) } throws: { ($0 as? WireError)?.code == .truncated }
    }

    @Test func `another message is refused`() {
        let bytes: [UInt8] = [0x12, 0x7E, 0x00, 0x00]
        #expect(throws: WireError(.unexpectedType, at: 1, in: "RequestResponseCode")) {
            try ErrorMessage(decoding: bytes.span)
        }
    }
}
