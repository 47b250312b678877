import SPDMTransport
import Testing
import WireBytes

@Suite struct `Frame of the emulators' sockets` {
    private static let bytes: [UInt8] = [0, 0, 0xDE, 0xAD, 0, 0, 0, 2, 0, 0, 0, 3, 7, 8, 9]

    @Test func `a frame is written big-endian`() {
        #expect(SocketFrame(.test, payload: [7, 8, 9]).encoded() == Self.bytes)
        #expect(SocketFrame(.shutDown).encoded() == [0, 0, 0xFF, 0xFE, 0, 0, 0, 2, 0, 0, 0, 0])
    }

    @Test func `a header is read big-endian`() throws {
        let header = try SocketFrameHeader.decode(Self.bytes.span.extracting(0..<12))
        #expect(header.command == .test)
        #expect(header.transport == .pciDOE)
        #expect(header.payloadSize == 3)
        let other: [UInt8] = [0x80, 0, 0, 1, 1, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF]
        let unknown = try SocketFrameHeader.decode(other.span)
        #expect(unknown.command.rawValue == 0x8000_0001)
        #expect(unknown.transport.rawValue == 0x0100_0000)
        #expect(unknown.payloadSize == 0xFFFF_FFFF)
    }

    @Test(arguments: 0..<12) func `every truncation is refused`(length: Int) {
        let bytes = Self.bytes.prefix(length)
        #expect { try SocketFrameHeader.decode(bytes.span) } throws: { ($0 as? WireError)?.code == .truncated }
    }

    @Test func `what follows a header is not part of it`() {
        #expect(throws: WireError(.trailingBytes, at: 12, in: "frame header")) {
            try SocketFrameHeader.decode(Self.bytes.span)
        }
    }

    @Test func `commands have the emulators' names`() {
        let names = [SocketCommand.normal, .test, .continue, .shutDown, .unknown, .init(rawValue: 0x8001)]
        #expect(names.map(\.description) == ["NORMAL", "TEST", "CONTINUE", "SHUTDOWN", "UNKNOWN", "command 0x8001"])
    }
}
