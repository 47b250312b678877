internal import Assignment
internal import IOMMU
internal import PCIe

// Pages on their way between private and shared. A guest asks, every table lets go, caches forget, and only when
// nothing can reach the pages any more do they change.

/// A conversion that something still holds up.
struct PendingConversion {
    /// The guest physical pages.
    let pages: Range<UInt64>
    let domain: DomainID
    let conversion: PageConversion
}

extension HostMemory {
    /// First step: every table lets go of the pages, the IOTLBs forget them, and the devices are asked to.
    mutating func requestConversion(
        of pages: Range<UInt64>, in domain: EmulatedDomain, toShared: Bool, untrusted: [FunctionAddress]
    ) throws(PageError) {
        let conversion = PageConversion(
            of: domain.physical(pages), domain: domain.number, toShared ? .toShared : .toPrivate)
        for segment in units.keys.sorted() {
            guard var unit = units[segment] else { continue }
            try unit.requestConversion(conversion)
            for (table, offset) in tables(of: domain, in: segment, untrusted) {
                let addresses = offset + pages.lowerBound..<offset + pages.upperBound
                _ = try? unit.unmapExactly(addresses, in: table)
                unit.forget(addresses, of: table)
            }
            units[segment] = unit
        }
        pendingConversions.append(
            PendingConversion(pages: pages, domain: domain.description.id, conversion: conversion))
    }

    /// What still reaches the pages of a pending conversion, and in which segment; nil: nothing, it can be completed.
    func reach(of pending: PendingConversion) -> (segment: UInt16, reach: PageReach)? {
        for segment in units.keys.sorted() {
            if let reach = units[segment]?.reach(of: pending.conversion.physical) { return (segment, reach) }
        }
        return nil
    }

    /// Second step: the pages change, and those map them who may have them: the trusted tables the private ones, the
    /// untrusted tables given the shared ones.
    mutating func complete(
        _ pending: PendingConversion, in domain: EmulatedDomain, untrusted: [FunctionAddress]
    ) throws(PageError) {
        for segment in units.keys.sorted() {
            guard var unit = units[segment] else { continue }
            try unit.completeConversion(pending.conversion)
            let isShared = pending.conversion.direction == .toShared
            for (table, offset) in tables(of: domain, in: segment, untrusted)
            where isShared == isForShared(table, offset, in: unit) {
                try? unit.map(Mapping.covering(pending.pages, from: domain.base, at: offset), in: table)
            }
            units[segment] = unit
        }
        pendingConversions.removeAll { $0.conversion == pending.conversion }
    }

    /// The second-stage tables of a domain, and by how much the addresses in them are moved up: those of its functions
    /// for T=0, and the trusted one, which has its shared pages from vTOM on.
    private func tables(
        of domain: EmulatedDomain, in segment: UInt16, _ untrusted: [FunctionAddress]
    ) -> [(TableNumber, offset: UInt64)] {
        guard let unit = units[segment] else { return [] }
        let own = untrusted.filter { $0.segment == segment }.compactMap { unit.context(of: $0.requesterID).hostTable }
        let trusted = trustedTables[TrustedTable(segment: segment, domain: domain.number)]
        return own.map { ($0, 0) }
            + (trusted.map { table in [0, profile.vTOM].compactMap { $0 }.map { (table, $0) } } ?? [])
    }

    /// Whether a table has shared pages at this offset.
    private func isForShared(_ table: TableNumber, _ offset: UInt64, in unit: RemappingUnit) -> Bool {
        unit.tableOwner(table)?.kind == .host || offset != 0
    }
}
