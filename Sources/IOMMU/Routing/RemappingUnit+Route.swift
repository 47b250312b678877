import PCIe

extension RemappingUnit {
    /// Where a DMA goes. Everything is decided here; ``explain(_:)`` only tells how.
    public func route(_ request: DMARequest) -> Route {
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

    /// Where the first bytes of a DMA go: at most up to the end of their 4 KiB frame. Allocates nothing.
    ///
    /// Throws ``Fault`` with the first check that fails.
    public func translate(_ request: DMARequest) throws(Fault) -> Segment {
        guard request.count > 0, !request.address.addingReportingOverflow(request.count - 1).overflow else {
            throw Fault(.addressRange, at: request.address)
        }
        let context = contexts[request.requesterID]
        let allowed = try owner(allowedTo: request, in: context)
        let owned = try table(for: request, in: context, reaching: allowed)
        let (physical, pageRest) = try walk(owned, for: request)
        guard let found = ownership.owner(of: physical) else {
            throw Fault(.noMemory(physical: physical), in: owned.owner, at: request.address)
        }
        guard found == allowed else {
            throw Fault(
                .ownership(physical: physical, found), in: owned.owner, at: request.address,
                rule: Self.rule(broken: request.tBit, reaching: found))
        }
        return Segment(physical: physical, count: min(request.count, pageRest), owner: found)
    }

    /// The owner whose frames the requester may reach with this T value.
    private func owner(allowedTo request: DMARequest, in context: RequesterContext) throws(Fault) -> FrameOwner {
        switch profile.permit(context.gate, request.tBit) {
        case .reach(let owner): return owner
        case .refuse(let rule): throw Fault(.gate(context.gate, request.tBit), at: request.address, rule: rule)
        }
    }

    /// The table that translates the request.
    private func table(
        for request: DMARequest, in context: RequesterContext, reaching allowed: FrameOwner
    ) throws(Fault) -> OwnedTable {
        guard context.isBusMaster else { throw Fault(.busMasterDisabled, at: request.address) }
        guard let kind = profile.tables(for: request.tBit) else {
            throw Fault(.notTranslated(request.tBit), at: request.address)
        }
        if let pasid = request.pasid { throw Fault(.pasid(pasid), at: request.address) }
        guard let number = context.table(kind), let owned = tables[Int(number.rawValue)] else {
            throw Fault(.noContext(request.tBit), at: request.address)
        }
        if case .trusted(let domain) = owned.owner, allowed != .private(domain) {
            throw Fault(
                .contextOfOther(domain), in: owned.owner, at: request.address, rule: .noTrustedDMAWithoutRun)
        }
        return owned
    }

    /// The physical address behind the request's, and how many bytes of the frame are left from there.
    private func walk(
        _ owned: OwnedTable, for request: DMARequest
    ) throws(Fault) -> (physical: UInt64, rest: UInt64) {
        guard request.address < TranslationTable.addressLimit else {
            throw Fault(.notMapped(level: TranslationTable.levels), in: owned.owner, at: request.address)
        }
        let (level, entry) = owned.table.walk(request.address)
        guard case .leaf(let page, let permissions) = entry else {
            throw Fault(.notMapped(level: level), in: owned.owner, at: request.address)
        }
        guard permissions.allow(request.access) else {
            throw Fault(.permission(request.access), in: owned.owner, at: request.address)
        }
        let physical = page + (request.address & (TranslationTable.bytes(level: level) - 1))
        return (physical, PageOwnership.frameSize - physical % PageOwnership.frameSize)
    }

    /// The rule that reaching this frame would have broken.
    private static func rule(broken tBit: TBit, reaching found: FrameOwner) -> RoutingRule? {
        switch (tBit, found) {
        case (.trusted, .host), (.trusted, .shared), (.trusted, .private): .noTrustedDMAWithoutRun
        case (.untrusted, .private): .noUntrustedDMAToPrivate
        case (.untrusted, .host), (.untrusted, .shared): nil
        }
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
