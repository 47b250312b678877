internal import WireBytes

extension TDIRequester {
    /// What of a report is here.
    public struct ReportAssembly: Hashable, Sendable {
        /// The bytes so far.
        public let bytes: [UInt8]
        /// How long the whole will be; nil before the first portion.
        public let byteCount: Int?
        /// In how many portions they came.
        public let portions: UInt16
        /// How many bytes are asked for next.
        public let length: UInt16

        init(_ limits: Limits) {
            bytes = []
            byteCount = nil
            portions = 0
            length = limits.reportPortion
        }

        private init(bytes: [UInt8], byteCount: Int, portions: UInt16, length: UInt16) {
            self.bytes = bytes
            self.byteCount = byteCount
            self.portions = portions
            self.length = length
        }

        /// The next request. Fits, because the assembly never grows beyond what 16 bits can count.
        var query: InterfaceReportQuery {
            InterfaceReportQuery(offset: UInt16(truncatingIfNeeded: bytes.count), length: length)
        }

        /// The assembly with a portion; nil when the portion is empty or longer than asked for, when it changes what
        /// the whole is said to be long, when that is too long, or when it comes in too many portions.
        func adding(_ portion: InterfaceReportPortion, _ limits: Limits) -> ReportAssembly? {
            let count = bytes.count + portion.bytes.count + Int(portion.remainder)
            guard !portion.bytes.isEmpty, portion.bytes.count <= Int(length),
                byteCount == nil || byteCount == count, count <= Int(limits.reportByteCount),
                portions < limits.reportPortions
            else { return nil }
            return ReportAssembly(
                bytes: bytes + portion.bytes, byteCount: count, portions: portions + 1,
                length: min(limits.reportPortion, portion.remainder))
        }
    }

    /// Takes a portion and asks for the next, or ends with the whole.
    func append(_ portion: InterfaceReportPortion, to assembly: ReportAssembly) -> Transition {
        guard let grown = assembly.adding(portion, limits) else {
            return fail(.inconsistentReport, at: .report(assembly))
        }
        guard portion.remainder == 0 else { return send(.report(grown)) }
        do throws(WireError) {
            _ = try InterfaceReport.decode(grown.bytes.span)
        } catch {
            return fail(.malformedReport(error), at: .report(assembly))
        }
        return finish(.report(grown.bytes))
    }
}
