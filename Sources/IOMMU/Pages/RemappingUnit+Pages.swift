extension RemappingUnit {
    /// Gives pages of the host to a VM, or pages of a VM back to the host.
    ///
    /// - Parameters:
    ///   - physical: host physical addresses, whole frames.
    ///   - owner: whose they were, all of them.
    ///   - newOwner: whose they become.
    ///
    /// Throws ``PageError``: `notThroughHost` unless one of the two is the host, `ownership`, `conversionPending`,
    /// `reachable` while DMA can get to one of them, `misaligned`, `noMemory`.
    public mutating func transfer(
        _ physical: Range<UInt64>, from owner: FrameOwner, to newOwner: FrameOwner
    ) throws(PageError) {
        guard (owner == .host) != (newOwner == .host) else { throw .notThroughHost }
        try require(physical, ownedBy: owner)
        if let conversion = conversion(touching: physical) { throw .conversionPending(conversion) }
        if let reach = reach(of: physical) { throw .reachable(reach) }
        try ownership.give(physical, to: newOwner)
    }

    /// First step of a conversion: from now on nobody can map the pages. What is mapped or cached stays, until its
    /// owner removes and invalidates it; it is no matter in which state any device is.
    ///
    /// Throws ``PageError``: `ownership` when a page is not what is to be converted, `conversionPending`, `misaligned`,
    /// `noMemory`.
    public mutating func requestConversion(_ conversion: PageConversion) throws(PageError) {
        try require(conversion.physical, ownedBy: conversion.before)
        if let other = self.conversion(touching: conversion.physical) { throw .conversionPending(other) }
        conversions.append(conversion)
    }

    /// Second step: the pages change, now that no DMA can reach them.
    ///
    /// Throws `notRequested`, or `reachable` while something can; the conversion stays pending then.
    public mutating func completeConversion(_ conversion: PageConversion) throws(PageError) {
        try completeConversion(conversion) { $0.reach(of: $1) }
    }

    /// The same, held up by what a rule says: tests put a faulty one in place of ``reach(of:)``.
    mutating func completeConversion(
        _ conversion: PageConversion, heldBy rule: (RemappingUnit, Range<UInt64>) -> PageReach?
    ) throws(PageError) {
        guard let index = conversions.firstIndex(of: conversion) else { throw .notRequested }
        if let reach = rule(self, conversion.physical) { throw .reachable(reach) }
        try ownership.give(conversion.physical, to: conversion.after)
        conversions.remove(at: index)
    }

    /// Gives a conversion up; the pages stay what they are. Throws `notRequested`.
    public mutating func cancelConversion(_ conversion: PageConversion) throws(PageError) {
        guard let index = conversions.firstIndex(of: conversion) else { throw .notRequested }
        conversions.remove(at: index)
    }

    /// What can reach pages by DMA; nil: nothing. The one place that knows all ways: tables, the IOTLB, what devices
    /// have cached, and DMA in flight.
    public func reach(of physical: Range<UInt64>) -> PageReach? {
        if ownership.isMapped(physical), let mapped = mapping(of: physical) { return mapped }
        if let entry = iotlb.first(reaching: physical) { return .cached(entry.secondStage, address: entry.address) }
        if let entry = deviceCaches.first(reaching: physical) {
            return .cachedByDevice(entry.requester, address: entry.address)
        }
        return flights.first(reaching: physical).map { .inFlight($0) }
    }

    /// The first second-stage page that leads to a frame of the range.
    private func mapping(of physical: Range<UInt64>) -> PageReach? {
        for (number, table) in tables.enumerated() {
            guard let table, table.owner.kind != .guest else { continue }
            for mapping in MappingSequence(of: table.root, among: nodes, in: 0..<table.width.limit)
            where mapping.physicalAddresses.overlaps(physical) {
                return .mapped(TableNumber(rawValue: UInt32(number)), address: mapping.address)
            }
        }
        return nil
    }

    /// The pending conversion that has a page of the range.
    func conversion(touching physical: Range<UInt64>) -> PageConversion? {
        conversions.first { $0.physical.overlaps(physical) }
    }

    private func require(_ physical: Range<UInt64>, ownedBy owner: FrameOwner) throws(PageError) {
        guard let frame = try ownership.firstFrame(of: physical, notOwnedBy: owner) else { return }
        throw .ownership(physical: frame, ownership.owner(of: frame) ?? .host)
    }
}
