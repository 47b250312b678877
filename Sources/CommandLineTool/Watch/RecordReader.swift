internal import Assignment
internal import AssignmentService
internal import Journal
internal import PCIe

/// Reads which devices are recorded in private operation, beside whoever writes the journal, and only when it was written.
actor RecordReader {
    private let snapshot: HostSnapshot
    private let directory: String
    private let only: Set<FunctionAddress>
    private let printer: WatchPrinter
    private var journal: Journal?
    private var version: Int64?

    /// - Parameter only: the devices that are asked about; empty: all.
    init(_ session: Session, directory: String, only: [FunctionAddress], _ printer: WatchPrinter) {
        snapshot = session.snapshot
        self.directory = directory
        self.only = Set(only)
        self.printer = printer
    }

    /// The devices in private operation; nil when nothing has been written since they were last read, or it cannot be read.
    func changedDevices() -> [WatchedDevice]? {
        do throws(JournalError) {
            let journal = try opened()
            let now = try journal.version()
            guard now != version || !journal.isOnDisk else { return nil }
            let devices = try journal.devices().filter { $0.recordedPhase == .private && isMeant($0.address) }
            version = now
            return devices.map { record in
                WatchedDevice(
                    tdi: record.address, dsm: snapshot.function(record.address)?.ownerAddress ?? record.address,
                    since: record.updatedAt, suspicion: record.suspicion ?? .none)
            }
        } catch {
            printer.print(.unreachable(error.description))
            return nil
        }
    }

    private func isMeant(_ device: FunctionAddress) -> Bool { only.isEmpty || only.contains(device) }

    /// A journal that was not there may be there now.
    private func opened() throws(JournalError) -> Journal {
        if let journal, journal.isOnDisk { return journal }
        let opened = try Journal.openForReading(in: try StateDirectory(at: directory))
        journal = opened
        return opened
    }
}
