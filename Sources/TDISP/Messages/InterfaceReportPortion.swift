internal import WireBytes

/// The fields of GET_DEVICE_INTERFACE_REPORT, 20 bytes with the header (TDISP 1.0, 11.3.10): OFFSET at 16, LENGTH at
/// 18.
public struct InterfaceReportQuery: Hashable, Sendable {
    /// Where the wanted portion starts, in bytes of the report.
    public var offset: UInt16
    /// How many bytes at most.
    public var length: UInt16

    /// Creates a query.
    public init(offset: UInt16, length: UInt16) {
        self.offset = offset
        self.length = length
    }

    static func read(_ bytes: Span<UInt8>, _ cursor: inout WireCursor) throws(WireError) -> InterfaceReportQuery {
        InterfaceReportQuery(
            offset: try cursor.uint16(bytes, "OFFSET"), length: try cursor.uint16(bytes, "LENGTH"))
    }

    func write(to writer: inout WireWriter) {
        writer.uint16(offset)
        writer.uint16(length)
    }
}

/// The fields of DEVICE_INTERFACE_REPORT, 20 bytes and the portion (TDISP 1.0, 11.3.11).
///
/// | offset | size | field |
/// |---|---|---|
/// | 16 | 2 | PORTION_LENGTH |
/// | 18 | 2 | REMAINDER_LENGTH |
/// | 20 | PORTION_LENGTH | REPORT_BYTES |
public struct InterfaceReportPortion: Hashable, Sendable {
    /// Bytes of the report, at most 65,535.
    public var bytes: [UInt8]
    /// How many bytes of the report follow this portion.
    public var remainder: UInt16

    /// Creates a portion.
    public init(bytes: [UInt8], remainder: UInt16) {
        self.bytes = bytes
        self.remainder = remainder
    }

    static func read(_ bytes: Span<UInt8>, _ cursor: inout WireCursor) throws(WireError) -> InterfaceReportPortion {
        let length = try cursor.uint16(bytes, "PORTION_LENGTH")
        let remainder = try cursor.uint16(bytes, "REMAINDER_LENGTH")
        let portion = try cursor.bytes(bytes, count: Int(length), "REPORT_BYTES")
        return InterfaceReportPortion(bytes: portion, remainder: remainder)
    }

    func write(to writer: inout WireWriter) {
        writer.uint16(UInt16(truncatingIfNeeded: bytes.count))
        writer.uint16(remainder)
        writer.append(bytes)
    }
}
