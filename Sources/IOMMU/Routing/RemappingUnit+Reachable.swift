public import PCIe

/// Device addresses that a requester can use with one T value, and the contiguous memory behind them.
public struct ReachableRange: Hashable, Sendable, Codable {
    /// The device addresses.
    public let addresses: Range<UInt64>
    /// First host physical address.
    public let physical: UInt64
    /// What the device may do there.
    public let permissions: Permissions
    /// Whose memory it is.
    public let owner: FrameOwner
}

extension RemappingUnit {
    /// Everything that untranslated DMA of a requester with one T value can reach now: by what tables map and by what is
    /// still cached of them. In order of device addresses; neighbours that continue each other are one range.
    public func reachableRanges(
        of requester: RequesterID, _ tBit: TBit, pasid: PASID? = nil
    ) -> [ReachableRange] {
        let probe = DMARequest(requesterID: requester, tBit: tBit, pasid: pasid, address: 0, count: 1, access: .read)
        guard let admission = try? admit(probe) else { return [] }
        let cached = iotlb.entries.filter { $0.tables == admission.tables }
        let stale = Dictionary(cached.map { ($0.page, $0.resolved) }) { first, _ in first }
        var pages = stale
        let stages = [admission.tables.first, admission.tables.second].compactMap(tableRecord)
        guard let outer = stages.first else { return [] }
        for mapping in MappingSequence(of: outer.root, among: nodes, in: 0..<outer.width.limit) {
            for address in stride(from: mapping.address, to: mapping.addresses.upperBound, by: 4096)
            where stale[address >> 12] == nil {
                pages[address >> 12] = resolve(address, stages)
            }
        }
        var ranges: [ReachableRange] = []
        for (page, resolved) in pages.sorted(by: { $0.key < $1.key }) {
            let allowed = admission.owner(at: page << 12, vTOM: profile.vTOM)
            guard resolved.owner == allowed || !admission.isChecked, resolved.permissionBits != 0 else {
                continue
            }
            ranges.append(
                merging: ReachableRange(
                    addresses: page << 12..<(page + 1) << 12, physical: resolved.physical,
                    permissions: resolved.permissions,
                    owner: resolved.owner.owner))
        }
        return ranges
    }

    /// Where a page leads, with the permissions that all tables on the way leave it; nil: nowhere.
    private func resolve(_ address: UInt64, _ stages: [Table]) -> ResolvedPage? {
        var permissions: UInt64 = 0b11
        var target = address
        for table in stages {
            guard target < table.width.limit else { return nil }
            let end = nodes.walk(table.root, target)
            guard end.isLeaf else { return nil }
            permissions &= end.permissionBits
            target = end.physical(of: target)
        }
        return ownership.packedOwner(of: target).map {
            ResolvedPage(physical: target, permissionBits: permissions, owner: $0)
        }
    }
}

extension [ReachableRange] {
    /// Appends a range, to the last one where it goes on from there.
    fileprivate mutating func append(merging next: ReachableRange) {
        guard let last, last.addresses.upperBound == next.addresses.lowerBound,
            last.physical + (last.addresses.upperBound - last.addresses.lowerBound) == next.physical,
            last.permissions == next.permissions, last.owner == next.owner
        else {
            append(next)
            return
        }
        self[endIndex - 1] = ReachableRange(
            addresses: last.addresses.lowerBound..<next.addresses.upperBound, physical: last.physical,
            permissions: last.permissions, owner: last.owner)
    }
}
