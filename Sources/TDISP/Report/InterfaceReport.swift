public import WireBytes

/// TDI_REPORT_STRUCTURE: what a locked interface is, as the device says (TDISP 1.0, 11.3.11).
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 2 | INTERFACE_INFO |
/// | 2 | 2 | reserved |
/// | 4 | 2 | MSI_X_MESSAGE_CONTROL |
/// | 6 | 2 | LNR_CONTROL |
/// | 8 | 4 | TPH_CONTROL |
/// | 12 | 4 | MMIO_RANGE_COUNT, N |
/// | 16 | 16 N | MMIO ranges |
/// | 16 + 16 N | 4 | DEVICE_SPECIFIC_INFO_LEN, L |
/// | 20 + 16 N | L | DEVICE_SPECIFIC_INFO |
///
/// Fixed from LOCK until the TDI leaves CONFIG_LOCKED and RUN.
public struct InterfaceReport: Hashable, Sendable, Codable {
    /// INTERFACE_INFO.
    public var info: InterfaceInfo
    /// Message Control of the MSI-X capability; 0 unless the table is locked.
    public var msixMessageControl: UInt16
    /// Control register of LN Requester; 0 unless locked.
    public var lnrControl: UInt16
    /// Control register of TPH Requester; 0 unless its steering tag table is locked with the MSI-X table.
    public var tphControl: UInt32
    /// The MMIO of the interface, ranges of BARs first and in ascending order.
    public var ranges: [MMIORange]
    /// What the vendor adds.
    public var deviceSpecificInfo: [UInt8]

    /// The longest report that the 16-bit fields of the message can carry.
    public static let maximumByteCount = 0xFFFF

    /// INTERFACE_INFO; bits 15:5 are reserved: ignored when read, zero when written.
    public struct InterfaceInfo: OptionSet, Hashable, Sendable, Codable {
        /// The bits as on the wire.
        public let rawValue: UInt16
        /// Creates the flags from their bits.
        public init(rawValue: UInt16) { self.rawValue = rawValue }
        /// Firmware updates are NOT permitted while CONFIG_LOCKED or RUN.
        public static let noFirmwareUpdate = InterfaceInfo(rawValue: 1 << 0)
        /// The TDI makes DMA without PASID.
        public static let dmaWithoutPASID = InterfaceInfo(rawValue: 1 << 1)
        /// The TDI makes DMA with PASID.
        public static let dmaWithPASID = InterfaceInfo(rawValue: 1 << 2)
        /// ATS is supported and enabled.
        public static let ats = InterfaceInfo(rawValue: 1 << 3)
        /// PRS is supported and enabled.
        public static let prs = InterfaceInfo(rawValue: 1 << 4)
        /// Every flag that is defined.
        public static let all: InterfaceInfo = [.noFirmwareUpdate, .dmaWithoutPASID, .dmaWithPASID, .ats, .prs]
    }

    /// Creates a report.
    public init(
        info: InterfaceInfo, msixMessageControl: UInt16 = 0, lnrControl: UInt16 = 0, tphControl: UInt32 = 0,
        ranges: [MMIORange], deviceSpecificInfo: [UInt8] = []
    ) {
        self.info = info
        self.msixMessageControl = msixMessageControl
        self.lnrControl = lnrControl
        self.tphControl = tphControl
        self.ranges = ranges
        self.deviceSpecificInfo = deviceSpecificInfo
    }

    /// Size of the encoded report.
    public var byteCount: Int { 20 + MMIORange.byteCount * ranges.count + deviceSpecificInfo.count }

    /// Whether the MSI-X table is locked and reported, so that its interrupts are part of private operation.
    public var locksMSIX: Bool { ranges.contains { $0.attributes.contains(.msixTable) } }

    /// Reads a whole report.
    ///
    /// Throws ``WireError``: `truncated`, or `trailingBytes` when bytes follow DEVICE_SPECIFIC_INFO. A range count or
    /// length that the bytes cannot hold is `truncated` before anything is allocated for it.
    public static func decode(_ bytes: Span<UInt8>) throws(WireError) -> InterfaceReport {
        var cursor = WireCursor(bytes)
        let info = InterfaceInfo(rawValue: try cursor.uint16(bytes, "INTERFACE_INFO")).intersection(.all)
        try cursor.skip(2, "reserved")
        let msix = try cursor.uint16(bytes, "MSI_X_MESSAGE_CONTROL")
        let lnr = try cursor.uint16(bytes, "LNR_CONTROL")
        let tph = try cursor.uint32(bytes, "TPH_CONTROL")
        let ranges = try readRanges(bytes, &cursor)
        let length = try cursor.uint32(bytes, "DEVICE_SPECIFIC_INFO_LEN")
        let specific = try cursor.bytes(bytes, count: Int(length), "DEVICE_SPECIFIC_INFO")
        try cursor.expectEnd("TDI_REPORT_STRUCTURE")
        return InterfaceReport(
            info: info, msixMessageControl: msix, lnrControl: lnr, tphControl: tph, ranges: ranges,
            deviceSpecificInfo: specific)
    }

    private static func readRanges(_ bytes: Span<UInt8>, _ cursor: inout WireCursor) throws(WireError) -> [MMIORange] {
        let count = Int(try cursor.uint32(bytes, "MMIO_RANGE_COUNT"))
        guard count <= cursor.remaining / MMIORange.byteCount else {
            throw WireError(.truncated, at: cursor.offset, in: "MMIO_RANGE")
        }
        var ranges: [MMIORange] = []
        ranges.reserveCapacity(count)
        for _ in 0..<count { ranges.append(try MMIORange.read(bytes, &cursor)) }
        return ranges
    }

    /// Writes the whole report.
    public func encoded() -> [UInt8] {
        var writer = WireWriter(capacity: byteCount)
        writer.uint16(info.intersection(.all).rawValue)
        writer.zeros(2)
        writer.uint16(msixMessageControl)
        writer.uint16(lnrControl)
        writer.uint32(tphControl)
        writer.uint32(UInt32(truncatingIfNeeded: ranges.count))
        for range in ranges { range.write(to: &writer) }
        writer.uint32(UInt32(truncatingIfNeeded: deviceSpecificInfo.count))
        writer.append(deviceSpecificInfo)
        return writer.bytes
    }

    /// The portion that answers a query (TDISP 1.0, 11.3.11): never longer than asked, and what is left behind it.
    ///
    /// Nil when the query starts at or behind the end, or asks for nothing: the specification leaves LENGTH 0 open, and
    /// a portion of no bytes would let a fetching loop run forever.
    public func portion(_ query: InterfaceReportQuery) -> InterfaceReportPortion? {
        let bytes = encoded()
        let offset = Int(query.offset)
        guard bytes.count <= Self.maximumByteCount, query.length > 0, offset < bytes.count else { return nil }
        let end = min(offset + Int(query.length), bytes.count)
        return InterfaceReportPortion(
            bytes: Array(bytes[offset..<end]), remainder: UInt16(truncatingIfNeeded: bytes.count - end))
    }
}
