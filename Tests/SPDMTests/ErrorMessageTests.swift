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
        let bytes: [UInt8] = [0x11, 0x7F, 0xFF, 0x34]
        let error = try ErrorMessage(decoding: bytes.span)
        #expect(error == ErrorMessage(version: .v1_1, code: .init(rawValue: 0xFF), data: 0x34))
        #expect(error.encoded() == bytes)
    }

    @Test func `extended data is skipped`() throws {
        let bytes: [UInt8] = [0x12, 0x7F, 0x42, 0x00, 0x01, 0xE0, 0x05, 0x02]
        #expect(try ErrorMessage(decoding: bytes.span).code == .responseNotReady)
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
