internal import Assignment
internal import AssignmentService
internal import Journal
internal import PCIe

/// Has owners do what a watcher ordered: the state directory is locked for as long as that takes, and no longer.
struct WatchRepair: Sendable {
    let options: GlobalOptions
    let printer: WatchPrinter
    let interruption: Interruption
    /// Whether a journal that cannot be written is waited for.
    let isPatient: Bool

    func carryOut(_ orders: [WatchOrder]) async {
        guard let session = await open(for: orders) else { return }
        do {
            try await carryOut(orders, session)
        } catch {
            printer.print(.unreachable("\(error)"))
        }
        if let unwritten = session.close() { printer.print(.unreachable(unwritten.message)) }
    }

    /// Waits for whoever holds the state directory, and, if patient, for a journal that can be written. The cuts have been
    /// made, and are not made again meanwhile.
    private func open(for orders: [WatchOrder]) async -> Session? {
        var backOff = BackOff()
        var told: String?
        while true {
            do {
                return try await Session.open(options, .changing(command: "watch"))
            } catch let failure as Failure where failure.status == .busy && !interruption.happened {
                printer.printWaiting(failure.message)
            } catch {
                let message = (error as? Failure)?.message ?? "\(error)"
                if message != told {
                    printer.print(.unreachable(message))
                    printer.printUndone(orders)
                }
                told = message
                guard await isToTryAgain(&backOff) else { return nil }
            }
        }
    }

    /// Retries to write where devices rest that the journal could not take. Nothing else is done for them: they stay closed,
    /// and by what is then recorded only an operator's word leads on.
    private func write(_ service: AssignmentService) async {
        var backOff = BackOff()
        var told: String?
        while let failure = await service.writeUnwritten() {
            if failure.message != told {
                printer.print(.unreachable("what came of it is not recorded yet; only that is tried again: \(failure)"))
            }
            told = failure.message
            guard await isToTryAgain(&backOff) else { return }
        }
    }

    /// Waits before another attempt; false: there is to be none.
    private func isToTryAgain(_ backOff: inout BackOff) async -> Bool {
        guard isPatient else { return false }
        for _ in 0..<backOff.next() * 10 {
            guard !interruption.happened else { return false }
            try? await Task.sleep(for: .milliseconds(100))
        }
        return !interruption.happened
    }

    /// Owners hear what the watcher has weighed before they look at anything else: it is what gives a fall its cause.
    private func carryOut(_ orders: [WatchOrder], _ session: Session) async throws {
        var heard: [FunctionAddress: Suspicion] = [:]
        for order in orders where isCurrent(order, session.journal) { heard[order.device.tdi] = order.suspicion }
        let service = try session.service(heard: heard) { printer.print($0) }
        await service.takeUp()
        await write(service)
    }

    /// An owner that heard the same, or another manager before us, may have done it already: then the device is recorded
    /// elsewhere, or has come to private operation since, which undid the cut and cleared what was noticed.
    private func isCurrent(_ order: WatchOrder, _ journal: Journal) -> Bool {
        let found: DeviceRecord?
        // What cannot be read cannot make an order void: the owner, who reads all of it, says what is wrong.
        do { found = try journal.device(order.device.tdi) } catch { return true }
        guard let record = found else { return order.device.since == 0 }
        if order.device.since == 0, record.recordedPhase.isWithoutTrust { return true }
        return record.recordedPhase.mayReachPrivate && record.updatedAt <= order.time
    }
}

/// Seconds between attempts: 1, 2, 4 and so on, up to a minute.
private struct BackOff {
    private var seconds = 1

    mutating func next() -> Int {
        defer { seconds = min(60, seconds * 2) }
        return seconds
    }
}
