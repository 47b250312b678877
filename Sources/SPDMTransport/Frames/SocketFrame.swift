internal import WireBytes

/// A frame of the socket protocol that the DMTF's SPDM emulators speak over TCP (spdm-emu). Numbers are big-endian.
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 4 | command |
/// | 4 | 4 | transport type |
/// | 8 | 4 | bytes of the payload |
/// | 12 | n | payload; with PCI DOE one data object, or the text of a greeting |
public struct SocketFrame: Hashable, Sendable {
    /// What the frame is for.
    public var command: SocketCommand
    /// What the payload of a message is.
    public var transport: SocketTransport
    /// The payload.
    public var payload: [UInt8]

    /// Creates a frame.
    public init(_ command: SocketCommand, transport: SocketTransport = .pciDOE, payload: [UInt8] = []) {
        self.command = command
        self.transport = transport
        self.payload = payload
    }

    /// The frame's bytes; one allocation.
    public func encoded() -> [UInt8] {
        var writer = WireWriter(capacity: SocketFrameHeader.size + payload.count)
        writer.uint32(command.rawValue.byteSwapped)
        writer.uint32(transport.rawValue.byteSwapped)
        writer.uint32(UInt32(truncatingIfNeeded: payload.count).byteSwapped)
        writer.append(payload)
        return writer.bytes
    }

    /// What a client says first.
    static let clientHello = SocketFrame(.test, payload: Array("Client Hello!\0".utf8))
    /// What a server answers.
    static let serverHello = SocketFrame(.test, payload: Array("Server Hello!\0".utf8))
}
