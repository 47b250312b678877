internal import WireBytes

/// GET_VERSION, 4 bytes: the request that starts everything anew (DSP0274, 10.3). Its version byte is always 10h.
public struct GetVersion: Hashable, Sendable {
    /// Creates the request.
    public init() {}

    /// The four bytes on the wire.
    public func encoded() -> [UInt8] {
        var writer = WireWriter(capacity: 4)
        MessageHeader(.v1_0, .getVersion).write(to: &writer)
        return writer.bytes
    }
}

/// VERSION: the versions a responder speaks (DSP0274, 10.3). Its version byte is always 10h.
///
/// | offset | size | field |
/// |---|---|---|
/// | 4 | 1 | reserved |
/// | 5 | 1 | VersionNumberEntryCount |
/// | 6 | 2 x count | VersionNumberEntry |
public struct VersionMessage: Hashable, Sendable {
    /// One version: 15:12 major, 11:8 minor, 7:4 update, 3:0 alpha.
    public struct Entry: RawRepresentable, Hashable, Sendable {
        /// The number on the wire.
        public let rawValue: UInt16

        /// Creates an entry from its number.
        public init(rawValue: UInt16) { self.rawValue = rawValue }

        /// Creates the entry of a released version.
        public init(_ version: SPDMVersion) { rawValue = UInt16(version.rawValue) << 8 }

        /// Major and minor version, as messages carry it.
        public var version: SPDMVersion { SPDMVersion(rawValue: UInt8(truncatingIfNeeded: rawValue >> 8)) }
        /// Update number.
        public var update: UInt8 { UInt8(truncatingIfNeeded: rawValue >> 4 & 0xF) }
        /// 0 for a released version, else the number of a draft.
        public var alpha: UInt8 { UInt8(truncatingIfNeeded: rawValue & 0xF) }
    }

    /// The versions, in the responder's order; at most 255 are written.
    public var entries: [Entry]

    /// Creates the response.
    public init(_ entries: [Entry]) { self.entries = entries }

    static func read(_ bytes: Span<UInt8>, _ cursor: inout WireCursor) throws(WireError) -> VersionMessage {
        try cursor.skip(1, "reserved")
        let count = Int(try cursor.uint8(bytes, "VersionNumberEntryCount"))
        guard cursor.remaining >= 2 * count else {
            throw WireError(.truncated, at: cursor.offset, in: "VersionNumberEntry")
        }
        var entries: [Entry] = []
        entries.reserveCapacity(count)
        for _ in 0..<count { entries.append(Entry(rawValue: try cursor.uint16(bytes, "VersionNumberEntry"))) }
        return VersionMessage(entries)
    }

    /// The whole message.
    public func encoded() -> [UInt8] {
        var writer = WireWriter(capacity: 6 + 2 * entries.count)
        MessageHeader(.v1_0, MessageCode.getVersion.response).write(to: &writer)
        writer.zeros(1)
        writer.uint8(UInt8(clamping: entries.count))
        for entry in entries.prefix(255) { writer.uint16(entry.rawValue) }
        return writer.bytes
    }
}
