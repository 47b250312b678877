import PCIe

extension RemappingUnit {
    /// Where the first bytes of a DMA go: at most up to the end of their 4 KiB frame. Changes and allocates nothing.
    ///
    /// Throws ``Fault`` with the first check that fails.
    public func translate(_ request: DMARequest) throws(Fault) -> Segment {
        Segment(of: request, in: try page(of: request).page)
    }

    /// Where the first bytes of a DMA go, which the IOTLB remembers. Allocates nothing once the IOTLB is in use.
    ///
    /// Throws like ``translate(_:)``; what faults is not cached.
    public mutating func translateAndCache(_ request: DMARequest) throws(Fault) -> Segment {
        let admission = try admit(request)
        let cached = try cachedPage(of: request, admission)
        return Segment(of: request, in: cached == .none ? try walkAndCache(request, admission) : cached)
    }

    /// Where the page of a request leads, by what is cached or else by the tables, and which tables those are.
    @inline(__always)
    func page(of request: DMARequest) throws(Fault) -> (page: ResolvedPage, tables: TranslationCache.TablePair) {
        let admission = try admit(request)
        let cached = try cachedPage(of: request, admission)
        return (cached == .none ? try walkedPage(of: request, admission) : cached, admission.tables)
    }

    // MARK: Caching

    /// What the IOTLB has for a request, if the request may have it; `none`: nothing that permits the access.
    @inline(__always)
    private func cachedPage(of request: DMARequest, _ admission: Admission) throws(Fault) -> ResolvedPage {
        let page = iotlb.lookUp(request.address >> 12, admission.tables)
        guard page.allows(request.access), !request.isTranslated else { return .none }
        try judge(page, request, admission)
        return page
    }

    /// What the tables say, if the request may have it; a translated request says it itself.
    @inline(never)
    private func walkedPage(of request: DMARequest, _ admission: Admission) throws(Fault) -> ResolvedPage {
        if request.isTranslated { return try translatedPage(of: request, admission) }
        let page = try walk(admission, for: request)
        try judge(page, request, admission)
        return page
    }

    @inline(never)
    private mutating func walkAndCache(
        _ request: DMARequest, _ admission: Admission
    ) throws(Fault) -> ResolvedPage {
        let page = try walkedPage(of: request, admission)
        if !request.isTranslated { iotlb.fill(request.address >> 12, admission.tables, page) }
        return page
    }

    // MARK: Walking

    /// Where the page of a request leads, by the tables as they are.
    @inline(__always)
    private func walk(_ admission: Admission, for request: DMARequest) throws(Fault) -> ResolvedPage {
        let (first, second) = (admission.tables.first, admission.tables.second)
        guard first != .none else { return try walk(second, for: request, from: request.address, 0b11, detail: nil) }
        let end = try leaf(in: first, of: request.address, for: request, detail: nil)
        let guestPhysical = end.physical(of: request.address)
        return try walk(
            second, for: request, from: guestPhysical, end.permissionBits,
            detail: .secondStage(guestPhysical: guestPhysical))
    }

    /// Where an address leads by the second stage, and whose the frame is.
    @inline(__always)
    private func walk(
        _ second: TableNumber, for request: DMARequest, from address: UInt64, _ permissions: UInt64,
        detail: Fault.Detail?
    ) throws(Fault) -> ResolvedPage {
        let end = try leaf(in: second, of: address, for: request, detail: detail)
        let physical = end.physical(of: address)
        guard let owner = ownership.packedOwner(of: physical) else {
            throw Fault(.noMemory(physical: physical), in: tableOwner(second), at: request.address, detail: detail)
        }
        return ResolvedPage(physical: physical, permissionBits: permissions & end.permissionBits, owner: owner)
    }

    /// The leaf of one table for an address.
    @inline(__always)
    private func leaf(
        in number: TableNumber, of address: UInt64, for request: DMARequest, detail: Fault.Detail?
    ) throws(Fault) -> TableNodes.WalkEnd {
        guard let table = tables[Int(number.rawValue)] else { throw Fault(.noContext(request.tBit), at: address) }
        guard address < table.root.limit else {
            throw Fault(.notMapped(level: table.root.levels), in: table.owner, at: request.address, detail: detail)
        }
        let end = nodes.walk(table.root, address)
        guard end.isLeaf else {
            throw Fault(.notMapped(level: end.level), in: table.owner, at: request.address, detail: detail)
        }
        guard end.permissionBits & UInt64(request.access.permission.rawValue) != 0 else {
            throw Fault(.permission(request.access), in: table.owner, at: request.address, detail: detail)
        }
        return end
    }

    // MARK: Judging

    /// Throws unless the request may have the page it leads to, as far as the ownership structure is asked.
    @inline(__always)
    private func judge(_ page: ResolvedPage, _ request: DMARequest, _ admission: Admission) throws(Fault) {
        guard !admission.isChecked || page.owner == admission.owner(at: request.address, vTOM: profile.vTOM) else {
            throw Self.fault(at: page, tableOwner(admission.tables.second), request)
        }
    }

    private static func fault(at page: ResolvedPage, _ table: TableOwner?, _ request: DMARequest) -> Fault {
        let owner = page.owner.owner
        return Fault(
            .ownership(physical: page.physical | request.address & 0xFFF, owner), in: table, at: request.address,
            rule: rule(broken: request.tBit, reaching: owner))
    }

    /// The rule that reaching this frame would have broken.
    private static func rule(broken tBit: TBit, reaching found: FrameOwner) -> RoutingRule? {
        switch (tBit, found) {
        case (.trusted, .host), (.trusted, .shared), (.trusted, .private): .noTrustedDMAWithoutRun
        case (.untrusted, .private): .noUntrustedDMAToPrivate
        case (.untrusted, .host), (.untrusted, .shared): nil
        }
    }

    // MARK: Translated requests

    /// The page of a request that names a host physical address, which its device had from a translation. No table is
    /// walked; whose the frame is, is looked at on every platform that takes such requests at all.
    private func translatedPage(of request: DMARequest, _ admission: Admission) throws(Fault) -> ResolvedPage {
        let context = contexts[request.requesterID]
        guard context.isATSEnabled, profile.cell(.translation, context.standing, request.tBit).isOpen else {
            throw Fault(.noContext(request.tBit), at: request.address, detail: .translatedRequest)
        }
        guard let owner = ownership.packedOwner(of: request.address) else {
            throw Fault(.noMemory(physical: request.address), at: request.address, detail: .translatedRequest)
        }
        let page = ResolvedPage(physical: request.address, permissionBits: 0b11, owner: owner)
        guard admission.allowsTranslated(owner) else { throw Self.fault(at: page, nil, request) }
        return page
    }
}

extension Segment {
    /// The bytes of a request in the page it leads to.
    @inline(__always)
    fileprivate init(of request: DMARequest, in page: ResolvedPage) {
        let offset = request.address & 0xFFF
        self.init(
            physical: page.physical | offset, count: min(request.count, PageOwnership.frameSize &- offset),
            owner: page.owner.owner)
    }
}
