public import PCIe

/// An IOMMU with what it protects: contexts by requester ID and T, translation tables, and whose each page of memory is.
///
/// A value: who owns it changes it by these functions, and copies it to try something out. What the host maps in its own
/// tables is not judged when it maps it, but when a DMA gets there.
public struct RemappingUnit: Hashable, Sendable {
    /// How the platform routes DMA.
    public let profile: TranslationProfile
    /// Whose each page is.
    public internal(set) var ownership: PageOwnership
    /// Conversions that were asked for and have not completed, in the order in which they were asked for.
    public internal(set) var conversions: [PageConversion] = []
    var contexts = ContextTable()
    /// Tables by number; nil: removed.
    var tables: ContiguousArray<OwnedTable?> = []

    struct OwnedTable: Hashable {
        let owner: TableOwner
        var table = TranslationTable()
    }

    /// Creates a unit without contexts over `memorySize` bytes of memory that are all the host's.
    public init(profile: TranslationProfile = .emulated, memorySize: UInt64) {
        self.profile = profile
        ownership = PageOwnership(size: memorySize)
    }

    // MARK: Contexts

    /// What is known of a requester.
    public func context(of requester: RequesterID) -> RequesterContext { contexts[requester] }

    /// Says what DMA of a requester may reach at all.
    public mutating func setGate(_ gate: DMAGate, of requester: RequesterID) { contexts[requester].gate = gate }

    /// Says whether a requester can master the bus.
    public mutating func setBusMaster(_ isBusMaster: Bool, of requester: RequesterID) {
        contexts[requester].isBusMaster = isBusMaster
    }

    /// Gives a requester a context that walks a table: for T=0 the host's, for T=1 a trusted one, as the profile says.
    ///
    /// Throws `noSuchTable`, `notWalked`, or `occupied` when it already has one.
    public mutating func attach(_ number: TableNumber, to requester: RequesterID) throws(ContextError) {
        guard let owner = tableOwner(number) else { throw .noSuchTable(number) }
        let kind = owner.kind
        guard profile.untrusted == kind || profile.trusted == kind else { throw .notWalked(kind) }
        if let table = contexts[requester].table(kind) { throw .occupied(by: table) }
        switch kind {
        case .host: contexts[requester].hostTable = number
        case .trusted: contexts[requester].trustedTable = number
        }
    }

    /// Takes a requester's context of a kind away, if it has one. Taking the trusted one is the platform's cut of T=1.
    public mutating func detach(_ kind: TranslationProfile.Tables, from requester: RequesterID) {
        switch kind {
        case .host: contexts[requester].hostTable = nil
        case .trusted: contexts[requester].trustedTable = nil
        }
    }

    // MARK: Tables

    /// Makes an empty table.
    public mutating func makeTable(_ owner: TableOwner) -> TableNumber {
        tables.append(OwnedTable(owner: owner))
        return TableNumber(rawValue: UInt32(tables.count - 1))
    }

    /// Removes a table with all its mappings.
    ///
    /// Throws `noSuchTable`, or `inUse` while a context names it.
    public mutating func removeTable(_ number: TableNumber) throws(ContextError) {
        guard tableOwner(number) != nil else { throw .noSuchTable(number) }
        if let user = contexts.requesters(using: number).first { throw .inUse(by: user) }
        tables[Int(number.rawValue)] = nil
    }

    /// Who owns a table; nil: there is no such table.
    public func tableOwner(_ number: TableNumber) -> TableOwner? {
        tables.indices.contains(Int(number.rawValue)) ? tables[Int(number.rawValue)]?.owner : nil
    }

    /// A table; nil: there is no such table.
    public func table(_ number: TableNumber) -> TranslationTable? {
        tables.indices.contains(Int(number.rawValue)) ? tables[Int(number.rawValue)]?.table : nil
    }

    /// Adds pages to a table, all or none.
    ///
    /// Throws what ``TranslationTable/map(_:)-([Mapping])`` does; `noSuchTable`; `conversionPending`; and, for a trusted
    /// table, `ownership` when a page is not a private page of its domain.
    public mutating func map(_ mappings: [Mapping], in number: TableNumber) throws(MappingError) {
        guard let owner = tableOwner(number) else { throw .noSuchTable(number) }
        for mapping in mappings { try check(mapping, mayBeMappedBy: owner) }
        try tables[Int(number.rawValue)]?.table.map(mappings)
    }

    /// Removes every page of a range from a table and says which they were.
    ///
    /// Throws what ``TranslationTable/unmap(_:)`` does, and `noSuchTable`.
    @discardableResult
    public mutating func unmap(
        _ range: Range<UInt64>, in number: TableNumber
    ) throws(MappingError) -> [Mapping] {
        guard tableOwner(number) != nil else { throw .noSuchTable(number) }
        return try tables[Int(number.rawValue)]?.table.unmap(range) ?? []
    }

    private func check(_ mapping: Mapping, mayBeMappedBy owner: TableOwner) throws(MappingError) {
        if let conversion = conversion(touching: mapping.physicalAddresses) { throw .conversionPending(conversion) }
        switch owner {
        case .host: return
        case .trusted(let domain):
            for physical in mapping.physicalFrames where ownership.owner(of: physical) != .private(domain) {
                throw .ownership(physical: physical, ownership.owner(of: physical))
            }
        }
    }
}
