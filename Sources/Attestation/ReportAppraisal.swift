import PCIe
import TDISP
import WireBytes

/// What an interface report says, held against the base address registers that it speaks about.
struct ReportAppraisal {
    private(set) var findings: [Finding] = []
    private(set) var notes: [String] = []

    init(_ bytes: [UInt8], _ expectations: Expectations) {
        do throws(WireError) {
            let report = try InterfaceReport.decode(bytes.span)
            // The codec ignores reserved bits; evidence has none to spare.
            if report.encoded() != bytes {
                findings.append(Finding(.reportForm, expected: "reserved bits zero", seen: "some set"))
            }
            let memory = expectations.memory.map { Window($0, offset: expectations.reportingOffset) }
            findings += Self.registers(report, memory) + Self.order(report) + Self.overlap(report) + Self.msix(report)
            notes = Self.notes(report, memory)
        } catch {
            findings.append(Finding(.reportForm, expected: "an interface report", seen: error.description))
        }
    }

    /// The memory of one BAR in pages, as a report with this offset shows it.
    private struct Window {
        let register: UInt16
        /// First page and how many; nil when the offset moves them out of 64 bits.
        let pages: (first: UInt64, count: UInt64)?

        init(_ memory: Expectations.MemoryRange, offset: Int64) {
            register = UInt16(memory.register)
            let moved =
                offset < 0
                ? memory.address.subtractingReportingOverflow(offset.magnitude)
                : memory.address.addingReportingOverflow(offset.magnitude)
            let last = moved.partialValue.addingReportingOverflow(max(memory.size, 1) - 1)
            pages =
                moved.overflow || last.overflow
                ? nil
                : (
                    moved.partialValue / MMIORange.pageSize,
                    last.partialValue / MMIORange.pageSize - moved.partialValue / MMIORange.pageSize + 1
                )
        }

        func contains(_ range: MMIORange) -> Bool {
            guard let pages, range.firstPage >= pages.first else { return false }
            let skipped = range.firstPage - pages.first
            return skipped < pages.count && UInt64(range.pageCount) <= pages.count - skipped
        }
    }

    /// Range IDs 0 to 7 are numbers of BARs; others are the device's own, and cannot be held against anything.
    private static func isOfRegister(_ range: MMIORange) -> Bool { range.id < 8 }

    private static func registers(_ report: InterfaceReport, _ memory: [Window]) -> [Finding] {
        report.ranges.filter(isOfRegister).compactMap { range in
            guard let window = memory.first(where: { $0.register == range.id }) else {
                return Finding(
                    .reportRegisters, expected: "implemented memory BARs", seen: "BAR \(range.id), \(pages(range))")
            }
            guard range.pageCount > 0, window.contains(range) else {
                return Finding(.reportBounds, expected: "BAR \(range.id), \(pages(window))", seen: pages(range))
            }
            return nil
        }
    }

    /// BARs in ascending order, what is in no BAR behind them, and the ranges of one BAR by address.
    private static func order(_ report: InterfaceReport) -> [Finding] {
        zip(report.ranges, report.ranges.dropFirst()).compactMap { before, after in
            let isInOrder =
                before.id == after.id
                ? before.firstPage <= after.firstPage : before.id < after.id || !isOfRegister(after)
            return isInOrder && (isOfRegister(before) || !isOfRegister(after))
                ? nil
                : Finding(
                    .reportOrder, expected: "ascending BARs and addresses",
                    seen: "range \(after.id), \(pages(after)) behind range \(before.id), \(pages(before))")
        }
    }

    private static func overlap(_ report: InterfaceReport) -> [Finding] {
        let sorted = report.ranges.filter { $0.pageCount > 0 }.sorted { $0.firstPage < $1.firstPage }
        return zip(sorted, sorted.dropFirst()).compactMap { before, after in
            after.firstPage - before.firstPage >= UInt64(before.pageCount)
                ? nil
                : Finding(
                    .reportOverlap, expected: "ranges apart",
                    seen: "range \(before.id), \(pages(before)) and range \(after.id), \(pages(after))")
        }
    }

    /// MSI_X_MESSAGE_CONTROL is 0 unless the table is locked; only then may ranges be marked as holding it.
    private static func msix(_ report: InterfaceReport) -> [Finding] {
        guard report.msixMessageControl == 0 else { return [] }
        return report.ranges.filter { !$0.attributes.isDisjoint(with: [.msixTable, .msixPendingBits]) }.map {
            Finding(
                .reportMSIX, expected: "no MSI-X attributes: the table is not locked",
                seen: "range \($0.id), \(pages($0))")
        }
    }

    private static func notes(_ report: InterfaceReport, _ memory: [Window]) -> [String] {
        var notes: [String] = []
        for window in memory where !report.ranges.contains(where: { $0.id == window.register }) {
            notes.append("BAR \(window.register) is not reported: it stays outside of private operation")
        }
        for range in report.ranges {
            if !isOfRegister(range) { notes.append("range \(range.id) is in no BAR: not judged") }
            if range.attributes.contains(.nonTEEMemory) {
                notes.append("range \(range.id), \(pages(range)): open to T=0 as well")
            }
        }
        if !report.info.contains(.noFirmwareUpdate) { notes.append("firmware may be updated while it is locked") }
        if report.msixMessageControl != 0, !report.locksMSIX {
            notes.append("MSI-X is locked, but no range holds its table")
        }
        return notes
    }

    // MARK: Words

    private static func pages(_ range: MMIORange) -> String { pages(range.firstPage, UInt64(range.pageCount)) }

    private static func pages(_ window: Window) -> String {
        window.pages.map { pages($0.first, $0.count) } ?? "which the reporting offset moves out of 64 bits"
    }

    private static func pages(_ first: UInt64, _ count: UInt64) -> String {
        count == 0
            ? "no page at 0x\(hex(first, 1))" : "pages 0x\(hex(first, 1)) to 0x\(hex(first &+ count &- 1, 1))"
    }
}
