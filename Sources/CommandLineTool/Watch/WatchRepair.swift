internal import Assignment
internal import AssignmentService
internal import Journal
internal import PCIe

/// Has owners do what a watcher ordered: the state directory is locked for as long as that takes, and no longer.
struct WatchRepair: Sendable {
    let options: GlobalOptions
    let printer: WatchPrinter
    let interruption: Interruption

    func carryOut(_ orders: [WatchOrder]) async {
        guard let session = await open() else { return printer.printUndone(orders) }
        do {
            try await carryOut(orders, session)
        } catch {
            printer.print(.unreachable("\(error)"))
        }
        if let unwritten = session.close() { printer.print(.unreachable(unwritten.message)) }
    }

    /// Waits for whoever holds the state directory. The cuts have been made.
    private func open() async -> Session? {
        while true {
            do {
                return try await Session.open(options, .changing(command: "watch"))
            } catch let failure as Failure where failure.status == .busy && !interruption.happened {
                printer.printWaiting(failure.message)
            } catch {
                printer.print(.unreachable((error as? Failure)?.message ?? "\(error)"))
                return nil
            }
        }
    }

    /// Owners hear what the watcher has weighed before they look at anything else: it is what gives a fall its cause.
    private func carryOut(_ orders: [WatchOrder], _ session: Session) async throws {
        var heard: [FunctionAddress: Suspicion] = [:]
        for order in orders where isCurrent(order, session.journal) { heard[order.device.tdi] = order.suspicion }
        let service = try session.service(heard: heard) { printer.print($0) }
        await service.takeUp()
    }

    /// An owner that heard the same, or another manager before us, may have done it already: then the device is recorded
    /// elsewhere, or has come to private operation since, which undid the cut and cleared what was noticed.
    private func isCurrent(_ order: WatchOrder, _ journal: Journal) -> Bool {
        guard let record = try? journal.device(order.device.tdi), record.recordedPhase == .private else { return false }
        return record.updatedAt <= order.time
    }
}
