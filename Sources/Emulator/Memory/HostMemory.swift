internal import Assignment
internal import IOMMU
internal import PCIe

/// The host's memory with everything that guards it: an IOMMU for each segment, whose each page is, and what is in it.
struct HostMemory {
    /// The IOMMUs by segment. Each knows the owners of all pages; they are changed together.
    private(set) var units: [UInt16: RemappingUnit] = [:]
    var contents = PhysicalMemory()
    /// The host's own DMA table of each segment.
    private var hostTables: [UInt16: TableNumber] = [:]
    /// The trusted table of a domain in a segment: one for all its devices.
    private var trustedTables: [TrustedTable: TableNumber] = [:]

    private struct TrustedTable: Hashable {
        let segment: UInt16
        let domain: DomainNumber
    }

    /// Host memory that its drivers use for DMA.
    static let hostBuffers: Range<UInt64> = 0x10_0000..<0x12_0000
    /// Where the memory of domains begins.
    static let domainsBase: UInt64 = 0x20_0000

    /// Lays memory out, and gives domains their pages.
    init(segments: Set<UInt16>, domains: [EmulatedDomain]) {
        let end = domains.map { $0.base + $0.description.memory }.max() ?? Self.domainsBase
        for segment in segments {
            var unit = RemappingUnit(memorySize: end)
            for domain in domains {
                for range in domain.shared { unit.give(domain.physical(range), to: .shared(domain.number)) }
                for range in domain.private { unit.give(domain.physical(range), to: .private(domain.number)) }
            }
            let table = unit.makeTable(.host)
            let size = Self.hostBuffers.upperBound - Self.hostBuffers.lowerBound
            let buffers = Mapping.covering(
                address: Self.hostBuffers.lowerBound, physical: Self.hostBuffers.lowerBound, count: size)
            try? unit.map(buffers, in: table)
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

    mutating func setGate(_ gate: DMAGate, of function: FunctionAddress) {
        change(for: function) { $0.setGate(gate, of: function.requesterID) }
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
            try? unit.attach(table, to: function.requesterID)
            unit.setGate(.ordinary, of: function.requesterID)
        }
    }

    /// Gives a function a table of its own that maps the shared pages of a domain, IOVA = guest physical address.
    mutating func attach(_ function: FunctionAddress, to domain: EmulatedDomain) throws(MappingError) {
        _ = try change(for: function) { unit throws(MappingError) in
            let table = unit.makeTable(.host)
            for range in domain.shared {
                let mappings = Mapping.covering(
                    address: range.lowerBound, physical: domain.base + range.lowerBound,
                    count: range.upperBound - range.lowerBound)
                try unit.map(mappings, in: table)
            }
            try? unit.attach(table, to: function.requesterID)
            unit.setGate(.sharedOnly(domain.number), of: function.requesterID)
        }
    }

    /// Takes a function's untrusted context away, and the table that was its own.
    mutating func detachUntrusted(_ function: FunctionAddress) {
        let shared = hostTables[function.segment]
        change(for: function) { unit in
            let table = unit.context(of: function.requesterID).hostTable
            unit.detach(.host, from: function.requesterID)
            if let table, table != shared { try? unit.removeTable(table) }
        }
    }

    // MARK: Trusted tables

    /// Opens the trusted context entry of a function: all private pages of a domain, IOVA = guest physical address.
    mutating func openTrusted(_ function: FunctionAddress, for domain: EmulatedDomain) throws(MappingError) {
        let key = TrustedTable(segment: function.segment, domain: domain.number)
        let known = trustedTables[key]
        let table = try change(for: function) { unit throws(MappingError) in
            let table: TableNumber
            if let known { table = known } else { table = try unit.makeTrustedTable(of: domain) }
            unit.detach(.trusted, from: function.requesterID)
            try? unit.attach(table, to: function.requesterID)
            unit.setGate(.privateOnly(domain.number), of: function.requesterID)
            return table
        }
        trustedTables[key] = table
    }

    /// The platform's own cut of T=1: the trusted context entry is gone, and nothing of the function passes.
    mutating func cutTrusted(_ function: FunctionAddress) {
        change(for: function) { unit in
            unit.setGate(.silent, of: function.requesterID)
            unit.detach(.trusted, from: function.requesterID)
        }
    }

    // MARK: Conversion of pages

    /// Converts pages of a domain. Every table lets go of them first; afterwards the tables of those who may have them
    /// map them: trusted tables the private ones, the untrusted tables given the shared ones.
    mutating func convert(
        _ range: Range<UInt64>, of domain: EmulatedDomain, toShared: Bool, untrusted: [FunctionAddress]
    ) throws(PageError) {
        let conversion = PageConversion(
            of: domain.physical(range), domain: domain.number, toShared ? .toShared : .toPrivate)
        for segment in units.keys.sorted() {
            guard var unit = units[segment] else { continue }
            try unit.requestConversion(conversion)
            let trusted = trustedTables[TrustedTable(segment: segment, domain: domain.number)]
            let own = untrusted.filter { $0.segment == segment }
                .compactMap { unit.context(of: $0.requesterID).hostTable }
            for table in own + (trusted.map { [$0] } ?? []) { unit.punch(range, outOf: table) }
            try unit.completeConversion(conversion)
            let mappings = Mapping.covering(
                address: range.lowerBound, physical: conversion.physical.lowerBound,
                count: range.upperBound - range.lowerBound)
            for table in toShared ? own : trusted.map({ [$0] }) ?? [] { try? unit.map(mappings, in: table) }
            units[segment] = unit
        }
    }
}

extension RemappingUnit {
    fileprivate mutating func give(_ physical: Range<UInt64>, to owner: FrameOwner) {
        try? transfer(physical, from: .host, to: owner)
    }

    fileprivate mutating func makeTrustedTable(of domain: EmulatedDomain) throws(MappingError) -> TableNumber {
        let table = makeTable(.trusted(domain.number))
        for range in domain.private {
            let mappings = Mapping.covering(
                address: range.lowerBound, physical: domain.base + range.lowerBound,
                count: range.upperBound - range.lowerBound)
            try map(mappings, in: table)
        }
        return table
    }

    /// Removes a range from a table, splitting pages that reach out of it.
    fileprivate mutating func punch(_ range: Range<UInt64>, outOf table: TableNumber) {
        for mapping in self.table(table).map({ Array($0.mappings(in: range)) }) ?? [] {
            let whole = mapping.address..<mapping.address + mapping.pageSize.bytes
            guard (try? unmap(whole, in: table)) != nil else { continue }
            let rests = [
                whole.lowerBound..<max(whole.lowerBound, min(range.lowerBound, whole.upperBound)),
                min(whole.upperBound, max(range.upperBound, whole.lowerBound))..<whole.upperBound,
            ]
            for rest in rests where !rest.isEmpty {
                let physical = mapping.physical + (rest.lowerBound - mapping.address)
                let pieces = Mapping.covering(
                    address: rest.lowerBound, physical: physical, count: rest.upperBound - rest.lowerBound)
                try? map(pieces, in: table)
            }
        }
    }
}
