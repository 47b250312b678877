internal import IOMMU
internal import PCIe

/// What T=0 of a function that comes back has to reach, and what not: device addresses.
struct ReturnMap {
    /// Where it has to arrive: in order, without neighbours that touch.
    let inside: [Range<UInt64>]
    /// What was mapped before, and may not come back.
    let leftOut: [Range<UInt64>]

    /// Where nothing may arrive, in order: in each page that was left out, right beside each range, and far away.
    var outside: [UInt64] {
        let beside = inside.flatMap { [$0.lowerBound &- PageOwnership.frameSize, $0.upperBound] }
        let pages = leftOut.flatMap { stride(from: $0.lowerBound, to: $0.upperBound, by: Int(PageOwnership.frameSize)) }
        return Set(pages + beside + [Self.farAway]).sorted().filter { address in
            address < AddressWidth.bits48.limit && !inside.contains { $0.contains(address) }
        }
    }

    private static let farAway: UInt64 = 1 << 46
}

extension HostMemory {
    /// What a ledger brought back; nil: the mappings were never dropped, and are what they are.
    func returnMap(of function: FunctionAddress, _ ledger: MappingLedger?) -> ReturnMap {
        let mapped = ledger?.mappings ?? table(.host, of: function).map { Array($0.mappings) } ?? []
        let leftOut = ledger?.leftOut.map(\.addresses) ?? []
        return ReturnMap(
            inside: deviceAddresses(mapped.map(\.addresses).subtracting(leftOut), of: function),
            leftOut: deviceAddresses(leftOut, of: function))
    }

    /// What the host's own DMA table has.
    func returnMapOfHost(for function: FunctionAddress) -> ReturnMap {
        let isTranslated = context(of: function)?.hostTable != nil
        return ReturnMap(inside: isTranslated ? [Self.hostBuffers] : [], leftOut: [])
    }

    /// Where a function finds guest physical addresses by T=0: nowhere, as they are, or where its guest's table has them.
    private func deviceAddresses(_ ranges: [Range<UInt64>], of function: FunctionAddress) -> [Range<UInt64>] {
        let canBeTrusted = context(of: function)?.canBeTrusted ?? true
        guard case .walked(let walk) = profile.cell(.unlocked, .untrusted, canBeTrusted: canBeTrusted).passage else {
            return []
        }
        guard walk.hasFirstStage else { return ranges.merged }
        let pages = table(.guest, of: function).map { Array($0.mappings) } ?? []
        return pages.flatMap { page in
            ranges.map { $0.clamped(to: page.physicalAddresses) }.filter { !$0.isEmpty }.map { range in
                let first = page.address + (range.lowerBound - page.physical)
                return first..<first + (range.upperBound - range.lowerBound)
            }
        }.merged
    }

    private func table(_ kind: TableKind, of function: FunctionAddress) -> TranslationTable? {
        guard let unit = unit(of: function) else { return nil }
        let context = unit.context(of: function.requesterID)
        return (kind == .guest ? context.guestTable : context.hostTable).flatMap(unit.table)
    }
}

extension MappingLedger {
    /// What did not come back.
    var leftOut: [LeftOutPages] {
        switch stage {
        case .saved, .dropped: []
        case .restored(let leftOut): leftOut
        }
    }
}

extension [Range<UInt64>] {
    /// The same addresses in order, in as few ranges as can be.
    fileprivate var merged: Self {
        sorted { $0.lowerBound < $1.lowerBound }.reduce(into: []) { merged, range in
            guard let last = merged.last, last.upperBound >= range.lowerBound else { return merged.append(range) }
            merged[merged.count - 1] = last.lowerBound..<Swift.max(last.upperBound, range.upperBound)
        }
    }

    /// The addresses that are in none of other ranges.
    fileprivate func subtracting(_ others: Self) -> Self {
        others.reduce(self) { rest, other in
            rest.flatMap { range -> Self in
                guard range.overlaps(other) else { return [range] }
                return [
                    range.lowerBound..<Swift.max(range.lowerBound, other.lowerBound),
                    Swift.min(range.upperBound, other.upperBound)..<range.upperBound,
                ].filter { !$0.isEmpty }
            }
        }
    }
}
