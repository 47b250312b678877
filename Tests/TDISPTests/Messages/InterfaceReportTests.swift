import PCIe
import TDISP
import Testing
import WireBytes

@Suite struct `Interface report` {
    private static let golden = """
        1f00 0000 0780 0102 03040506 02000000
        0010000000000000 10000000 0800 0000
        0020000001000000 04000000 0300 0200
        03000000 aabbcc
        """

    private static let report = InterfaceReport(
        info: .all, msixMessageControl: 0x8007, lnrControl: 0x0201, tphControl: 0x0605_0403,
        ranges: [
            MMIORange(firstPage: 0x1000, pageCount: 16, attributes: .updatable, id: 0),
            MMIORange(firstPage: 0x1_0000_2000, pageCount: 4, attributes: [.msixTable, .msixPendingBits], id: 2),
        ],
        deviceSpecificInfo: [0xAA, 0xBB, 0xCC])

    private let bytes = [UInt8](hex: golden) ?? []

    @Test func `encodes to the bytes of the specification, and decodes from them`() throws {
        #expect(Self.report.encoded() == bytes)
        #expect(try InterfaceReport.decode(bytes.span) == Self.report)
        #expect(bytes.count == Self.report.byteCount)
        #expect(bytes.count == 20 + 16 * 2 + 3)
    }

    @Test func `every truncation is refused`() {
        for length in 0..<bytes.count {
            let cut = Array(bytes.prefix(length))
            let error = #expect(throws: WireError.self) { _ = try InterfaceReport.decode(cut.span) }
            #expect(error?.code == .truncated, "\(length) bytes")
        }
    }

    @Test func `a trailing byte is refused`() {
        let long = bytes + [0]
        #expect(throws: WireError(.trailingBytes, at: bytes.count, in: "TDI_REPORT_STRUCTURE")) {
            _ = try InterfaceReport.decode(long.span)
        }
    }

    @Test func `reserved bits are ignored and written as zero`() throws {
        var noisy = bytes
        noisy[0] |= 0xE0
        for offset in [1, 2, 3, 29, 45] { noisy[offset] = 0xFF }
        noisy[28] |= 0xF0
        noisy[44] |= 0xF0
        #expect(try InterfaceReport.decode(noisy.span) == Self.report)
        var report = Self.report
        report.info = InterfaceReport.InterfaceInfo(rawValue: 0xFFFF)
        report.ranges[0].attributes = MMIORange.Attributes(rawValue: 0xFFF8)
        #expect(report.encoded() == bytes)
    }

    @Test func `a range count that the bytes cannot hold is refused at once`() {
        var huge = bytes
        for offset in 12..<16 { huge[offset] = 0xFF }
        #expect(throws: WireError(.truncated, at: 16, in: "MMIO_RANGE")) {
            _ = try InterfaceReport.decode(huge.span)
        }
    }

    @Test func `portions add up to the report`() throws {
        for length in [1, 7, 16, 54, 55, 56, 0xFFFF] as [UInt16] {
            var collected: [UInt8] = []
            while collected.count < bytes.count {
                let query = InterfaceReportQuery(offset: UInt16(collected.count), length: length)
                let portion = try #require(Self.report.portion(query))
                #expect(!portion.bytes.isEmpty && portion.bytes.count <= Int(length))
                collected += portion.bytes
                #expect(Int(portion.remainder) == bytes.count - collected.count)
            }
            #expect(collected == bytes)
        }
    }

    @Test func `nothing is left behind the end, and nothing is no portion`() {
        #expect(Self.report.portion(InterfaceReportQuery(offset: 54, length: 9))?.bytes == [0xCC])
        #expect(Self.report.portion(InterfaceReportQuery(offset: 55, length: 1)) == nil)
        #expect(Self.report.portion(InterfaceReportQuery(offset: .max, length: .max)) == nil)
        #expect(Self.report.portion(InterfaceReportQuery(offset: 0, length: 0)) == nil)
    }

    @Test func `the MSI-X table counts as locked when its range says so`() {
        #expect(Self.report.locksMSIX)
        var report = Self.report
        report.ranges[1].attributes = .msixPendingBits
        #expect(!report.locksMSIX)
    }
}

@Suite struct `MMIO range` {
    private static let cases: [(address: UInt64, count: UInt64, offset: Int64, page: UInt64?)] = [
        (0x8000_0000, 0x4000, 0, 0x8_0000),
        (0x8000_0000, 0x4000, 0xD000_0000, 0x15_0000),
        (0x8000_0000, 0x4000, -0x8000_0000, 0),
        (0x8000_0000, 0x4000, -0x8000_1000, nil),
        (0xFFFF_FFFF_FFFF_F000, 0x1000, 0, 0xF_FFFF_FFFF_FFFF),
        (0xFFFF_FFFF_FFFF_E000, 0x1000, 0x1000, 0xF_FFFF_FFFF_FFFF),
        (0xFFFF_FFFF_FFFF_F000, 0x1000, 0x1000, nil),
        (0xFFFF_FFFF_FFFF_F000, 0x2000, 0, nil),
        (0x8000_0800, 0x1000, 0, nil),
        (0x8000_0800, 0x1000, 0x800, 0x8_0001),
        (0x8000_0000, 0x800, 0, nil),
        (0x8000_0000, 0, 0, nil),
        (0, 0xFFFF_FFFF_F000, 0, nil),
        (0x8000_0000_0000_0000, 0x1000, .min, 0),
    ]

    @Test(arguments: cases.indices) func `an address is reported in pages with the offset added, and never wraps`(
        _ index: Int
    ) {
        let (address, count, offset, page) = Self.cases[index]
        let range = MMIORange(address: address, byteCount: count, reportingOffset: offset, id: 1)
        #expect(range?.firstPage == page)
        if let range { #expect(UInt64(range.pageCount) * 4096 == count) }
    }

    @Test func `pages lie inside a range only if all of them do`() {
        let range = MMIORange(firstPage: 10, pageCount: 4, id: 0)
        #expect(range.contains(page: 10, count: 4))
        #expect(range.contains(page: 13, count: 1))
        #expect(!range.contains(page: 13, count: 2))
        #expect(!range.contains(page: 9, count: 1))
        #expect(!range.contains(page: 14, count: 1))
        #expect(!range.contains(page: 10, count: 0))
        #expect(!range.contains(page: .max, count: .max))
    }
}
