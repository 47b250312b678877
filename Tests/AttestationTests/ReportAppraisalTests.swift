import Attestation
import PCIe
import TDISP
import Testing

/// The part of the built-in verdict that holds an interface report against the BARs.
@Suite struct ReportAppraisalTests {
    private func lines(_ change: (inout Dossier) -> Void) -> [String] { Dossier().with(change).verdict.lines }
    private let clean = ["measurements not judged: 1, and no policy"]

    /// A report written by hand: one range, BAR 2, two pages at 90000h.
    private static let golden: [UInt8] = [
        0x03, 0x00, 0x00, 0x00,  // INTERFACE_INFO: no firmware update, DMA without PASID; reserved
        0x00, 0x00, 0x00, 0x00,  // MSI_X_MESSAGE_CONTROL, LNR_CONTROL
        0x00, 0x00, 0x00, 0x00,  // TPH_CONTROL
        0x01, 0x00, 0x00, 0x00,  // MMIO_RANGE_COUNT
        0x00, 0x00, 0x09, 0x00, 0x00, 0x00, 0x00, 0x00,  // first page
        0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00,  // pages, attributes, range ID
        0x00, 0x00, 0x00, 0x00,  // DEVICE_SPECIFIC_INFO_LEN
    ]

    @Test func `a report written by hand is read and held against the BARs`() {
        #expect(
            Dossier().verdict(on: Self.golden).lines == clean + [
                "BAR 0 is not reported: it stays outside of private operation"
            ])
    }

    @Test(arguments: 0..<36) func `a report that ends early is no report`(count: Int) {
        let verdict = Dossier().verdict(on: Array(Self.golden.prefix(count)))
        #expect(!verdict.isAccepted)
        #expect(verdict.lines.count == 1)
        #expect(verdict.lines[0].hasPrefix("report-form: expected an interface report, seen truncated"))
    }

    @Test func `a byte behind the report makes it none`() {
        let lines = Dossier().verdict(on: Self.golden + [0]).lines
        #expect(
            lines == ["report-form: expected an interface report, seen trailingBytes at byte 36: TDI_REPORT_STRUCTURE"])
    }

    /// INTERFACE_INFO 15:5, bytes 2 and 3, range attributes 15:4.
    @Test(arguments: [(0, UInt8(0x20)), (1, 0x80), (2, 0x01), (3, 0x80), (28, 0x10), (29, 0x80)])
    func `a reserved bit is a finding`(offset: Int, bit: UInt8) {
        var bytes = Self.golden
        bytes[offset] |= bit
        #expect(Dossier().verdict(on: bytes).lines == ["report-form: expected reserved bits zero, seen some set"])
    }

    // MARK: Bounds

    @Test func `a range that starts before its BAR is out of bounds`() {
        #expect(
            lines { $0.report.ranges[0].firstPage = 0x7FFFF } == [
                "report-bounds: expected BAR 0, pages 0x80000 to 0x80003, seen pages 0x7ffff to 0x7ffff"
            ])
    }

    @Test func `a range that ends behind its BAR is out of bounds`() {
        #expect(
            lines { $0.report.ranges[2].pageCount = 3 } == [
                "report-bounds: expected BAR 2, pages 0x90000 to 0x90001, seen pages 0x90000 to 0x90002"
            ])
    }

    @Test func `a range behind its BAR is out of bounds`() {
        #expect(
            lines { $0.report.ranges[2].firstPage = 0x90002 } == [
                "report-bounds: expected BAR 2, pages 0x90000 to 0x90001, seen pages 0x90002 to 0x90003"
            ])
    }

    @Test func `an empty range is out of bounds`() {
        #expect(
            lines { $0.report.ranges[2].pageCount = 0 } == [
                "report-bounds: expected BAR 2, pages 0x90000 to 0x90001, seen no page at 0x90000"
            ])
    }

    @Test func `a range at the end of the address space does not wrap into its BAR`() {
        let lines = lines { $0.report.ranges[2] = MMIORange(firstPage: .max, pageCount: .max, id: 2) }
        #expect(lines.count == 1)
        #expect(lines.first?.hasPrefix("report-bounds: expected BAR 2") == true)
    }

    @Test(arguments: [(Int64(0x1000_0000), UInt64(0x10000)), (-0x4000_0000, 0xFFFF_FFFF_FFFC_0000), (0x1800, 0x1)])
    func `the reporting offset of LOCK moves every range`(offset: Int64, pages: UInt64) {
        func move(_ dossier: inout Dossier) {
            dossier.expectations.reportingOffset = offset
            for index in dossier.report.ranges.indices { dossier.report.ranges[index].firstPage &+= pages }
        }
        #expect(lines(move) == clean)
        #expect(!Dossier().with { $0.expectations.reportingOffset = 0x10_0000 }.verdict.isAccepted)
    }

    @Test(arguments: [Int64.max, .min]) func `an offset that leaves 64 bits fits nothing`(offset: Int64) {
        let lines = lines {
            $0.expectations.reportingOffset = offset
            $0.expectations.memory = [
                Expectations.MemoryRange(register: 0, address: offset > 0 ? .max - 0xFFF : 0, size: 4096)
            ]
            $0.report.ranges = [MMIORange(firstPage: 0, pageCount: 1, id: 0)]
        }
        #expect(
            lines == [
                "report-bounds: expected BAR 0, which the reporting offset moves out of 64 bits, seen pages 0x0 to 0x0"
            ])
    }

    @Test func `a BAR smaller than a page is reported as the page that holds it`() {
        let lines = lines {
            $0.expectations.memory = [Expectations.MemoryRange(register: 0, address: 0x8000_0100, size: 0x100)]
            $0.report.ranges = [MMIORange(firstPage: 0x80000, pageCount: 1, id: 0)]
        }
        #expect(lines == clean)
    }

    // MARK: Registers, order, overlap

    @Test(arguments: [UInt16(1), 5, 7]) func `a range of a BAR that is not implemented is a finding`(register: UInt16) {
        let lines = lines { $0.report.ranges.append(MMIORange(firstPage: 0xA0000, pageCount: 1, id: register)) }
        #expect(
            lines.first
                == "report-registers: expected implemented memory BARs, seen BAR \(register), pages 0xa0000 to 0xa0000")
    }

    @Test func `a range in no BAR is not judged, and said so`() {
        let lines = lines { $0.report.ranges.append(MMIORange(firstPage: 0xA0000, pageCount: 1, id: 8)) }
        #expect(lines == clean + ["range 8 is in no BAR: not judged"])
    }

    @Test func `BARs out of order are a finding`() {
        let lines = lines { $0.report.ranges.swapAt(1, 2) }
        #expect(
            lines == [
                "report-order: expected ascending BARs and addresses, seen range 0, pages 0x80001 to 0x80003 behind "
                    + "range 2, pages 0x90000 to 0x90001"
            ])
    }

    @Test func `ranges of one BAR out of order are a finding`() {
        let lines = lines { $0.report.ranges.swapAt(0, 1) }
        #expect(
            lines == [
                "report-order: expected ascending BARs and addresses, seen range 0, pages 0x80000 to 0x80000 behind "
                    + "range 0, pages 0x80001 to 0x80003"
            ])
    }

    @Test func `a range in no BAR before one in a BAR is a finding`() {
        let lines = lines { $0.report.ranges.insert(MMIORange(firstPage: 0xA0000, pageCount: 1, id: 9), at: 2) }
        #expect(lines.count == 1)
        #expect(lines.first?.hasPrefix("report-order") == true)
    }

    @Test func `ranges of one BAR that overlap are a finding`() {
        let lines = lines { $0.report.ranges[0].pageCount = 2 }
        #expect(
            lines == [
                "report-overlap: expected ranges apart, seen range 0, pages 0x80000 to 0x80001 and "
                    + "range 0, pages 0x80001 to 0x80003"
            ])
    }

    @Test func `a range in no BAR that overlaps one in a BAR is a finding`() {
        let lines = lines { $0.report.ranges.append(MMIORange(firstPage: 0x90001, pageCount: 1, id: 8)) }
        #expect(lines.first?.hasPrefix("report-overlap") == true)
    }

    // MARK: Attributes

    @Test(arguments: [MMIORange.Attributes.msixTable, .msixPendingBits])
    func `MSI-X attributes need a locked table`(attribute: MMIORange.Attributes) {
        let unlocked = lines { $0.report.ranges[0].attributes = attribute }
        #expect(
            unlocked == [
                "report-msi-x: expected no MSI-X attributes: the table is not locked, seen range 0, "
                    + "pages 0x80000 to 0x80000"
            ])
        let locked = Dossier().with {
            $0.report.ranges[0].attributes = attribute
            $0.report.msixMessageControl = 0x8007
        }
        #expect(locked.verdict.isAccepted)
    }

    @Test func `a locked MSI-X table that no range holds is noted`() {
        #expect(
            lines { $0.report.msixMessageControl = 0x8007 } == clean + ["MSI-X is locked, but no range holds its table"]
        )
    }

    @Test func `memory that is open to T=0 is noted`() {
        #expect(
            lines { $0.report.ranges[2].attributes = .nonTEEMemory } == clean + [
                "range 2, pages 0x90000 to 0x90001: open to T=0 as well"
            ])
    }

    @Test func `firmware that may be updated is noted`() {
        #expect(
            lines { $0.report.info = .dmaWithoutPASID } == clean + ["firmware may be updated while it is locked"])
    }
}
