internal import Assignment
internal import Emulator
internal import Libvirt
internal import PCIe

/// The emulated host's domains in a real libvirt connection.
///
/// A hostdev is put in live where the domain runs and the driver can. Because the devices are emulated, the domain's
/// persistent XML may stand in where it cannot (the built-in test driver of libvirt 9), and the outcome says so.
actor LibvirtDirectory: DomainDirectory {
    private let connection: LibvirtConnection
    private let topology: Topology
    /// What we put in: put back when the connection had to be reopened and the test driver forgot.
    private var hostdevLedger = HostdevLedger()
    private var bindings: [FunctionAddress: Assignment.DomainBinding] = [:]
    /// What tells of them and is not yet back in libvirt since it was reopened.
    private var owedBindings: Set<FunctionAddress> = []
    private var isRestoring = false

    init(_ connection: LibvirtConnection, _ topology: Topology) {
        self.connection = connection
        self.topology = topology
    }

    func domains() async throws(DirectoryError) -> [DomainFacts] {
        try await reaching { connection throws(LibvirtError) in
            var facts: [DomainFacts] = []
            for summary in try await connection.domains() {
                facts.append(self.facts(about: summary, try await connection.description(of: summary.uuid)))
            }
            return facts
        }
    }

    func hostdevs() async throws(DirectoryError) -> [FunctionAddress: DomainID] {
        try await reaching { connection throws(LibvirtError) in
            var found: [FunctionAddress: DomainID] = [:]
            for summary in try await connection.domains() {
                for view in summary.views {
                    for hostdev in try await connection.description(of: summary.uuid, view).hostdevs {
                        found[hostdev.address] = summary.uuid.domainID
                    }
                }
            }
            return found
        }
    }

    func attach(_ function: FunctionAddress, to domain: DomainID) async throws(DirectoryError) -> String {
        let uuid = try domain.uuid
        hostdevLedger.begin(function)
        defer { hostdevLedger.end(function) }
        do throws(HostdevError) {
            let outcome = try await connection.attachHostdev(function, to: uuid, persistentStandIn: true)
            hostdevLedger.put(function, into: domain, outcome.place)
            return outcome.words("hostdev in")
        } catch {
            switch error {
            case .libvirt(let cause): throw DirectoryError(cause)
            case .addressTaken, .managed: throw DirectoryError("\(error)")
            }
        }
    }

    func detach(_ function: FunctionAddress, from domain: DomainID) async throws(DirectoryError) -> String {
        let uuid = try domain.uuid
        hostdevLedger.begin(function)
        defer { hostdevLedger.end(function) }
        var outcome = try await reaching { connection throws(LibvirtError) in
            try await connection.detachHostdev(function, from: uuid, persistentStandIn: true)
        }
        if outcome.progress == .requested {
            try await awaitRemoval(of: function, from: uuid)
            outcome.progress = .done
        }
        hostdevLedger.remove(function)
        return outcome.words("hostdev out")
    }

    /// Waits until a running guest that was asked has let go. One that takes too long may still do so at any time, so
    /// what became of the call is then unknown.
    private func awaitRemoval(of function: FunctionAddress, from uuid: DomainUUID) async throws(DirectoryError) {
        for _ in 0..<Self.removalLooks {
            let isIn = try await reaching { connection throws(LibvirtError) in
                try await connection.description(of: uuid).hostdevs.contains { $0.address == function }
            }
            if !isIn { return }
            do { try await Task.sleep(for: Self.removalPause) } catch { break }
        }
        throw DirectoryError("the guest was asked to let go of \(function), and has not yet", isUnreachable: true)
    }

    private static let removalLooks = 50
    private static let removalPause = Duration.milliseconds(200)

    func publish(_ binding: Assignment.DomainBinding) async throws(DirectoryError) {
        bindings[binding.device] = binding.phase == .available ? nil : binding
        let uuid = try binding.domain.uuid
        try await reaching { connection throws(LibvirtError) in try await Self.write(binding, uuid, to: connection) }
    }

    /// The domain's XML as libvirt prints it: the live one, or the persistent one where a hostdev of ours stands in
    /// there.
    func xml(of domain: DomainID) async throws(DirectoryError) -> String {
        let uuid = try domain.uuid
        let standsIn = hostdevLedger.entries.values.contains { $0.domain == domain && $0.place == .standIn }
        let view = standsIn ? DomainView.persistent : .current
        return try await reaching { connection throws(LibvirtError) in try await connection.xml(of: uuid, view) }
    }

    /// What libvirt tells on its own.
    nonisolated var events: AsyncStream<LibvirtEvent> { connection.events }

    /// The functions that we put in and that are in no domain any more, because somebody else took them out.
    func takenOut() async throws(DirectoryError) -> [FunctionAddress] {
        await putBack()
        guard let look = hostdevLedger.look() else { return [] }
        let found = try await hostdevs()
        return hostdevLedger.takeOff(missingFrom: Set(found.keys), since: look)
    }

    /// Whether a domain's metadata shows what was published last, so that nobody else wrote it.
    func hasPublished(whatIsShownIn uuid: DomainUUID) async -> Bool {
        guard let shown = try? await connection.binding(of: uuid)?.devices ?? [] else { return false }
        let published = bindings.values.filter { $0.domain == uuid.domainID }.sorted { $0.device < $1.device }
        return shown == published.map(Libvirt.DomainBinding.Device.init)
    }

    // MARK: Reaching libvirt

    /// Runs a call; when the connection was lost, reopens it, puts back what it forgot, and runs the call once more.
    private func reaching<Result: Sendable>(
        _ call: (LibvirtConnection) async throws(LibvirtError) -> Result
    ) async throws(DirectoryError) -> Result {
        let seen = hostdevLedger.losses
        await putBack()
        do throws(LibvirtError) {
            return try await call(connection)
        } catch {
            guard error.isConnectionLost else { throw DirectoryError(error) }
            // Another call may have met the same loss: a second reopening would forget what the first put back.
            if seen == hostdevLedger.losses { try await reopen(after: error) }
            do throws(LibvirtError) { return try await call(connection) } catch { throw DirectoryError(error) }
        }
    }

    private func reopen(after loss: LibvirtError) async throws(DirectoryError) {
        hostdevLedger.connectionLost()
        owedBindings = Set(bindings.keys)
        do throws(LibvirtError) {
            _ = try await connection.reopen()
        } catch {
            throw DirectoryError("\(loss); and reopening failed: \(error)", isUnreachable: true)
        }
        await putBack()
    }

    /// Puts back what a reopened connection lacks, hostdevs before what tells of them. What cannot be put back now stays
    /// owed, for the next call.
    private func putBack() async {
        guard !isRestoring, !(hostdevLedger.owed.isEmpty && owedBindings.isEmpty) else { return }
        isRestoring = true
        defer { isRestoring = false }
        for function in hostdevLedger.owed.sorted() where hostdevLedger.isRestorable(function) {
            await putBackHostdev(function)
        }
        for function in owedBindings.sorted() { await putBackBinding(function) }
    }

    private func putBackHostdev(_ function: FunctionAddress) async {
        guard let entry = hostdevLedger.entries[function], let uuid = try? entry.domain.uuid else {
            return hostdevLedger.forgive(function)
        }
        let outcome = try? await connection.attachHostdev(function, to: uuid, persistentStandIn: true)
        if let outcome { hostdevLedger.restored(function, entry, outcome.place) }
    }

    private func putBackBinding(_ function: FunctionAddress) async {
        guard let binding = bindings[function], let uuid = try? binding.domain.uuid else {
            owedBindings.remove(function)
            return
        }
        let isWritten = (try? await Self.write(binding, uuid, to: connection)) != nil
        if isWritten, bindings[function] == binding { owedBindings.remove(function) }
    }

    private static func write(
        _ binding: Assignment.DomainBinding, _ uuid: DomainUUID, to connection: LibvirtConnection
    ) async throws(LibvirtError) {
        try await connection.updateBinding(of: uuid, alsoPersistent: true) { domain in
            if binding.phase == .available { domain.remove(binding.device) } else { domain.record(.init(binding)) }
        }
    }

    /// Which TEE an emulated domain has: libvirt's word where it knows it, else the topology's, mirrored in our metadata.
    /// SEV without SNP does not protect against a device, so it does not count, whatever our metadata says.
    private func facts(about summary: DomainSummary, _ description: DomainDescription) -> DomainFacts {
        let tee = if let security = description.launchSecurity { security.teeIO } else { description.binding?.tee }
        return DomainFacts(
            id: summary.uuid.domainID, name: summary.name, running: summary.isActive, tee: tee,
            memoryKiB: description.memoryKiB)
    }
}

