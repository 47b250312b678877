internal import Assignment
internal import IOMMU
internal import PCIe

/// The host's memory with everything that guards it: an IOMMU for each segment, whose each page is, and what is in it.
///
/// Tables, caches and pages change together here: whoever takes something out of a table has the IOTLB forget it.
struct HostMemory {
    /// How the platform routes DMA.
    let profile: RoutingProfile
    /// The IOMMUs by segment. Each knows the owners of all pages; they are changed together.
    var units: [UInt16: RemappingUnit] = [:]
    var contents = PhysicalMemory()
    /// Conversions of pages that something can still reach, in the order in which guests asked for them.
    var pendingConversions: [PendingConversion] = []
    /// DMA of each function that was let through and has not landed.
    var flights: [FunctionAddress: [DMANumber]] = [:]
    /// The trusted table of a domain in a segment: one for all its devices.
    var trustedTables: [TrustedTable: TableNumber] = [:]
    /// The host's own DMA table of each segment.
    private var hostTables: [UInt16: TableNumber] = [:]

    struct TrustedTable: Hashable {
        let segment: UInt16
        let domain: DomainNumber
    }

    /// Host memory that its drivers use for DMA.
    static let hostBuffers: Range<UInt64> = 0x10_0000..<0x12_0000
    /// Where the memory of domains begins.
    static let domainsBase: UInt64 = 0x20_0000

    /// Lays memory out, and gives domains their pages.
    init(_ profile: RoutingProfile, segments: Set<UInt16>, domains: [EmulatedDomain]) {
        self.profile = profile
        let end = domains.map { $0.base + $0.description.memory }.max() ?? Self.domainsBase
        for segment in segments {
            var unit = RemappingUnit(profile: profile, memorySize: end)
            for domain in domains {
                for range in domain.shared { unit.give(domain.physical(range), to: .shared(domain.number)) }
                for range in domain.private { unit.give(domain.physical(range), to: .private(domain.number)) }
            }
            let table = unit.makeTable(.host)
            try? unit.map(Mapping.covering(Self.hostBuffers, from: 0), in: table)
            hostTables[segment] = table
            units[segment] = unit
        }
    }

    /// Changes the IOMMU of a function's segment.
    mutating func change<Result, Failure: Error>(
        for function: FunctionAddress, _ body: (inout RemappingUnit) throws(Failure) -> Result
    ) throws(Failure) -> Result? {
        guard units[function.segment] != nil else { return nil }
        return try body(&units[function.segment, default: RemappingUnit(memorySize: 0)])
    }

    /// The IOMMU of a function's segment.
    func unit(of function: FunctionAddress) -> RemappingUnit? { units[function.segment] }

    /// What the IOMMU knows of a function.
    func context(of function: FunctionAddress) -> RequesterContext? {
        units[function.segment]?.context(of: function.requesterID)
    }

    /// Says how a function is held from now on, for the VM that it was held for before if none is named.
    mutating func hold(_ function: FunctionAddress, as standing: Standing, for domain: DomainNumber? = nil) {
        change(for: function) { $0.hold(function.requesterID, as: standing, for: domain) }
    }

    mutating func setCanBeTrusted(_ canBeTrusted: Bool, of function: FunctionAddress) {
        change(for: function) { $0.setCanBeTrusted(canBeTrusted, of: function.requesterID) }
    }

    mutating func setBusMaster(_ isOn: Bool, of function: FunctionAddress) {
        change(for: function) { $0.setBusMaster(isOn, of: function.requesterID) }
    }

    // MARK: Untrusted tables

    /// Gives a function the host's own table.
    mutating func attachToHost(_ function: FunctionAddress) {
        guard let table = hostTables[function.segment] else { return }
        change(for: function) { unit in
            unit.detach(.host, from: function.requesterID)
            unit.attachIfWalked(table, to: function.requesterID)
            unit.hold(function.requesterID, as: .host)
        }
    }

