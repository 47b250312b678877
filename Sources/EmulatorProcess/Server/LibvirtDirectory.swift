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
    /// What we put in, by function: put back when the connection had to be reopened and the test driver forgot.
    private var held: [FunctionAddress: DomainID] = [:]
    private var bindings: [FunctionAddress: Assignment.DomainBinding] = [:]

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
        do throws(HostdevError) {
            let outcome = try await connection.attachHostdev(function, to: uuid, persistentStandIn: true)
            held[function] = domain
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
        let outcome = try await reaching { connection throws(LibvirtError) in
            try await connection.detachHostdev(function, from: uuid, persistentStandIn: true)
        }
        held[function] = nil
        return outcome.words("hostdev out")
    }

    func publish(_ binding: Assignment.DomainBinding) async throws(DirectoryError) {
        bindings[binding.device] = binding.phase == .available ? nil : binding
        let uuid = try binding.domain.uuid
        try await reaching { connection throws(LibvirtError) in try await Self.write(binding, uuid, to: connection) }
    }

    /// The domain's XML as libvirt prints it: the live one, or the persistent one where a hostdev of ours stands there.
    func xml(of domain: DomainID) async throws(DirectoryError) -> String {
        let uuid = try domain.uuid
        let view = held.values.contains(domain) ? DomainView.persistent : .current
        return try await reaching { connection throws(LibvirtError) in try await connection.xml(of: uuid, view) }
    }

    /// What libvirt tells on its own.
    nonisolated var events: AsyncStream<LibvirtEvent> { connection.events }

    /// The functions that we put in and that are in no domain any more.
    func takenOut() async throws(DirectoryError) -> [FunctionAddress] {
        let found = try await hostdevs()
        let gone = held.keys.filter { found[$0] == nil }.sorted()
        for function in gone { held[function] = nil }
        return gone
    }

    // MARK: Reaching libvirt

    /// Runs a call; when the connection was lost, reopens it, puts back what it forgot, and runs the call once more.
    private func reaching<Result: Sendable>(
        _ call: (LibvirtConnection) async throws(LibvirtError) -> Result
    ) async throws(DirectoryError) -> Result {
        do throws(LibvirtError) {
            return try await call(connection)
        } catch {
            guard error.isConnectionLost else { throw DirectoryError(error) }
            try await reopen(after: error)
            do throws(LibvirtError) { return try await call(connection) } catch { throw DirectoryError(error) }
        }
    }

    private func reopen(after loss: LibvirtError) async throws(DirectoryError) {
        do throws(LibvirtError) {
            _ = try await connection.reopen()
            for binding in bindings.values {
                if let uuid = try? binding.domain.uuid { try await Self.write(binding, uuid, to: connection) }
            }
        } catch {
            throw DirectoryError("\(loss); and reopening failed: \(error)", isUnreachable: true)
        }
        for (function, domain) in held { _ = try await attach(function, to: domain) }
    }

    private static func write(
        _ binding: Assignment.DomainBinding, _ uuid: DomainUUID, to connection: LibvirtConnection
    ) async throws(LibvirtError) {
        try await connection.updateBinding(of: uuid, alsoPersistent: true) { domain in
            if binding.phase == .available {
                domain.remove(binding.device)
            } else {
                domain.record(
                    .init(
                        address: binding.device, phase: binding.phase.rawValue,
                        lockEpoch: UInt64(binding.epoch.rawValue), confirmedState: nil))
            }
        }
    }

    /// Which TEE an emulated domain has: libvirt's word where it knows it, else the topology's, mirrored in our metadata.
    /// SEV without SNP does not protect against a device, so it does not count.
    private func facts(about summary: DomainSummary, _ description: DomainDescription) -> DomainFacts {
        let tee = description.launchSecurity.flatMap(\.teeIO) ?? description.binding?.tee
        return DomainFacts(
            id: summary.uuid.domainID, name: summary.name, running: summary.isActive, tee: tee,
            memoryKiB: description.memoryKiB)
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
        case (.done, .persistent): "\(what) the persistent XML"
        case (.done, .standIn): "\(what) the persistent XML, which stands in: this libvirt driver has no live attach"
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
