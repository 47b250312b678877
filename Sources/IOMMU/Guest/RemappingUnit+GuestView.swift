public import PCIe

extension RemappingUnit {
    /// What the IOMMU driver of the VM that holds a function would believe of a DMA, beside what really happens, page by
    /// page; pages that look alike are one part. Empty: the host has the function, and no VM sees its DMA. Changes
    /// nothing.
    ///
    /// - Parameters:
    ///   - request: the DMA with the address that the guest's driver gave its device.
    ///   - translated: what the device sends instead, where it holds a translation to the page.
    public func guestView(of request: DMARequest, sentAs translated: DMARequest? = nil) -> [GuestPart] {
        let context = contexts[request.requesterID]
        guard context.owner != nil, request.count > 0 else { return [] }
        let (sum, overflows) = request.address.addingReportingOverflow(request.count)
        let end = overflows ? .max : sum
        var parts: [GuestPart] = []
        var rest = request
        rest.count = 1
        while rest.address < end {
            let belief = belief(about: rest, context)
            let route = route(rest)
            let next = min(belief.end(of: rest.address), route.end(of: rest.address), end)
            parts.append(merging: part(rest, upTo: next, belief, route, context))
            rest.address = next
        }
        return translated.map { translated in parts.map { behind(translated, $0) } } ?? parts
    }

    /// The part where the device sends a translated request instead.
    private func behind(_ translated: DMARequest, _ part: GuestPart) -> GuestPart {
        var first = translated
        first.count = 1
        let route = route(first)
        guard route != part.route else { return part }
        return GuestPart(
            addresses: part.addresses, belief: part.belief, guestPhysical: nil, route: route, finding: .heldTranslation)
    }

    /// The same for all that the guest's table maps and all that the function reaches with one T value; for a guest
    /// without an IOMMU: for its memory, at these device addresses.
    public func guestView(of requester: RequesterID, _ tBit: TBit, memory: [Range<UInt64>]) -> [GuestPart] {
        let mapped = profile.walks(.guest) ? tableRecord(contexts[requester].guest).map(addresses) ?? [] : memory
        let ranges = (mapped + reachableRanges(of: requester, tBit).map(\.addresses)).merged
        return ranges.reduce(into: []) { parts, range in
            let request = DMARequest(
                requesterID: requester, tBit: tBit, address: range.lowerBound,
                count: range.upperBound - range.lowerBound, access: .read)
            for part in guestView(of: request) { parts.append(merging: part) }
        }
    }

    private func addresses(mappedBy table: Table) -> [Range<UInt64>] {
        MappingSequence(of: table.root, among: nodes, in: 0..<table.width.limit)
            .map { $0.address..<$0.address + $0.pageSize.bytes }
    }

    private func part(
        _ request: DMARequest, upTo end: UInt64, _ belief: GuestBelief, _ route: Route, _ context: RequesterContext
    ) -> GuestPart {
        let actual = guestPhysical(of: request, context, belief)
        return GuestPart(
            addresses: request.address..<end, belief: belief, guestPhysical: actual, route: route,
            finding: finding(belief, actual, route, request.tBit))
    }

    /// The guest's own table, walked as its driver would: whatever the T bit says.
    private func belief(about request: DMARequest, _ context: RequesterContext) -> GuestBelief {
        guard profile.walks(.guest) else { return identity(of: request, context) }
        let number = request.pasid.map { contexts[request.requesterID, $0] ?? .none } ?? context.guest
        guard let table = tableRecord(number) else {
            return .stopped(Fault(.noContext(request.tBit), at: request.address))
        }
        let end = request.address < table.width.limit ? nodes.walk(table.root, request.address) : nil
        guard let end, end.isLeaf else {
            let level = end?.level ?? table.width.levels
            return .stopped(Fault(.notMapped(level: level), in: table.owner, at: request.address))
        }
        guard end.permissionBits & UInt64(request.access.permission.rawValue) != 0 else {
            return .stopped(Fault(.permission(request.access), in: table.owner, at: request.address))
        }
        return .mapped(guestPhysical: end.physical(of: request.address))
    }

    /// A guest without an IOMMU. Where there is a vTOM it says shared by that bit, which is no part of the address.
    private func identity(of request: DMARequest, _ context: RequesterContext) -> GuestBelief {
        guard request.tBit == .trusted, let vTOM = profile.vTOM, request.address >= vTOM else {
            return .physical(request.address, isFromVTOM: false)
        }
        return .physical(request.address - vTOM, isFromVTOM: true)
    }

    /// The address that the second stage is asked for.
    private func guestPhysical(
        of request: DMARequest, _ context: RequesterContext, _ belief: GuestBelief
    ) -> UInt64? {
        guard case .walked(let walk) = cell(of: request.requesterID, request.tBit).passage else { return nil }
        switch (walk.hasFirstStage, belief) {
        case (true, .mapped(let guestPhysical)), (_, .physical(let guestPhysical, _)): return guestPhysical
        case (true, .stopped): return nil
        case (false, .mapped), (false, .stopped): return request.address
        }
    }

    private func finding(_ belief: GuestBelief, _ actual: UInt64?, _ route: Route, _ tBit: TBit) -> GuestFinding {
        switch (belief, route) {
        case (.physical, .reaches), (.stopped, .faults): return .none
        case (.physical, .faults(let fault)): return .stoppedUnseen(rule: fault.rule)
        case (.stopped, .reaches):
            return actual.map { .identityFlip(believed: nil, actual: $0, isStopped: false) } ?? .none
        case (.mapped(let believed), .reaches):
            guard let actual, actual != believed else { return .none }
            return .identityFlip(believed: believed, actual: actual, isStopped: false)
        case (.mapped(let believed), .faults(let fault)):
            guard profile.viommu == .split, tBit == .untrusted else { return .stoppedUnseen(rule: fault.rule) }
            return actual.map { .identityFlip(believed: believed, actual: $0, isStopped: true) }
                ?? .identityFlipRefused(believed: believed, rule: fault.rule)
        }
    }
}
