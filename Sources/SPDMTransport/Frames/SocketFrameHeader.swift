public import WireBytes

/// What stands in front of a frame's payload: see ``SocketFrame``.
public struct SocketFrameHeader: Hashable, Sendable {
    /// Bytes of a header.
    public static let size = 12

    /// What the frame is for.
    public var command: SocketCommand
    /// What the payload of a message is.
    public var transport: SocketTransport
    /// Bytes that follow.
    public var payloadSize: Int

    /// Reads a header of exactly twelve bytes. Throws ``WireError`` `truncated` or `trailingBytes`.
    public static func decode(_ bytes: Span<UInt8>) throws(WireError) -> SocketFrameHeader {
        var cursor = WireCursor(bytes)
        let command = try cursor.uint32(bytes, "command").byteSwapped
        let transport = try cursor.uint32(bytes, "transport type").byteSwapped
        let size = try cursor.uint32(bytes, "payload size").byteSwapped
        try cursor.expectEnd("frame header")
        return SocketFrameHeader(
            command: SocketCommand(rawValue: command), transport: SocketTransport(rawValue: transport),
            payloadSize: Int(size))
    }
}

/// What a frame is for.
public struct SocketCommand: RawRepresentable, Hashable, Sendable {
    /// The number on the wire.
    public let rawValue: UInt32
    /// Creates a command from its number.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// A request, or the response to one.
    public static let normal = Self(rawValue: 0x0001)
    /// A greeting.
    public static let test = Self(rawValue: 0xDEAD)
    /// The client ends, and another may follow. Answered by the same.
    public static let `continue` = Self(rawValue: 0xFFFD)
    /// The client ends, and the server is to end as well. Answered by the same.
    public static let shutDown = Self(rawValue: 0xFFFE)
    /// The answer to a command that is not known.
    public static let unknown = Self(rawValue: 0xFFFF)
}

/// What the payload of a message is.
public struct SocketTransport: RawRepresentable, Hashable, Sendable {
    /// The number on the wire.
    public let rawValue: UInt32
    /// Creates a transport type from its number.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// A PCI DOE data object. The only one spoken here.
    public static let pciDOE = Self(rawValue: 2)
}

extension SocketCommand: CustomStringConvertible {
    /// The emulators' name, or the number.
    public var description: String {
        switch self {
        case .normal: "NORMAL"
        case .test: "TEST"
        case .continue: "CONTINUE"
        case .shutDown: "SHUTDOWN"
        case .unknown: "UNKNOWN"
        default: "command 0x" + String(rawValue, radix: 16)
        }
    }
}
