internal import WireBytes

/// The capture file format of libpcap, with microseconds and little-endian, as far as DOE objects need it: link type 292,
/// `LINKTYPE_PCI_DOE`, one packet for each data object. Wireshark opens it.
///
/// | file header | size | | packet header | size |
/// |---|---|---|---|---|
/// | magic A1B2C3D4h | 4 | | seconds since 1970-01-01 UTC | 4 |
/// | version 2.4 | 2, 2 | | microseconds | 4 |
/// | time zone and accuracy, 0 | 4, 4 | | bytes recorded | 4 |
/// | longest packet | 4 | | bytes of the object | 4 |
/// | link type 292 | 4 | | | |
public enum Pcap {
    /// The longest packet that readers take; of a longer object only so much is recorded.
    public static let packetLimit = 262_144
    /// PCI DOE.
    public static let linkType: UInt32 = 292

    /// When an object passed.
    public struct Timestamp: Hashable, Sendable {
        /// Nanoseconds since 1970-01-01 UTC.
        public var nanoseconds: UInt64
        /// Creates a time.
        public init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }
    }

    /// What a file begins with: 24 bytes.
    public static func fileHeader() -> [UInt8] {
        var writer = WireWriter(capacity: 24)
        writer.uint32(0xA1B2_C3D4)
        writer.uint16(2)
        writer.uint16(4)
        writer.zeros(8)
        writer.uint32(UInt32(packetLimit))
        writer.uint32(linkType)
        return writer.bytes
    }

    /// An object with its header: 16 bytes more than the object has.
    public static func packet(_ object: [UInt8], at time: Timestamp) -> [UInt8] {
        let recorded = object.prefix(packetLimit)
        var writer = WireWriter(capacity: 16 + recorded.count)
        writer.uint32(UInt32(truncatingIfNeeded: time.nanoseconds / 1_000_000_000))
        writer.uint32(UInt32(time.nanoseconds % 1_000_000_000 / 1000))
        writer.uint32(UInt32(recorded.count))
        writer.uint32(UInt32(truncatingIfNeeded: object.count))
        writer.append(recorded)
        return writer.bytes
    }
}
