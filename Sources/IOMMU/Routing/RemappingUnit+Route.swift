import PCIe

extension RemappingUnit {
    /// Where a DMA goes. Everything is decided here; ``explain(_:)`` only tells how. Changes nothing: what is cached counts,
    /// and nothing more is cached.
    public func route(_ request: DMARequest) -> Route {
        Self.route(request) { piece throws(Fault) in try translate(piece) }
    }

    /// Routes a DMA and does what a DMA does: its translations are cached, and where the platform has it so, a private DMA
    /// that faults fences its VM off.
    public mutating func perform(_ request: DMARequest) -> Route {
        let route = Self.route(request) { piece throws(Fault) in try translateAndCache(piece) }
        switch route {
        case .reaches: break
        case .faults(let fault): fence(after: fault, of: request)
        }
        return route
    }

    /// Where the first bytes of a DMA go: at most up to the end of their 4 KiB frame. Changes and allocates nothing.
    ///
    /// Throws ``Fault`` with the first check that fails.
    public func translate(_ request: DMARequest) throws(Fault) -> Segment {
        if request.isTranslated { return try passTranslated(request) }
        return segment(of: request, try page(of: request, try admit(request)))
    }

    /// Where the first bytes of a DMA go, which the IOTLB remembers. Allocates nothing once the IOTLB is in use.
    ///
    /// Throws like ``translate(_:)``; what faults is not cached.
    public mutating func translateAndCache(_ request: DMARequest) throws(Fault) -> Segment {
        if request.isTranslated { return try passTranslated(request) }
        let admission = try admit(request)
        let cached = iotlb.lookUp(request.address >> 12, admission.tables)
        if cached.allows(request.access) {
            try judge(cached, request, admission)
            return segment(of: request, cached)
        }
        let page = try walk(admission, for: request)
        try judge(page, request, admission)
        iotlb.fill(request.address >> 12, admission.tables, page)
        return segment(of: request, page)
    }

    /// Where the page of a request leads, by what is cached or else by the tables, if it may go there.
    @inline(__always)
    func page(of request: DMARequest, _ admission: Admission) throws(Fault) -> ResolvedPage {
        let cached = iotlb.lookUp(request.address >> 12, admission.tables)
        let page = cached.allows(request.access) ? cached : try walk(admission, for: request)
        try judge(page, request, admission)
        return page
    }

    /// Translates the pieces of a request one after the other. It is judged as one.
    private static func route(
        _ request: DMARequest, _ translate: (DMARequest) throws(Fault) -> Segment
    ) -> Route {
        var segments: [Segment] = []
        var rest = request
        do throws(Fault) {
            while true {
                let piece = try translate(rest)
                segments.append(merging: piece)
                guard piece.count < rest.count else { return .reaches(segments) }
                rest.address += piece.count
                rest.count -= piece.count
            }
        } catch {
            return .faults(error)
        }
    }

    // MARK: Walking

    /// Where the page of a request leads, by the tables as they are.
    func walk(_ admission: Admission, for request: DMARequest) throws(Fault) -> ResolvedPage {
        var address = request.address
        var permissions: UInt64 = 0b11
        if let first = admission.first {
            let end = try walk(first, to: address, for: request, detail: nil)
            permissions = end.permissionBits
            address = end.physical(of: address)
        }
        let detail = admission.first.map { _ in Fault.Detail.secondStage(guestPhysical: address) }
        let end = try walk(admission.second, to: address, for: request, detail: detail)
        let physical = end.physical(of: address)
        guard let owner = ownership.packedOwner(of: physical) else {
            throw Fault(.noMemory(physical: physical), in: admission.second.owner, at: request.address, detail: detail)
        }
        return ResolvedPage(physical: physical, permissionBits: permissions & end.permissionBits, owner: owner)
    }

    /// The leaf of one table for an address.
    @inline(__always)
    private func walk(
        _ table: Table, to address: UInt64, for request: DMARequest, detail: Fault.Detail?
    ) throws(Fault) -> TableNodes.WalkEnd {
        guard address < table.width.limit else {
            throw Fault(.notMapped(level: table.width.levels), in: table.owner, at: request.address, detail: detail)
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

    /// Throws unless the request may reach the page, where the ownership structure is asked.
    @inline(__always)
    private func judge(_ page: ResolvedPage, _ request: DMARequest, _ admission: Admission) throws(Fault) {
        let allowed = admission.allowed.owner(at: request.address)
        guard page.owner == allowed || !admission.allowed.isChecked else {
            throw Self.fault(page.physical | request.address & 0xFFF, page.owner, admission.second.owner, request)
        }
    }

    /// The bytes of a request in its page.
    @inline(__always)
    private func segment(of request: DMARequest, _ page: ResolvedPage) -> Segment {
        let offset = request.address & 0xFFF
        return Segment(
            physical: page.physical | offset, count: min(request.count, PageOwnership.frameSize &- offset),
            owner: page.owner.owner)
    }

    private static func fault(
        _ physical: UInt64, _ owner: PackedOwner, _ table: TableOwner?, _ request: DMARequest
    ) -> Fault {
        Fault(
            .ownership(physical: physical, owner.owner), in: table, at: request.address,
            rule: rule(broken: request.tBit, reaching: owner.owner))
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

    /// A request that names a host physical address, which its device had from a translation. No table is walked; whose
    /// the frame is, is looked at on every platform that takes such requests at all.
    private func passTranslated(_ request: DMARequest) throws(Fault) -> Segment {
        let admission = try admit(request)
        let context = contexts[request.requesterID]
        guard context.isATSEnabled, profile.cell(.translation, context.standing, request.tBit).isOpen else {
            throw Fault(.noContext(request.tBit), at: request.address, detail: .translatedRequest)
        }
        guard let owner = ownership.packedOwner(of: request.address) else {
            throw Fault(.noMemory(physical: request.address), at: request.address, detail: .translatedRequest)
        }
        guard owner == admission.allowed.owner || owner == admission.allowed.ownerAbove else {
            throw Self.fault(request.address, owner, nil, request)
        }
        let rest = PageOwnership.frameSize - request.address % PageOwnership.frameSize
        return Segment(physical: request.address, count: min(request.count, rest), owner: owner.owner)
    }
}

extension [Segment] {
    /// Appends a segment, to the last one where it goes on from there.
    fileprivate mutating func append(merging next: Segment) {
        guard let last, last.physical + last.count == next.physical, last.owner == next.owner else {
            append(next)
            return
        }
        self[endIndex - 1].count += next.count
    }
}
