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
    /// Everything that DMA of a requester with one T value can reach now, in order of device addresses; neighbours that
    /// continue each other are one range.
    public func reachableRanges(of requester: RequesterID, _ tBit: TBit) -> [ReachableRange] {
        let context = contexts[requester]
        guard context.isBusMaster, let kind = profile.tables(for: tBit), let number = context.table(kind),
            let owned = tables[Int(number.rawValue)], let allowed = allowed(context.gate, tBit, owned.owner)
        else { return [] }
        var ranges: [ReachableRange] = []
        for mapping in owned.table.mappings {
            for physical in mapping.physicalFrames where ownership.owner(of: physical) == allowed {
                let address = mapping.address + (physical - mapping.physical)
                ranges.append(
                    merging: ReachableRange(
                        addresses: address..<address + PageOwnership.frameSize, physical: physical,
                        permissions: mapping.permissions, owner: allowed))
            }
        }
        return ranges
    }

    private func allowed(_ gate: DMAGate, _ tBit: TBit, _ table: TableOwner) -> FrameOwner? {
        switch (profile.permit(gate, tBit), table) {
        case (.refuse, .host), (.refuse, .trusted): nil
        case (.reach(let owner), .host): owner
        case (.reach(let owner), .trusted(let domain)): owner == .private(domain) ? owner : nil
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
