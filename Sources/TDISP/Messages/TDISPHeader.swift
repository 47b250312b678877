public import WireBytes

/// The header of every TDISP message (TDISP 1.0, 11.3).
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 1 | TDISPVersion |
/// | 1 | 1 | MessageType |
/// | 2 | 2 | reserved |
/// | 4 | 12 | INTERFACE_ID |
public struct TDISPHeader: Hashable, Sendable {
    /// The version the sender speaks.
    public var version: TDISPVersion
    /// What follows.
    public var type: TDISPMessageType
    /// The TDI it is about.
    public var interfaceID: InterfaceID

    /// Size on the wire.
    public static let byteCount = 16

    /// Creates a header.
    public init(version: TDISPVersion = .v1_0, type: TDISPMessageType, interfaceID: InterfaceID) {
        self.version = version
        self.type = type
        self.interfaceID = interfaceID
    }

    /// Reads the header at the start of a message, whatever follows.
    ///
    /// Throws ``WireError`` `truncated` below 16 bytes.
    public static func decode(_ bytes: Span<UInt8>) throws(WireError) -> TDISPHeader {
        var cursor = WireCursor(bytes)
        return try read(bytes, &cursor)
    }

    static func read(_ bytes: Span<UInt8>, _ cursor: inout WireCursor) throws(WireError) -> TDISPHeader {
        let version = TDISPVersion(rawValue: try cursor.uint8(bytes, "TDISPVersion"))
        let type = TDISPMessageType(rawValue: try cursor.uint8(bytes, "MessageType"))
        try cursor.skip(2, "reserved")
        return TDISPHeader(version: version, type: type, interfaceID: try InterfaceID.read(bytes, &cursor))
    }

    func write(to writer: inout WireWriter) {
        writer.uint8(version.rawValue)
        writer.uint8(type.rawValue)
        writer.zeros(2)
        interfaceID.write(to: &writer)
    }
}