extension Libvirt.DomainBinding.Device {
    /// What the domain's metadata tells of a binding.
    fileprivate init(_ binding: Assignment.DomainBinding) {
        self.init(
            address: binding.device, phase: binding.phase.rawValue, lockEpoch: UInt64(binding.epoch.rawValue),
            confirmedState: nil)
    }
}

extension LaunchSecurity {
    /// The TEE, if it is one that devices can be converted for.
    fileprivate var teeIO: String? {
        [.sevSNP, .tdx, .cca].contains(self) ? rawValue : nil
    }
}

extension DirectoryError {
    fileprivate init(_ error: LibvirtError) { self.init("\(error)", isUnreachable: error.isConnectionLost) }
}

extension DomainSummary {
    /// The definitions in which a hostdev may stand.
    fileprivate var views: [DomainView] { isActive && isPersistent ? [.current, .persistent] : [.current] }
}

extension HostdevOutcome {
    /// For an operator.
    fileprivate func words(_ what: String) -> String {
        switch (progress, place) {
        case (.alreadyDone, _): "\(what) already"
        case (.requested, _): "\(what) requested"
        case (.done, .live): "\(what) live"
        case (.done, .persistent): "\(what) by the persistent XML"
        case (.done, .standIn): "\(what) by the persistent XML, which stands in: this libvirt driver has no live attach"
        }
    }
}

extension DomainID {
    /// The same identity in libvirt's type.
    var uuid: DomainUUID {
        get throws(DirectoryError) {
            guard let uuid = DomainUUID(parsing: description) else { throw DirectoryError("\(self) is not a UUID") }
            return uuid
        }
    }
}

extension DomainUUID {
    /// The same identity in the engine's type.
    var domainID: DomainID {
        func half(_ range: Range<Int>) -> UInt64 { bytes[range].reduce(0) { $0 << 8 | UInt64($1) } }
        return DomainID(high: half(0..<8), low: half(8..<16))
    }
}
