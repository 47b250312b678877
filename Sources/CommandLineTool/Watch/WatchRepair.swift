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

    private func carryOut(_ orders: [WatchOrder], _ session: Session) async throws {
        let service = try session.service { printer.print($0) }
        await service.takeUp()
        await withDiscardingTaskGroup { group in
            for (dsm, orders) in Dictionary(grouping: orders, by: \.device.dsm) {
                group.addTask {
                    await service.takeNotices(of: dsm)
                    for order in orders { await bringHome(order, service, session.journal) }
                }
            }
        }
    }

    /// An owner that heard the same, or another manager before us, may have done it already: then the device is recorded
    /// elsewhere, or has come to private operation since the cut, which was undone by that.
    private func bringHome(_ order: WatchOrder, _ service: AssignmentService, _ journal: Journal) async {
        let device = order.device
        guard let observation = order.observation, let cutAt = order.cutAt,
            let record = try? journal.device(device.tdi), record.recordedPhase == .private, record.updatedAt < cutAt
        else { return }
        await service.observe(observation, on: device.tdi, dsm: device.dsm)
    }
}
