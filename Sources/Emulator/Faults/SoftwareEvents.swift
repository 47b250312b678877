internal import Assignment
internal import IOMMU
internal import PCIe

// What happens to the software around a function: drivers, hypervisor, virtual machines.

extension HostModel {
    mutating func hang(_ address: FunctionAddress, _ hangs: Bool) {
        software[address]?.isHung = hangs
        guard hangs, let device = deviceOf[address], software[address]?.hasGuestDriver == true else { return }
        notices.post(.device(address, .driverTimeout), of: device)
    }

    mutating func loseHostdev(_ address: FunctionAddress) {
        guard let (device, function) = locate(address), software[address]?.domain != nil else { return }
        removeFromDomain(function, device)
        notices.post(.device(address, .hostdevRemoved), of: device.address)
    }

    mutating func stopDomain(_ id: DomainID) {
        domains[id]?.isRunning = false
        for address in software.keys.sorted() where software[address]?.domain == id {
            software[address]?.hasGuestDriver = false
            guard let device = deviceOf[address] else { continue }
            notices.post(.device(address, .domainStopped), of: device)
        }
    }

    /// A guest converts pages; the VMM and the TSM have every table let go of them first. What is not whole pages of
    /// the other kind, or on its way already, is refused. What something can still reach is held, not refused.
    mutating func convertPages(_ id: DomainID, _ first: UInt64, _ size: UInt64, _ toShared: Bool) -> EventRefusal? {
        guard let domain = domains[id] else {
            return EventRefusal(name: .noSuchDomain, message: "there is no domain \(id)", rule: nil)
        }
        guard size > 0, first.isMultiple(of: 4096), size.isMultiple(of: 4096), first <= domain.description.memory,
            size <= domain.description.memory - first
        else {
            let name = domain.description.name
            return EventRefusal(name: .noSuchPages, message: "these are no pages of \(name)", rule: nil)
        }
        do throws(PageError) {
            try memory.requestConversion(
                of: first..<first + size, in: domain, toShared: toShared, untrusted: untrustedTables(of: id))
        } catch {
            return EventRefusal(error, names(in: 0))
        }
        completeConversions()
        return nil
    }

    /// Completes the conversions whose pages nothing can reach any more.
    mutating func completeConversions() {
        followTranslations()
        landDMA()
        for pending in memory.pendingConversions where memory.reach(of: pending) == nil {
            guard var domain = domains[pending.domain] else { continue }
            do throws(PageError) {
                try memory.complete(pending, in: domain, untrusted: untrustedTables(of: pending.domain))
            } catch {
                continue
            }
            domain.convert(pending.pages, toShared: pending.conversion.direction == .toShared)
            domains[pending.domain] = domain
            for function in functions(in: pending.domain) { try? memory.setUpGuestTable(of: function, in: domain) }
        }
    }

    private func functions(in domain: DomainID) -> [FunctionAddress] {
        software.keys.sorted().filter { software[$0]?.domain == domain }
    }

    /// The functions whose untrusted tables map a domain's shared pages now.
    private func untrustedTables(of domain: DomainID) -> [FunctionAddress] {
        functions(in: domain).filter { address in
            software[address]?.ledger?.stage != .dropped
                || memory.profile.declaresMixedTraffic && memory.context(of: address)?.trustedTable != nil
        }
    }
}
