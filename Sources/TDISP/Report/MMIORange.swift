internal import WireBytes

/// One MMIO range of a device interface report, 16 bytes (TDISP 1.0, 11.3.11).
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 8 | first 4 KiB page, reporting offset added |
/// | 8 | 4 | number of 4 KiB pages |
/// | 12 | 2 | attributes |
/// | 14 | 2 | range ID |
public struct MMIORange: Hashable, Sendable, Codable {
    /// First page, in 4 KiB, with the reporting offset of LOCK added.
    public var firstPage: UInt64
    /// How many pages.
    public var pageCount: UInt32
    /// What the range is, and who may reach it.
    public var attributes: Attributes
    /// The number of the BAR (0-7), or the device's own number for what is not in a BAR.
    public var id: UInt16

    /// Size on the wire.
    public static let byteCount = 16
    /// The unit of ``firstPage`` and ``pageCount``, in bytes.
    public static let pageSize: UInt64 = 4096

    /// Range attributes; bits 15:4 are reserved: ignored when read, zero when written.
    public struct Attributes: OptionSet, Hashable, Sendable, Codable {
        /// The bits as on the wire.
        public let rawValue: UInt16
        /// Creates attributes from their bits.
        public init(rawValue: UInt16) { self.rawValue = rawValue }
        /// The range holds the MSI-X table, and the table is locked.
        public static let msixTable = Attributes(rawValue: 1 << 0)
        /// The range holds the MSI-X pending bit array, and it is locked.
        public static let msixPendingBits = Attributes(rawValue: 1 << 1)
        /// IS_NON_TEE_MEM: T=0 and traffic outside IDE may reach the range. As it was at lock time.
        public static let nonTEEMemory = Attributes(rawValue: 1 << 2)
        /// IS_MEM_ATTR_UPDATABLE: SET_MMIO_ATTRIBUTE may change ``nonTEEMemory`` for pages of the range.
        public static let updatable = Attributes(rawValue: 1 << 3)
        /// Every attribute that is defined.
        public static let all: Attributes = [.msixTable, .msixPendingBits, .nonTEEMemory, .updatable]
    }

    /// Creates a range.
    public init(firstPage: UInt64, pageCount: UInt32, attributes: Attributes = [], id: UInt16) {
        self.firstPage = firstPage
        self.pageCount = pageCount
        self.attributes = attributes
        self.id = id
    }

    /// Creates the range that reports `byteCount` bytes from `address`, as a LOCK with this reporting offset wants it.
    ///
    /// Nil when the range is not a whole number of pages, is longer than the field can say, or when its address leaves
    /// 64 bits once the offset is added: the sum must not wrap.
    public init?(
        address: UInt64, byteCount: UInt64, reportingOffset: Int64, attributes: Attributes = [], id: UInt16
    ) {
        let (magnitude, isNegative) = (reportingOffset.magnitude, reportingOffset < 0)
        let (first, firstWraps) =
            isNegative ? address.subtractingReportingOverflow(magnitude) : address.addingReportingOverflow(magnitude)
        guard byteCount > 0, !firstWraps, !first.addingReportingOverflow(byteCount - 1).overflow,
            first.isMultiple(of: Self.pageSize), byteCount.isMultiple(of: Self.pageSize),
            let pages = UInt32(exactly: byteCount / Self.pageSize)
        else { return nil }
        self.init(firstPage: first / Self.pageSize, pageCount: pages, attributes: attributes, id: id)
    }

    /// Whether `count` pages from `page` lie inside the range; an empty run does not.
    public func contains(page: UInt64, count: UInt32) -> Bool {
        guard count > 0, page >= firstPage else { return false }
        let skipped = page - firstPage
        return skipped < UInt64(pageCount) && UInt64(count) <= UInt64(pageCount) - skipped
    }

    static func read(_ bytes: Span<UInt8>, _ cursor: inout WireCursor) throws(WireError) -> MMIORange {
        let first = try cursor.uint64(bytes, "MMIO_RANGE first page")
        let count = try cursor.uint32(bytes, "MMIO_RANGE number of pages")
        let attributes = Attributes(rawValue: try cursor.uint16(bytes, "MMIO_RANGE attributes"))
        let id = try cursor.uint16(bytes, "MMIO_RANGE range ID")
        return MMIORange(firstPage: first, pageCount: count, attributes: attributes.intersection(.all), id: id)
    }

    func write(to writer: inout WireWriter) {
        writer.uint64(firstPage)
        writer.uint32(pageCount)
        writer.uint16(attributes.intersection(.all).rawValue)
        writer.uint16(id)
    }
}
