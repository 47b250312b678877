extension RemappingUnit {
    /// Makes an empty table.
    public mutating func makeTable(_ owner: TableOwner, width: AddressWidth = .bits48) -> TableNumber {
        tables.append(Table(owner: owner, width: width, root: nodes.makeRoot(width)))
        return TableNumber(rawValue: UInt32(tables.count - 1))
    }

    /// Removes a table with all its mappings. What was cached from it stays cached.
    ///
    /// Throws `noSuchTable`, or `inUse` while a context names it.
    public mutating func removeTable(_ number: TableNumber) throws(ContextError) {
        guard let table = tableRecord(number) else { throw .noSuchTable(number) }
        if let user = contexts.requesters(using: number).first { throw .inUse(by: user) }
        clear(number)
        nodes.recycle(table.root.node)
        tables[Int(number.rawValue)] = nil
    }

    /// Who owns a table; nil: there is no such table.
    @inline(__always)
    public func tableOwner(_ number: TableNumber) -> TableOwner? { tableRecord(number)?.owner }

    /// A table; nil: there is no such table.
    public func table(_ number: TableNumber) -> TranslationTable? {
        tableRecord(number).map { TranslationTable($0.root, of: nodes, width: $0.width) }
    }

    /// Adds pages to a table, all or none.
    ///
    /// Throws what ``TranslationTable/map(_:)-([Mapping])`` does; `noSuchTable`; for a second-stage table
    /// `conversionPending`; and for a trusted one whose mappings the platform judges `ownership`, when a page is not a
    /// private page of its domain.
    public mutating func map(_ mappings: [Mapping], in number: TableNumber) throws(MappingError) {
        guard let table = tableRecord(number) else { throw .noSuchTable(number) }
        for mapping in mappings { try check(mapping, mayBeMappedBy: table.owner) }
        for (index, mapping) in mappings.enumerated() {
            do throws(MappingError) {
                try mapping.check(table.width)
                try nodes.map(mapping, in: table.root)
            } catch {
                for added in mappings[..<index] { nodes.remove(added, from: table.root) }
                throw error
            }
        }
        for mapping in mappings { count(mapping, of: table.owner, isAdded: true) }
    }

    /// Removes every page of a range from a table and says which they were. What was cached of them stays cached until
    /// an invalidation completes.
    ///
    /// Throws what ``TranslationTable/unmap(_:)`` does, and `noSuchTable`.
    @discardableResult
    public mutating func unmap(
        _ range: Range<UInt64>, in number: TableNumber
    ) throws(MappingError) -> [Mapping] {
        guard let table = tableRecord(number) else { throw .noSuchTable(number) }
        let removed = Array(MappingSequence(of: table.root, among: nodes, in: range))
        guard !removed.isEmpty else { throw .notMapped(range) }
        for mapping in removed where !range.contains(mapping.addresses) { throw .splitsPage(mapping) }
        for mapping in removed {
            nodes.remove(mapping, from: table.root)
            count(mapping, of: table.owner, isAdded: false)
        }
        return removed
    }

    /// Makes pages begin at an address, as ``TranslationTable/split(at:)`` does. Throws `noSuchTable`.
    public mutating func split(at address: UInt64, in number: TableNumber) throws(MappingError) {
        guard let table = tableRecord(number) else { throw .noSuchTable(number) }
        guard address % PageSize.small.bytes == 0, address < table.width.limit else { return }
        nodes.split(at: address, in: table.root)
    }

    /// Removes what a table maps in a range of device addresses, whole 4 KiB pages, and splits pages that reach out of
    /// it; nothing mapped there is well too. Returns what it removed.
    ///
    /// Throws `noSuchTable`.
    @discardableResult
    public mutating func unmapExactly(
        _ range: Range<UInt64>, in number: TableNumber
    ) throws(MappingError) -> [Mapping] {
        try split(at: range.lowerBound, in: number)
        try split(at: range.upperBound, in: number)
        guard let table = tableRecord(number), nodes.first(in: range, of: table.root) != nil else { return [] }
        return try unmap(range, in: number)
    }

    /// Removes all pages of a table.
    mutating func clear(_ number: TableNumber) {
        guard let width = tableRecord(number)?.width else { return }
        _ = try? unmap(0..<width.limit, in: number)
    }

    @inline(__always)
    func tableRecord(_ number: TableNumber) -> Table? {
        tables.indices.contains(Int(number.rawValue)) ? tables[Int(number.rawValue)] : nil
    }

    private func check(_ mapping: Mapping, mayBeMappedBy owner: TableOwner) throws(MappingError) {
        switch owner {
        case .guest: return
        case .host, .trusted:
            if let conversion = conversion(touching: mapping.physicalAddresses) { throw .conversionPending(conversion) }
        }
        guard case .trusted(let domain) = owner, profile.ownership.judgesMappings else { return }
        for physical in mapping.physicalFrames where ownership.owner(of: physical) != .private(domain) {
            throw .ownership(physical: physical, ownership.owner(of: physical))
        }
    }

    /// Keeps count of the second-stage mappings of each frame. A guest's table leads to no frame by itself.
    private mutating func count(_ mapping: Mapping, of owner: TableOwner, isAdded: Bool) {
        switch owner {
        case .host, .trusted: ownership.count(mapping.physicalAddresses, isAdded: isAdded)
        case .guest: return
        }
    }
}
