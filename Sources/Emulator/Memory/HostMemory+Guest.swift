internal import Assignment
internal import IOMMU
internal import PCIe

// What a guest with an IOMMU of its own maps for its device: the rings of its driver, at device addresses of the
// guest's choice. They are not the rings' guest physical addresses, so that it shows when the guest's table is passed
// by.

/// Where a guest lets its driver's rings appear to the device.
enum GuestRing {
    /// The ring in shared pages.
    static let shared: UInt64 = 0x8_0000
    /// The ring in private pages.
    static let `private`: UInt64 = 0xC_0000
}

extension HostMemory {
    /// The guest sets up its table for a function, or sets it up anew after its pages changed.
    mutating func setUpGuestTable(of function: FunctionAddress, in domain: EmulatedDomain) throws(MappingError) {
        guard profile.walks(.guest) else { return }
        _ = try change(for: function) { unit throws(MappingError) in
            let requester = function.requesterID
            let table = unit.context(of: requester).guestTable ?? unit.makeTable(.guest(domain.number))
            try unit.unmapExactly(0..<AddressWidth.bits48.limit, in: table)
            unit.forget(0..<AddressWidth.bits48.limit, of: table)
            for (tBit, address) in [(TBit.untrusted, GuestRing.shared), (.trusted, GuestRing.private)] {
                guard let ring = domain.ring(tBit) else { continue }
                let pages = Mapping.covering(
                    address: address, physical: ring.lowerBound, count: ring.upperBound - ring.lowerBound)
                try unit.map(pages, in: table)
            }
            unit.attachIfWalked(table, to: requester)
        }
    }

    /// The device address by which DMA with this T value gets to a guest physical one: another where the guest's table
    /// is walked and maps it, the same otherwise.
    func deviceAddress(_ guestPhysical: UInt64, _ tBit: TBit, of function: FunctionAddress) -> UInt64 {
        let standing: Standing = tBit == .trusted ? .run : .unlocked
        guard case .walked(let walk) = profile.cell(standing, tBit).passage, walk.hasFirstStage,
            let unit = units[function.segment],
            let table = unit.context(of: function.requesterID).guestTable.flatMap(unit.table),
            let page = table.mappings.first(where: { $0.physicalAddresses.contains(guestPhysical) })
        else { return guestPhysical }
        return page.address + (guestPhysical - page.physical)
    }
}

extension EmulatedDomain {
    /// The guest physical pages that a driver gives its device for transfers with this T value; nil: it has none.
    func ring(_ tBit: TBit) -> Range<UInt64>? {
        let ranges = tBit == .trusted ? self.private : shared
        return ranges.first.map { $0.lowerBound..<min($0.upperBound, $0.lowerBound + WorkloadState.ringPages * 4096) }
    }

    /// The last page of the private ring: its driver's, and not beside the shared pages, where one mapping too many would
    /// be mistaken for it.
    var lastPrivateRingPage: UInt64? { ring(.trusted).map { $0.upperBound - 4096 } }
}
