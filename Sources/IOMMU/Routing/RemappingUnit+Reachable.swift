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
    /// Everything that untranslated DMA of a requester with one T value can reach now: by what tables map and by what
    /// is still cached of them. In order of device addresses; neighbours that continue each other are one range. An
    /// address is in two of them where what is cached permits less than what is mapped now.
    public func reachableRanges(
        of requester: RequesterID, _ tBit: TBit, pasid: PASID? = nil
    ) -> [ReachableRange] {
        let probe = DMARequest(requesterID: requester, tBit: tBit, pasid: pasid, address: 0, count: 1, access: .read)
        guard let admission = try? admit(probe) else { return [] }
        let stages = [admission.tables.first, admission.tables.second].compactMap(tableRecord)
        guard let outer = stages.first else { return [] }
        var stale = iotlb.entries.filter { $0.tables == admission.tables }[...]
        var ranges: [ReachableRange] = []
        for mapping in MappingSequence(of: outer.root, among: nodes, in: 0..<outer.width.limit) {
            for offset in stride(from: 0, to: mapping.pageSize.bytes, by: Int(PageOwnership.frameSize)) {
                let page = (mapping.address + offset) >> 12
                while let entry = stale.first, entry.page < page {
                    add(entry.page, entry.resolved, admission, to: &ranges)
                    stale.removeFirst()
                }
                let cached = stale.first?.page == page ? stale.removeFirst().resolved : .none
                add(page, cached, admission, to: &ranges)
                let mapped = resolve(mapping, offset, behind: stages.dropFirst().first)
                add(page, mapped.permitting(beyond: cached), admission, to: &ranges)
            }
        }
        for entry in stale { add(entry.page, entry.resolved, admission, to: &ranges) }
        return ranges
    }

    /// Adds a page, if the requester may have what it leads to.
    private func add(
        _ page: UInt64, _ resolved: ResolvedPage, _ admission: Admission, to ranges: inout [ReachableRange]
    ) {
        let allowed = admission.owner(at: page << 12, vTOM: profile.vTOM)
        guard resolved.owner == allowed || !admission.isChecked, resolved.permissionBits != 0 else { return }
        ranges.append(
            merging: ReachableRange(
                addresses: page << 12..<(page + 1) << 12, physical: resolved.physical,
                permissions: resolved.permissions, owner: resolved.owner.owner))
    }

    /// Where a frame of an outer mapping leads, with the permissions that all tables on the way leave it; `none`:
    /// nowhere.
    private func resolve(_ mapping: Mapping, _ offset: UInt64, behind inner: Table?) -> ResolvedPage {
        var permissions = UInt64(mapping.permissions.rawValue)
        var target = mapping.physical + offset
        if let inner {
            guard target < inner.width.limit else { return .none }
            let end = nodes.walk(inner.root, target)
            guard end.isLeaf else { return .none }
            permissions &= end.permissionBits
            target = end.physical(of: target)
        }
        guard let owner = ownership.packedOwner(of: target) else { return .none }
        return ResolvedPage(physical: target, permissionBits: permissions, owner: owner)
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
