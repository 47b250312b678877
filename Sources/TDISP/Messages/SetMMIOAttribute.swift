internal import WireBytes

/// The fields of SET_MMIO_ATTRIBUTE_REQUEST, 32 bytes with the header (TDISP 1.0, 11.3): one ``MMIORange`` at 16, of
/// whose attributes only `nonTEEMemory` has a meaning. It opens pages of an updatable range to T=0, or closes them.
public struct SetMMIOAttributeRequest: Hashable, Sendable {
    /// First page, in 4 KiB, with the reporting offset added, as the report counts.
    public var firstPage: UInt64
    /// How many pages.
    public var pageCount: UInt32
    /// IS_NON_TEE_MEM: true opens the pages to T=0, T=1 and traffic outside IDE, false restricts them to T=1.
    public var nonTEEMemory: Bool
    /// The reported range that the pages belong to.
    public var rangeID: UInt16

    /// Creates a request.
    public init(firstPage: UInt64, pageCount: UInt32, nonTEEMemory: Bool, rangeID: UInt16) {
        self.firstPage = firstPage
        self.pageCount = pageCount
        self.nonTEEMemory = nonTEEMemory
        self.rangeID = rangeID
    }

    static func read(_ bytes: Span<UInt8>, _ cursor: inout WireCursor) throws(WireError) -> SetMMIOAttributeRequest {
        let range = try MMIORange.read(bytes, &cursor)
        return SetMMIOAttributeRequest(
            firstPage: range.firstPage, pageCount: range.pageCount,
            nonTEEMemory: range.attributes.contains(.nonTEEMemory), rangeID: range.id)
    }

    func write(to writer: inout WireWriter) {
        MMIORange(
            firstPage: firstPage, pageCount: pageCount, attributes: nonTEEMemory ? .nonTEEMemory : [], id: rangeID
        ).write(to: &writer)
    }
}
