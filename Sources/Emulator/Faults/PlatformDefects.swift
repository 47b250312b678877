internal import Assignment
internal import IOMMU
internal import PCIe

// What a platform does wrong on purpose, so that the proof of return has something to find.

extension HostModel {
    mutating func add(_ defect: PlatformDefect, to address: FunctionAddress) {
        switch defect {
        case .staleTranslation: keepStaleTranslation(of: address)
        case .wideRestore, .trustedEntryReturns: software[address]?.restoreDefects.insert(defect)
        }
    }

    private mutating func keepStaleTranslation(of address: FunctionAddress) {
        guard let domain = software[address]?.domain.flatMap({ domains[$0] }), let page = domain.lastPrivateRingPage
        else {
            return
        }
        let target = memory.deviceAddress(page, .untrusted, of: address)
        memory.change(for: address) {
            $0.keepStale(target, of: address.requesterID, to: domain.base + page, once: .shared(domain.number))
        }
    }

    /// The mappings of a function have just come back: what was to go wrong with that does.
    mutating func showRestoreDefects(of address: FunctionAddress, in domain: EmulatedDomain, _ map: ReturnMap) {
        guard let defects = software[address]?.restoreDefects, !defects.isEmpty else { return }
        software[address]?.restoreDefects = []
        if defects.contains(.trustedEntryReturns) { try? memory.openTrusted(address, for: domain) }
        if defects.contains(.wideRestore), let end = map.inside.last?.upperBound, let page = domain.shared.first {
            memory.mapOnePage(end, to: domain.base + page.lowerBound, for: address)
        }
    }
}

extension HostMemory {
    fileprivate mutating func mapOnePage(_ device: UInt64, to physical: UInt64, for function: FunctionAddress) {
        let page = Mapping.covering(address: device, physical: physical, count: PageOwnership.frameSize)
        change(for: function) { unit in
            if let table = unit.context(of: function.requesterID).hostTable { try? unit.map(page, in: table) }
        }
    }
}
