public import Assignment
public import PCIe

/// The emulated host as a platform: one owner of the model, and a hypervisor's directory beside it where there is one.
///
/// The model answers at once, in virtual time; only the directory is waited for.
public actor EmulatedHost: Platform {
    private var model: HostModel
    private let bell: Bell
    private let directory: (any DomainDirectory)?

    /// Builds a host.
    ///
    /// - Parameters:
    ///   - topology: what it consists of.
    ///   - entropy: where it draws its random bits.
    ///   - directory: where its domains are; nil: in the model alone, as the topology has them.
    ///   - traceCapacity: how many protocol messages it remembers.
    ///   - onCrash: called when a fault says that the host crashes; in a process of its own it does not return.
    ///
    /// Throws ``TopologyError`` when a device's registers cannot be laid out.
    public init(
        _ topology: Topology, entropy: any EntropySource, directory: (any DomainDirectory)? = nil,
        traceCapacity: Int = 4096, onCrash: @escaping @Sendable () -> Void = {}
    ) throws(TopologyError) {
        var model = try HostModel(topology, entropy: entropy, traceCapacity: traceCapacity)
        model.onCrash = onCrash
        bell = model.notices.bell
        self.model = model
        self.directory = directory
    }

    /// Looks into the model or changes it: faults, time, inspection.
    @discardableResult
    public func withModel<Result: Sendable>(_ body: @Sendable (inout HostModel) throws -> Result) rethrows -> Result {
        try body(&model)
    }

    // MARK: Platform

    /// The whole host as it is now; domains and hostdevs are those of the directory, where there is one.
    ///
    /// Devices that appeared since the last look are authenticated first.
    public func snapshot() async throws(PlatformError) -> HostSnapshot {
        model.authenticateNewcomers()
        guard let directory else { return model.snapshot() }
        do throws(DirectoryError) {
            let domains = try await directory.domains()
            let hostdevs = try await directory.hostdevs()
            var snapshot = model.snapshot(domains: domains)
            for index in snapshot.functions.indices {
                snapshot.functions[index].domain = hostdevs[snapshot.functions[index].address]
            }
            return snapshot
        } catch {
            throw PlatformError(.unreachable, error.message)
        }
    }

    /// One function, and one domain with what its guest pins. Asynchronous, as where it is awaited it would otherwise give
    /// way to the platforms' common one, which asks the directory.
    public func facts(about function: FunctionAddress, _ domain: DomainID?) async -> (FunctionFacts?, DomainFacts?) {
        (model.facts(about: function), model.domainFacts.first { $0.id == domain })
    }

    /// Carries out one effect on one function.
    public func perform(_ effect: AssignmentEffect, on tdi: FunctionAddress) async -> EffectReport {
        switch model.beginEffect(.assignment(effect.name), on: tdi) {
        case .skip(let report): return report
        case .perform(let ending):
            let report = await carryOut(effect, on: tdi)
            return model.endEffect(report, ending)
        }
    }

    /// Carries out one effect on the connection of a DSM.
    public func perform(_ effect: ConnectionEffect, on dsm: FunctionAddress) -> EffectReport {
        model.perform(effect, on: dsm)
    }

    /// Collects evidence of the epoch under the owner's nonce.
    public func collectEvidence(from tdi: FunctionAddress, epoch: LockEpoch, nonce: [UInt8]) -> EvidenceReport {
        model.collectEvidence(from: tdi, epoch: epoch, nonce: nonce)
    }

    /// What was noticed about a DSM and its functions since the last call.
    public func notices(of dsm: FunctionAddress) -> [Notice] { model.drainNotices(of: dsm) }

    /// Shows an operator of the domain where the function is.
    public func publish(_ binding: DomainBinding) async -> EffectReport {
        guard let directory else { return EffectReport(.succeeded) }
        do throws(DirectoryError) {
            try await directory.publish(binding)
            return EffectReport(.succeeded)
        } catch {
            return EffectReport(.failed(.hypervisor), error.message)
        }
    }

    // MARK: Domains

    private func carryOut(_ effect: AssignmentEffect, on tdi: FunctionAddress) async -> EffectReport {
        guard let directory else { return model.carryOut(effect, on: tdi) }
        switch effect {
        case .attach(let domain): return await attach(tdi, to: domain, directory)
        case .detach(let domain): return await detach(tdi, from: domain, directory)
        case .none, .refuse, .releaseHostDriver, .requireConnection, .unbindGuestDriver, .drainDMA, .saveLedger,
            .dropMappings, .lock, .collectEvidence, .appraise, .reconfirm, .accept, .bindGuestDriver, .probePrivate,
            .cut, .askState, .stop, .reset, .compareIdentity, .adoptIdentity, .pause, .restoreConfiguration,
            .proveReturn, .restoreMappings,
            .rekey, .returnHostDriver:
            return model.carryOut(effect, on: tdi)
        }
    }

    /// The hypervisor first; if the host then cannot map, the hypervisor lets go again.
    private func attach(
        _ tdi: FunctionAddress, to domain: DomainID, _ directory: any DomainDirectory
    ) async -> EffectReport {
        let word: String
        do throws(DirectoryError) {
            word = try await directory.attach(tdi, to: domain)
        } catch {
            return EffectReport(error.isUnreachable ? .unknown : .failed(.hypervisor), error.message)
        }
        var report = model.carryOut(.attach(domain), on: tdi)
        if !word.isEmpty { report.detail += "; \(word)" }
        guard case .failed = report.outcome else { return report }
        do throws(DirectoryError) {
            _ = try await directory.detach(tdi, from: domain)
            return report
        } catch {
            return EffectReport(.unknown, "\(report.detail); and the hostdev stays in: \(error.message)")
        }
    }

    /// The host first, so that nothing reaches the VM's memory when the hypervisor lets go.
    private func detach(
        _ tdi: FunctionAddress, from domain: DomainID, _ directory: any DomainDirectory
    ) async -> EffectReport {
        var report = model.carryOut(.detach(domain), on: tdi)
        do throws(DirectoryError) {
            let word = try await directory.detach(tdi, from: domain)
            if !word.isEmpty { report.detail += "; \(word)" }
            return report
        } catch {
            return EffectReport(error.isUnreachable ? .unknown : .failed(.hypervisor), error.message)
        }
    }
}

extension EmulatedHost: NoticeFeed {
    /// What was noticed behind a position, as soon as there is something.
    public func news(after position: UInt64?, patience: UInt64) async -> NoticeNews {
        guard let position else { return model.news(after: nil) }
        let found = await bell.wait(patience) {
            let news = model.news(after: position)
            return news.items.isEmpty && !news.hasGap ? nil : news
        }
        return found ?? model.news(after: position)
    }
}
