public import PCIe

extension RemappingUnit {
    /// Writes down the untrusted mappings of a requester: none where the platform walks no untrusted tables. Changes
    /// nothing.
    ///
    /// Throws `noContext`, or `sharedTable` when the table is not the requester's alone.
    public func saveMappings(
        of requester: RequesterID, domain: DomainNumber
    ) throws(LedgerError) -> MappingLedger {
        let mappings = try ownTable(of: requester).flatMap(table).map { Array($0.mappings) } ?? []
        return MappingLedger(requesterID: requester, domain: domain, mappings: mappings)
    }

    /// Removes the mappings of a ledger from the table.
    ///
    /// Throws `stage` unless it was just saved, `changedSinceSaved` when the table holds anything else, and what
    /// ``saveMappings(of:domain:)`` does.
    public mutating func dropMappings(_ ledger: inout MappingLedger) throws(LedgerError) {
        guard ledger.stage == .saved else { throw .stage(ledger.stage) }
        if let number = try ownTable(of: ledger.requesterID) {
            guard let table = table(number), table.mappings.elementsEqual(ledger.mappings) else {
                throw .changedSinceSaved
            }
            clear(number)
        }
        ledger.stage = .dropped
    }

    /// Maps again what a ledger holds, but for pages that are no longer shared pages of its domain, and writes those
    /// down in the ledger.
    ///
    /// Throws `stage` unless it was dropped and not yet restored, `trustedContextPresent`, `tableNotEmpty`, and what
    /// ``saveMappings(of:domain:)`` does.
    public mutating func restoreMappings(_ ledger: inout MappingLedger) throws(LedgerError) {
        guard ledger.stage == .dropped else { throw .stage(ledger.stage) }
        guard contexts[ledger.requesterID].trustedTable == nil else { throw .trustedContextPresent }
        var restoration = Restoration()
        if let number = try ownTable(of: ledger.requesterID) { try restore(ledger, in: number, &restoration) }
        ledger.stage = .restored(leftOut: restoration.leftOut)
    }

    private mutating func restore(
        _ ledger: MappingLedger, in number: TableNumber, _ restoration: inout Restoration
    ) throws(LedgerError) {
        if let mapping = table(number)?.mappings.first(where: { _ in true }) { throw .tableNotEmpty(mapping) }
        for mapping in ledger.mappings { add(mapping, of: ledger.domain, to: &restoration) }
        do throws(MappingError) {
            try map(restoration.mappings, in: number)
        } catch {
            throw .mapping(error)
        }
    }

    /// What comes back, and what does not.
    private struct Restoration {
        var mappings: [Mapping] = []
        var leftOut: [LeftOutPages] = []
    }

    /// Adds a mapping as it is, or, if some of its frames have to be left out, the fewest pages that map the others.
    private func add(_ mapping: Mapping, of domain: DomainNumber, to restoration: inout Restoration) {
        var kept = mapping.physical..<mapping.physical
        var pieces: [Mapping] = []
        func close() {
            guard !kept.isEmpty else { return }
            pieces += Mapping.covering(
                address: mapping.address + (kept.lowerBound - mapping.physical), physical: kept.lowerBound,
                count: kept.upperBound - kept.lowerBound, permissions: mapping.permissions)
        }
        for frame in mapping.physicalFrames {
            let next = frame + PageOwnership.frameSize
            guard let reason = reasonToLeaveOut(frame, of: domain) else {
                kept = kept.lowerBound..<next
                continue
            }
            close()
            kept = next..<next
            restoration.leftOut.append(frame: frame, at: mapping.address + (frame - mapping.physical), reason)
        }
        if kept == mapping.physicalAddresses {
            restoration.mappings.append(mapping)
        } else {
            close()
            restoration.mappings += pieces
        }
    }

    private func reasonToLeaveOut(_ frame: UInt64, of domain: DomainNumber) -> LeftOutPages.Reason? {
        guard let owner = ownership.owner(of: frame) else { return .noMemory }
        guard owner == .shared(domain) else { return .owner(owner) }
        return conversion(touching: frame..<frame + 1) == nil ? nil : .conversionPending
    }

    /// The host table of a requester, which nobody else may use; nil where the platform walks none.
    private func ownTable(of requester: RequesterID) throws(LedgerError) -> TableNumber? {
        guard profile.walks(.host) else { return nil }
        guard let number = contexts[requester].hostTable else { throw .noContext(requester) }
        if let other = contexts.requesters(using: number).first(where: { $0 != requester }) {
            throw .sharedTable(with: other)
        }
        return number
    }
}

extension [LeftOutPages] {
    /// Adds one frame, to the last run where it goes on from there.
    fileprivate mutating func append(frame physical: UInt64, at address: UInt64, _ reason: LeftOutPages.Reason) {
        let end = address + PageOwnership.frameSize
        guard let last, last.addresses.upperBound == address, last.reason == reason,
            last.physical + (last.addresses.upperBound - last.addresses.lowerBound) == physical
        else {
            append(LeftOutPages(addresses: address..<end, physical: physical, reason: reason))
            return
        }
        self[endIndex - 1].addresses = last.addresses.lowerBound..<end
    }
}
