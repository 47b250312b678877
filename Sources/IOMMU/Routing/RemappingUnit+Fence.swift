import PCIe

extension RemappingUnit {
    /// The VMs whose T=1 is fenced off, in order.
    public var fencedDomains: [DomainNumber] { fences.sorted() }

    /// Lifts the fence of a VM (SEV-TIO: ASID_FENCE_CLEAR). Where there is none, nothing changes.
    public mutating func clearFence(of domain: DomainNumber) { fences.remove(domain) }

    /// A private DMA that got as far as the tables and faulted there takes all T=1 of its VM with it, where the
    /// platform has it so. What was stopped before that harms nobody else.
    mutating func fence(after fault: Fault, of request: DMARequest) {
        guard profile.fencesAfterFault, request.tBit == .trusted, let domain = contexts[request.requesterID].owner
        else {
            return
        }
        if fault.isInTables { fences.insert(domain) }
    }
}

extension Fault {
    /// Whether the request got as far as the tables, and they led nowhere that it may go.
    public var isInTables: Bool {
        switch check {
        case .notMapped, .permission, .noMemory, .ownership: true
        case .addressRange, .gate, .busMasterDisabled, .notTranslated, .pasid, .noContext, .contextOfOther: false
        }
    }
}
