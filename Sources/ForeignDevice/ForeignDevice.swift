public import SPDMTransport
internal import TDISP

/// A device behind a transport, of anybody's make, with no configuration space, root port or IOMMU around it.
public enum ForeignDevice {
    /// Drives the whole protocol with it: discovery, SPDM from VERSION to a session, keys for a stream, LOCK, report, START,
    /// and back. It makes nothing private: what protects memory is not there.
    ///
    /// `progress` is told of every step that is done. After a failure the way home is gone as far as the device answers:
    /// STOP, K_SET_STOP, END_SESSION. The transport stays open. Throws ``ForeignDeviceFailure``.
    public static func run(
        over transport: any DOETransport, _ settings: ForeignDeviceSettings,
        progress: @escaping @Sendable (ForeignDeviceStep, String) -> Void = { _, _ in }
    ) async throws(ForeignDeviceFailure) -> ForeignDeviceReport {
        let run = ForeignRun(settings, transport, progress)
        do throws(ForeignDeviceFailure) {
            try await run.toTheEnd()
            return run.report
        } catch {
            var failure = error
            failure.leftovers = await run.goHome()
            failure.report = run.report
            throw failure
        }
    }
}

extension ForeignRun {
    func toTheEnd() async throws(ForeignDeviceFailure) {
        try await discover()
        try await connect()
        try await authenticate()
        switch settings.goal {
        case .attest:
            // No message of it names a function.
            report.notChecked.insert(.address)
            try await measure()
        case .convert: try await convert()
        }
    }

    /// Evidence comes over the session that locks the interface, so measurements are asked for in it.
    private func convert() async throws(ForeignDeviceFailure) {
        if settings.probes { try await probeOutsideSession() } else { report.notChecked.insert(.refusals) }
        try await openSession()
        try await measure()
        try await negotiate()
        if settings.probes { try await probeLockWithoutKeys() }
        try await keyStream()
        try await lockInterface()
        try await fetchReport()
        try await startInterface()
        try await askState(expecting: .run)
        guard settings.stops else { return }
        turnHome()
        try await stopInterface()
        try await askState(expecting: .configUnlocked)
        if settings.probes { try await probeVersionWhileLocked() }
        try await stopStream()
        try await endSession()
    }
}
