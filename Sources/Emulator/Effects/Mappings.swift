internal import Assignment
public import IOMMU
public import PCIe

// The untrusted mappings: written down, put away, brought back.

extension HostModel {
    mutating func saveLedger(_ function: EmulatedFunction) -> EffectReport {
        let address = function.address
        guard let number = domainNumber(of: address), let unit = memory.unit(of: address) else {
            return EffectReport(.failed(.other), "the function is in no domain")
        }
        time += latencies.tables
        do throws(LedgerError) {
            let ledger = try unit.saveMappings(of: address.requesterID, domain: number)
            software[address]?.ledger = ledger
            return EffectReport(.succeeded, "\(ledger.mappings.count) mappings")
        } catch {
            return EffectReport(.failed(.other), "the mappings cannot be saved: \(error)")
        }
    }

    mutating func dropMappings(_ function: EmulatedFunction, _ device: EmulatedDevice) -> EffectReport {
        let address = function.address
        guard var ledger = software[address]?.ledger else {
            return EffectReport(.failed(.other), "the mappings were not saved")
        }
        memory.hold(address, as: .locked)
        do throws(LedgerError) {
            try memory.drop(&ledger, of: address)
        } catch {
            return EffectReport(.failed(.other), "the mappings cannot be dropped: \(error)")
        }
        software[address]?.ledger = ledger
        advance(latencies.tables, device)
        guard !owesInvalidations(function) else {
            return EffectReport(.failed(.timedOut), "the device does not answer an invalidation of its translations")
        }
        return EffectReport(.succeeded, "\(ledger.mappings.count) mappings dropped, T=0 reaches nothing")
    }

    /// Brings the mappings back, opens the gate, and shows what only then can be shown. If that fails nothing passes again,
    /// and the mappings are away as before.
    mutating func restoreMappings(_ function: EmulatedFunction, _ device: EmulatedDevice) -> EffectReport {
        let address = function.address
        guard let id = software[address]?.domain, let domain = domains[id] else {
            return EffectReport(.failed(.other), "the function is in no domain")
        }
        time += latencies.tables
        let dropped = software[address]?.ledger.flatMap { $0.stage == .dropped ? $0 : nil }
        var restored = dropped
        do throws(LedgerError) {
            if var ledger = dropped {
                try memory.restore(&ledger, of: address)
                restored = ledger
            }
        } catch {
            return EffectReport(.failed(.other), "the mappings cannot be restored: \(error)")
        }
        let map = memory.returnMap(of: address, restored)
        memory.hold(address, as: .unlocked, for: domain.number)
        showRestoreDefects(of: address, in: domain, map)
        let report = proveOpen(function, device, map, restored?.restorationSummary ?? "the mappings were never dropped")
        if report.outcome == .succeeded {
            software[address]?.ledger = nil
        } else if dropped != nil {
            memory.emptyHostTable(of: address)
        }
        return report
    }

    /// The IOMMU's number for the domain that has a function; nil: the host has it.
    public func domainNumber(of function: FunctionAddress) -> DomainNumber? {
        software[function]?.domain.flatMap { domains[$0]?.number }
    }
}

extension MappingLedger {
    /// What came back and what was left out, for a person.
    fileprivate var restorationSummary: String {
        let pages = leftOut.reduce(0) { $0 + $1.addresses.upperBound - $1.addresses.lowerBound } / 4096
        let without = pages == 0 ? "" : ", \(pages) pages left out: no longer shared pages of the domain"
        return "\(mappings.count) mappings restored\(without)"
    }
}
