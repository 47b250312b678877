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

    /// Brings the mappings back, and shows that one DMA inside them arrives. If it does not, nothing passes again.
    mutating func restoreMappings(_ function: EmulatedFunction, _ device: EmulatedDevice) -> EffectReport {
        let address = function.address
        guard let number = domainNumber(of: address) else {
            return EffectReport(.failed(.other), "the function is in no domain")
        }
        time += latencies.tables
        var detail = "the mappings were never dropped"
        if var ledger = software[address]?.ledger, ledger.stage == .dropped {
            do throws(LedgerError) {
                try memory.restore(&ledger, of: address)
            } catch {
                return EffectReport(.failed(.other), "the mappings cannot be restored: \(error)")
            }
            detail = "\(ledger.mappings.count) mappings restored\(ledger.leftOutSummary)"
        }
        software[address]?.ledger = nil
        memory.hold(address, as: .unlocked, for: number)
        let report = proveRestored(function, device, detail)
        if report.outcome != .succeeded { memory.hold(address, as: .locked) }
        return report
    }

    /// The IOMMU's number for the domain that has a function; nil: the host has it.
    public func domainNumber(of function: FunctionAddress) -> DomainNumber? {
        software[function]?.domain.flatMap { domains[$0]?.number }
    }
}

extension MappingLedger {
    /// What was left out, for a person; empty if nothing was.
    fileprivate var leftOutSummary: String {
        guard case .restored(let leftOut) = stage, !leftOut.isEmpty else { return "" }
        let pages = leftOut.reduce(0) { $0 + $1.addresses.upperBound - $1.addresses.lowerBound } / 4096
        return ", \(pages) pages left out: no longer shared pages of the domain"
    }
}
