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

    /// A guest converts pages; the VMM and the TSM have every table let go of them first.
    mutating func convertPages(_ id: DomainID, _ first: UInt64, _ size: UInt64, _ toShared: Bool) {
        guard var domain = domains[id], size > 0, first.isMultiple(of: 4096), size.isMultiple(of: 4096),
            first <= domain.description.memory, size <= domain.description.memory - first
        else { return }
        let untrusted = software.keys.sorted().filter { address in
            software[address]?.domain == id && software[address]?.ledger?.stage != .dropped
        }
        let range = first..<first + size
        guard (try? memory.convert(range, of: domain, toShared: toShared, untrusted: untrusted)) != nil else { return }
        domain.convert(range, toShared: toShared)
        domains[id] = domain
    }
}
