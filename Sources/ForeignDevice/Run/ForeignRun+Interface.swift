internal import Attestation
internal import PCIe
internal import SPDM
internal import SPDMEndpoints
internal import TDISP
internal import WireBytes

extension ForeignRun {
    /// Agrees on TDISP 1.0 and reads what the DSM can do.
    func negotiate() async throws(Failure) {
        let result = await driveInterface(.negotiate)
        guard case .negotiated(let capabilities) = result else { throw failure(.negotiate, result) }
        report.capabilities = capabilities
        let missing = RequestSet.mandatory.rawValue & ~capabilities.requests.rawValue
        if missing != 0 { try admit(.missingRequests, "without bits 0x\(hex(missing, 2))", at: .negotiate) }
        try done(.negotiate, "TDISP 1.0, \(capabilities.addressWidth) address bits")
    }

    /// Locks the interface. One that a lost session left in ERROR is nobody's any more: STOP leads out of it first.
    func lockInterface() async throws(Failure) {
        var result = await driveInterface(.lock(lockRequest))
        if case .failed(.wrongState(.error, expected: _), _) = result {
            let stopped = await driveInterface(.revoke)
            guard case .stopped = stopped else { throw failure(.stop, stopped) }
            report.states.append(.error)
            try done(.stop, "it was left in ERROR")
            result = await driveInterface(.lock(lockRequest))
        }
        guard case .locked = result else { throw failure(.lock, result) }
        report.states += [.configUnlocked, .configLocked]
        try done(.lock, "CONFIG_LOCKED")
    }

    private var lockRequest: LockInterfaceRequest {
        let flags = settings.lockFlags.intersection(interface.negotiated?.lockFlags ?? [])
        return LockInterfaceRequest(flags: flags, defaultStream: settings.stream)
    }

    /// Reads the interface report and has all evidence judged.
    func fetchReport() async throws(Failure) {
        let result = await driveInterface(.fetchReport)
        guard case .report(let bytes) = result else { throw failure(.report, result) }
        report.interfaceReport = try? InterfaceReport.decode(bytes.span)
        report.notChecked.insert(.baseAddresses)
        try judge(bytes)
        try done(.report, "\(report.interfaceReport?.ranges.count ?? 0) memory ranges")
    }

    func startInterface() async throws(Failure) {
        let result = await driveInterface(.start)
        guard case .running = result else { throw failure(.start, result) }
        try done(.start, "RUN")
        report.notChecked.insert(.dma)
    }

    /// Asks the state and notes it.
    func askState(expecting expected: TDIState) async throws(Failure) {
        let result = await driveInterface(.queryState)
        guard case .state(expected) = result else { throw failure(.state, result) }
        report.states.append(expected)
        try done(.state, "\(expected)")
    }

    func stopInterface() async throws(Failure) {
        let result = await driveInterface(.stop)
        guard case .stopped = result else { throw failure(.stop, result) }
        try done(.stop, "CONFIG_UNLOCKED")
    }

    /// Runs one operation of the TDISP requester to its end.
    func driveInterface(_ operation: TDIRequester.Operation) async -> TDIRequester.Result {
        obstacle = nil
        var event = TDIRequester.Event.begin(operation)
        while true {
            let transition = TDIRequester.step(interface, event)
            interface = transition.next
            switch transition.effect {
            case .none: return .failed(.operationRunning, .untouched)
            case .send(let bytes): event = await send(bytes)
            case .storeNonce(let given, let bytes):
                nonce = given
                event = await send(bytes)
            case .provideNonce: event = nonce.map { .nonce($0) } ?? .nonceMissing
            case .wait(let retry): event = await pause(.milliseconds(1 << min(retry, 8))) ? .waited : .timedOut
            case .finish(let result):
                if !result.keepsNonce { nonce = nil }
                return result
            }
        }
    }

    private func send(_ bytes: [UInt8]) async -> TDIRequester.Event {
        switch (try? TDISPHeader.decode(bytes.span))?.type {
        case .lockInterface: mayBeLocked = true
        default: break
        }
        switch await ask(bytes, .tdisp, in: session) {
        case .payload(let answer):
            if (try? TDISPHeader.decode(answer.span))?.type == .stopInterface.response { mayBeLocked = false }
            return .received(answer)
        case .busy(let failure), .refused(let failure), .silence(let failure), .lost(let failure):
            obstacle = obstacle ?? failure
            return .timedOut
        }
    }

    // MARK: Evidence

    private func judge(_ bytes: [UInt8]) throws(Failure) {
        guard let session = session?.rawValue else {
            throw failure(.report, .failed(.notNegotiated, .untouched))
        }
        let evidence = Evidence(
            tdi: settings.interface, epoch: 1, nonce: [], rootDigest: report.identity?.rootDigest ?? [],
            leafDigest: report.identity?.leafDigest ?? [], serial: report.identity?.serialNumber ?? "",
            measurements: report.measurements.map {
                Measurement(index: $0.index, type: $0.kind.rawValue, value: Array($0.value))
            },
            evidenceSession: session, lockSession: session, streamSession: session, stream: settings.stream.rawValue,
            secureStream: settings.stream.rawValue, report: bytes, identityProven: report.identity != nil)
        // Whom it is enough to be was decided when the device was authenticated, and the nonce of measurements is compared
        // by the requester that drew it: a second look at either would compare it with itself.
        let expectations = Expectations(
            tdi: settings.interface, epoch: 1, nonce: nil, pinnedRoots: nil, session: session,
            stream: settings.stream.rawValue, memory: report.interfaceReport?.impliedMemory ?? [])
        switch BuiltInVerdict().appraise(evidence, against: expectations) {
        case .accepted(let notes): report.notes = notes
        case .refused(let findings): try admit(findings)
        }
    }

    /// Findings about the report alone are a deviation; others are the end.
    private func admit(_ findings: [Finding]) throws(Failure) {
        guard findings.allSatisfy({ Check.ofReport.contains($0.check) }) else {
            throw failure(.report, .refused(findings))
        }
        try admit(.inconsistentReport, findings.map(\.description).joined(separator: "; "), at: .report)
    }
}

extension Check {
    fileprivate static let ofReport: Set<Check> = [
        .reportForm, .reportRegisters, .reportBounds, .reportOrder, .reportOverlap, .reportMSIX,
    ]
}

extension InterfaceReport {
    /// Base address registers as the report itself would have them, so that what else it says can be judged without any.
    fileprivate var impliedMemory: [Expectations.MemoryRange] {
        Dictionary(grouping: ranges.filter { $0.id < 8 && $0.pageCount > 0 }, by: \.id).compactMap { id, ranges in
            guard let first = ranges.map(\.firstPage).min(), let last = ranges.map(\.lastPage).max(),
                last <= UInt64.max / MMIORange.pageSize
            else { return nil }
            let count = last - first + 1
            return Expectations.MemoryRange(
                register: UInt8(truncatingIfNeeded: id), address: first * MMIORange.pageSize,
                size: count.multipliedReportingOverflow(by: MMIORange.pageSize).partialValue)
        }
    }
}

extension MMIORange {
    fileprivate var lastPage: UInt64 { firstPage.addingReportingOverflow(UInt64(pageCount) - 1).partialValue }
}
