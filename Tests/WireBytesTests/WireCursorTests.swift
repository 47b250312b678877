import Testing
import WireBytes

@Suite struct `Wire cursor` {
    private static let sample: [UInt8] = Array(0x10...0x3F)

    @Test func `reads every width little-endian and then ends`() throws {
        var writer = WireWriter(capacity: 18)
        writer.uint8(0x01)
        writer.uint16(0x0302)
        writer.uint24(0x060504)
        writer.uint32(0x0A09_0807)
        writer.uint64(0x1211_100F_0E0D_0C0B)
        let bytes = writer.bytes
        #expect(bytes == Array(0x01...0x12))
        var cursor = WireCursor(bytes.span)
        #expect(try cursor.uint8(bytes.span, "a") == 0x01)
        #expect(try cursor.uint16(bytes.span, "b") == 0x0302)
        #expect(try cursor.uint24(bytes.span, "c") == 0x060504)
        #expect(try cursor.uint32(bytes.span, "d") == 0x0A09_0807)
        #expect(try cursor.uint64(bytes.span, "e") == 0x1211_100F_0E0D_0C0B)
        try cursor.expectEnd("sample")
    }

    @Test(arguments: 0..<32) func `a truncated 32-byte field names its offset`(length: Int) {
        let bytes = Array(Self.sample.prefix(length))
        var cursor = WireCursor(bytes.span)
        #expect(throws: WireError(.truncated, at: 0, in: "NONCE")) { _ = try cursor.bytes32(bytes.span, "NONCE") }
        #expect(cursor.offset == 0)
    }

    @Test func `a slice cannot be left by its reader`() throws {
        let bytes = Self.sample
        var cursor = WireCursor(bytes.span)
        var inner = try cursor.slice(3, "inner")
        #expect(cursor.offset == 3)
        #expect(try inner.uint16(bytes.span, "x") == 0x1110)
        #expect(throws: WireError(.truncated, at: 2, in: "y")) { _ = try inner.uint16(bytes.span, "y") }
    }

    @Test func `left-over bytes are an error with their offset`() throws {
        let bytes = Self.sample
        var cursor = WireCursor(bytes.span)
        try cursor.skip(47, "reserved")
        #expect(throws: WireError(.trailingBytes, at: 47, in: "message")) { try cursor.expectEnd("message") }
    }

    @Test func `a negative count is refused, not read`() {
        let bytes = Self.sample
        var cursor = WireCursor(bytes.span)
        #expect(throws: WireError(.truncated, at: 0, in: "n")) { try cursor.skip(-1, "n") }
    }

    @Test func `constant time comparison sees every byte`() {
        let zero = InlineArray<32, UInt8>(repeating: 0)
        #expect(constantTimeEqual(zero, zero))
        for index in 0..<32 {
            var other = zero
            other[index] = 1
            #expect(!constantTimeEqual(zero, other))
        }
    }
}
