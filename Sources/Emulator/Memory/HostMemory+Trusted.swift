internal import Assignment
internal import IOMMU
internal import PCIe

// What opens and closes with private operation.

extension HostMemory {
    /// Opens the trusted context entry of a function: all private pages of a domain by guest physical address, and its
    /// shared ones too, from vTOM on or by T=0, where the platform declares that.
    mutating func openTrusted(_ function: FunctionAddress, for domain: EmulatedDomain) throws(MappingError) {
        let key = TrustedTable(segment: function.segment, domain: domain.number)
        let known = trustedTables[key]
        let table = try change(for: function) { unit throws(MappingError) in
            let table: TableNumber
            if let known { table = known } else { table = try unit.makeTrustedTable(of: domain) }
            unit.detach(.trusted, from: function.requesterID)
            unit.attachIfWalked(table, to: function.requesterID)
            if unit.profile.declaresMixedTraffic, let shared = unit.context(of: function.requesterID).hostTable {
                try unit.mapShared(of: domain, in: shared)
            }
            unit.hold(function.requesterID, as: .run, for: domain.number)
            return table
        }
        trustedTables[key] = table
    }

    /// The platform's own cut of T=1: the trusted context entry is gone, and nothing of the function passes.
    mutating func cutTrusted(_ function: FunctionAddress) {
        change(for: function) { unit in
            let context = unit.context(of: function.requesterID)
            unit.hold(function.requesterID, as: .error)
            unit.detach(.trusted, from: function.requesterID)
            // Opened with the trusted entry, closed with it.
            if unit.profile.declaresMixedTraffic, context.trustedTable != nil, let shared = context.hostTable {
                unit.empty(shared)
            }
            unit.askToForget(function.requesterID)
        }
    }

    /// Whether nothing of a function passes, whatever its tables say: it is held closed, or its VM is behind a fence.
    func isShut(_ function: FunctionAddress) -> Bool {
        guard let context = context(of: function) else { return false }
        let isFenced = context.owner.map { unit(of: function)?.fencedDomains.contains($0) == true } ?? false
        return context.standing.isSilent || context.standing == .run && isFenced
    }

    /// Lifts the fence that a private DMA of the domain has put up, if any.
    mutating func clearFence(of domain: DomainNumber, for function: FunctionAddress) {
        change(for: function) { $0.clearFence(of: domain) }
    }
}

extension RemappingUnit {
    fileprivate mutating func makeTrustedTable(of domain: EmulatedDomain) throws(MappingError) -> TableNumber {
        let table = makeTable(.trusted(domain.number))
        for range in domain.private { try map(Mapping.covering(range, from: domain.base), in: table) }
        if let vTOM = profile.vTOM { try mapShared(of: domain, at: vTOM, in: table) }
        return table
    }
}
