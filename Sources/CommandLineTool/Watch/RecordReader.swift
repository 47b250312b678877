internal import Assignment
internal import AssignmentService
internal import EmulatorProcess
internal import Journal
internal import PCIe
internal import TDISP

/// Reads which devices are, or may have come, in private operation: from the record, beside whoever writes it and only when it was written, and
/// from the host, where the record does not know of them or cannot be read.
actor RecordReader {
    private let host: HostClient
    private var snapshot: HostSnapshot
    private let directory: String
    private let only: Set<FunctionAddress>
    private let printer: WatchPrinter
    private var journal: Journal?
    private var version: Int64?
    /// Why the record could not be read when that was tried last.
    private(set) var trouble: Failure?
    /// Strays that were told.
    private var told: Set<FunctionAddress> = []

    /// - Parameter only: the devices that are asked about; empty: all.
    init(_ session: Session, directory: String, only: [FunctionAddress], _ printer: WatchPrinter) {
        host = session.host
        snapshot = session.snapshot
        self.directory = directory
        self.only = Set(only)
        self.printer = printer
    }

    /// The devices in private operation; nil when nothing has been written since they were last read.
    func changedDevices() async -> [WatchedDevice]? {
        let records: [DeviceRecord]?
        do throws(JournalError) {
            records = try changedRecords()
            guard let records else { return nil }
            trouble = nil
            return records.filter { $0.recordedPhase.mayReachPrivate && isMeant($0.address) }.map(watched)
                + (await strays(besides: records))
        } catch {
            let failure = Failure.unreadableRecord(error)
            if failure != trouble { printer.print(.unreachable(failure.message)) }
            trouble = failure
            return await strays(besides: nil)
        }
    }

    private func changedRecords() throws(JournalError) -> [DeviceRecord]? {
        let journal = try opened()
        let now = try journal.version()
        guard now != version || !journal.isOnDisk || !journal.seesChanges || trouble != nil else { return nil }
        let records = try journal.devices()
        version = now
        return records
    }

    /// One that is being accepted may still answer CONFIG_LOCKED, which is no sign of trouble: it is not asked.
    private func watched(_ record: DeviceRecord) -> WatchedDevice {
        WatchedDevice(
            tdi: record.address, dsm: snapshot.function(record.address)?.ownerAddress ?? record.address,
            since: record.updatedAt, suspicion: record.suspicion ?? .none, isAsked: record.recordedPhase != .accepting)
    }

    /// Devices that the host shows with trusted DMA, or that may have some, and that are not recorded so. They are watched as
    /// they are: that nobody can account for one that answers RUN is no sign that anything is wrong with it. One that is
    /// locked reaches nothing yet.
    private func strays(besides records: [DeviceRecord]?) async -> [WatchedDevice] {
        if let now = try? await host.snapshot() { snapshot = now }
        let known = Set((records ?? []).filter { !$0.recordedPhase.isWithoutTrust }.map(\.address))
        return snapshot.functions.filter { facts in
            isMeant(facts.address) && !known.contains(facts.address) && facts.mayBeStray(isRecordRead: records != nil)
        }.map { facts in
            if facts.state != nil, told.insert(facts.address).inserted { printer.printStray(facts) }
            return WatchedDevice(
                tdi: facts.address, dsm: facts.ownerAddress, since: 0, suspicion: .none, isAsked: facts.state != nil)
        }
    }

    private func isMeant(_ device: FunctionAddress) -> Bool { only.isEmpty || only.contains(device) }

    /// A journal that was not there may be there now, and one that was read as it stood may have changed.
    private func opened() throws(JournalError) -> Journal {
        if let journal, journal.isOnDisk, journal.seesChanges { return journal }
        let opened = try Journal.openForReading(in: try StateDirectory(at: directory))
        journal = opened
        return opened
    }
}

extension FunctionFacts {
    /// Whether it may have trusted DMA of which the record says nothing. One that cannot be asked is a stray only where
    /// there is no record that could say that it is in shared operation.
    fileprivate func mayBeStray(isRecordRead: Bool) -> Bool {
        switch trustedUse {
        case .none: false
        case .sound, .doubtful: state == .run || state == .error || state == nil && !isRecordRead
        }
    }
}

extension Phase {
    /// Whether a device here may have been let into private memory: also while its conversion ends, and for good where the
    /// manager that was at it died there.
    var mayReachPrivate: Bool { self == .private || self == .accepting || self == .confirming }

    /// Whether a device that rests here has no trusted DMA.
    var isWithoutTrust: Bool { self == .available || self == .attached }
}