    /// Gives a function a table of its own that maps the shared pages of a domain by guest physical address, and what
    /// the guest maps for it where it has an IOMMU.
    mutating func attach(_ function: FunctionAddress, to domain: EmulatedDomain) throws(MappingError) {
        _ = try change(for: function) { unit throws(MappingError) in
            if unit.walksHostTable(for: function.requesterID) {
                let table = unit.makeTable(.host)
                try unit.mapShared(of: domain, in: table)
                unit.attachIfWalked(table, to: function.requesterID)
            }
            unit.hold(function.requesterID, as: .unlocked, for: domain.number)
        }
        try setUpGuestTable(of: function, in: domain)
    }

    /// Takes away a function's untrusted context and the table that was its own, and what a guest mapped for it.
    mutating func detachUntrusted(_ function: FunctionAddress) {
        let shared = hostTables[function.segment]
        change(for: function) { unit in
            for kind in [TableKind.host, .guest] {
                let table = unit.context(of: function.requesterID)[table: kind]
                unit.detach(kind, from: function.requesterID)
                if let table, table != shared { unit.discard(table) }
            }
            unit.askToForget(function.requesterID)
        }
    }

    /// Removes what a ledger holds from the function's table.
    mutating func drop(_ ledger: inout MappingLedger, of function: FunctionAddress) throws(LedgerError) {
        _ = try change(for: function) { unit throws(LedgerError) in
            try unit.dropMappings(&ledger)
            if let table = unit.context(of: function.requesterID).hostTable {
                unit.forget(0..<AddressWidth.bits48.limit, of: table)
            }
        }
    }

    /// Takes everything out of a function's untrusted table, and has it forgotten.
    mutating func emptyHostTable(of function: FunctionAddress) {
        change(for: function) { unit in
            if let table = unit.context(of: function.requesterID).hostTable { unit.empty(table) }
        }
    }

    /// Brings back what a ledger holds.
    mutating func restore(_ ledger: inout MappingLedger, of function: FunctionAddress) throws(LedgerError) {
        _ = try change(for: function) { unit throws(LedgerError) in try unit.restoreMappings(&ledger) }
    }
}

extension RequesterContext {
    /// The table of a kind; nil: no context.
    fileprivate subscript(table kind: TableKind) -> TableNumber? {
        switch kind {
        case .host: hostTable
        case .trusted: trustedTable
        case .guest: guestTable
        }
    }
}

extension RemappingUnit {
    fileprivate mutating func give(_ physical: Range<UInt64>, to owner: FrameOwner) {
        try? transfer(physical, from: .host, to: owner)
    }

    /// Whether a requester's T=0 is translated by host tables.
    fileprivate func walksHostTable(for requester: RequesterID) -> Bool {
        profile.walks(.host, canBeTrusted: context(of: requester).canBeTrusted)
    }

    /// Gives a requester that has none a table, unless the platform walks none of its kind.
    mutating func attachIfWalked(_ table: TableNumber, to requester: RequesterID) { try? attach(table, to: requester) }

    /// Maps the shared pages of a domain, at guest physical addresses moved up by `offset`.
    mutating func mapShared(
        of domain: EmulatedDomain, at offset: UInt64 = 0, in table: TableNumber
    ) throws(MappingError) {
        for range in domain.shared { try map(Mapping.covering(range, from: domain.base, at: offset), in: table) }
    }

    /// Removes all that a table maps, and what is cached of it.
    mutating func empty(_ table: TableNumber) {
        // All there is cannot split a page; it throws only where there is none.
        _ = try? unmapExactly(0..<AddressWidth.bits48.limit, in: table)
        forget(0..<AddressWidth.bits48.limit, of: table)
    }

    /// Removes a table that no context names any more, and what is cached of it.
    mutating func discard(_ table: TableNumber) {
        try? removeTable(table)
        invalidate(.table(table))
    }
}

extension Mapping {
    /// The fewest pages that lead from guest physical addresses, moved up by `offset`, to where they are in memory.
    static func covering(_ range: Range<UInt64>, from base: UInt64, at offset: UInt64 = 0) -> [Mapping] {
        covering(
            address: offset + range.lowerBound, physical: base + range.lowerBound,
            count: range.upperBound - range.lowerBound)
    }
}
