import SPDM
import Testing
import WireBytes

@Suite struct `secured record` {
    private static let session = SessionID(requester: 0xFFFE, responder: 0x0102)
    /// A record with a body of 3 bytes.
    private static let record: [UInt8] =
        [0xFE, 0xFF, 0x02, 0x01, 19, 0, 0xA1, 0xA2, 0xA3] + [UInt8](repeating: 0xEE, count: 16)

    @Test func `a record opens to its parts`() throws {
        let record = try SecuredRecord.decode(Self.record.span)
        #expect(record.session == Self.session)
        #expect(record.body == 6..<9)
        #expect(record.tag == 9..<25)
        #expect(record.length == 25)
        #expect(record.associatedData(encrypted: true) == 0..<6)
        #expect(record.associatedData(encrypted: false) == 0..<9)
    }

    @Test(arguments: 1...3) func `padding behind a record is ignored`(count: Int) throws {
        let padded = Self.record + [UInt8](repeating: 0xFF, count: count)
        #expect(try SecuredRecord.decode(padded.span) == SecuredRecord.decode(Self.record.span))
    }

    @Test func `more than padding is refused`() {
        let bytes = Self.record + [0, 0, 0, 0]
        #expect(throws: WireError(.trailingBytes, at: 25, in: "record")) { try SecuredRecord.decode(bytes.span) }
    }

    @Test(arguments: 0..<25) func `every truncation is refused`(length: Int) {
        let bytes = Self.record.prefix(length)
        #expect { try SecuredRecord.decode(bytes.span) } throws: { ($0 as? WireError)?.code == .truncated }
    }

    @Test func `a length without room for the tag is refused`() {
        var bytes = Self.record
        bytes[4] = 15
        #expect(throws: WireError(.lengthMismatch, at: 4, in: "Length")) { try SecuredRecord.decode(bytes.span) }
    }

    @Test func `the header counts message and tag, and the inner length when encrypted`() throws {
        #expect(
            try SecuredRecord.header(Self.session, messageCount: 4, encrypted: false)
                == [0xFE, 0xFF, 0x02, 0x01, 20, 0])
        #expect(
            try SecuredRecord.header(Self.session, messageCount: 4, encrypted: true)
                == [0xFE, 0xFF, 0x02, 0x01, 22, 0])
    }

    @Test(arguments: [(true, 2), (false, 0)]) func `the longest message fits and one byte more does not`(
        encrypted: Bool, inner: Int
    ) throws {
        let longest = SecuredRecord.maximumMessageSize - inner
        let header = try SecuredRecord.header(Self.session, messageCount: longest, encrypted: encrypted)
        #expect(header.suffix(2) == [0xFF, 0xFF])
        #expect(throws: WireError(.lengthMismatch, at: 4, in: "Length")) {
            try SecuredRecord.header(Self.session, messageCount: longest + 1, encrypted: encrypted)
        }
    }

    @Test func `the plaintext is the message behind its length`() throws {
        let message: [UInt8] = [0x12, 0xEC, 0, 0]
        let plaintext = try SecuredRecord.plaintext(message.span)
        #expect(plaintext == [4, 0, 0x12, 0xEC, 0, 0])
        #expect(try SecuredRecord.message(inPlaintext: plaintext.span) == 2..<6)
    }

    @Test(
        arguments: [([], .truncated), ([1], .truncated), ([2, 0, 9], .truncated), ([1, 0, 9, 9], .trailingBytes)]
            as [([UInt8], WireError.Code)])
    func `a plaintext whose length lies is refused`(bytes: [UInt8], code: WireError.Code) {
        #expect { try SecuredRecord.message(inPlaintext: bytes.span) } throws: { ($0 as? WireError)?.code == code }
    }

    @Test func `a message that the inner length cannot count is refused`() {
        let message = [UInt8](repeating: 0, count: 65_536)
        #expect(throws: WireError(.lengthMismatch, at: 0, in: "ApplicationDataLength")) {
            try SecuredRecord.plaintext(message.span)
        }
    }

    @Test(
        arguments: [
            (0, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]), (1, [1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]),
            (0x0102_0304_0506_0708, [8, 6, 4, 6, 0, 6, 4, 6, 8, 9, 10, 11]),
        ] as [(UInt64, [UInt8])])
    func `the nonce is the IV with the sequence number in its first eight bytes`(
        sequence: UInt64, expected: [UInt8]
    ) {
        let nonce = RecordNonce(iv: InlineArray { UInt8($0) }, sequence: sequence)
        #expect(nonce.bytes.indices.map { nonce.bytes[$0] } == expected)
    }
}
