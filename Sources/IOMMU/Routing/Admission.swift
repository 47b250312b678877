import PCIe

/// What is settled about a DMA before its address is looked at: which tables are walked, and which pages it may reach.
struct Admission: Hashable {
    /// The tables, by which translations are cached too.
    let tables: TranslationCache.TablePair
    let pages: RoutingCell.PageKind
    /// The VM that holds the requester.
    let domain: DomainNumber
    /// Whether the ownership structure is asked about the frame.
    let isChecked: Bool

    /// The owner of the frames that an address may lead to.
    @inline(__always)
    func owner(at address: UInt64, vTOM: UInt64?) -> PackedOwner {
        switch pages {
        case .host: .host
        case .shared: .shared(domain)
        case .private: .private(domain)
        case .privateBelowVTOM: address < vTOM ?? .max ? .private(domain) : .shared(domain)
        }
    }

    /// Whether a translated request may have a frame: its address is no device address, so that vTOM says nothing of
    /// it.
    func allowsTranslated(_ owner: PackedOwner) -> Bool {
        owner == self.owner(at: 0, vTOM: 0) || owner == self.owner(at: 0, vTOM: .max)
    }
}

extension RemappingUnit {
    /// Everything that can be said of a request by its requester and T value.
    ///
    /// Throws ``Fault`` with the first check that fails.
    @inline(__always)
    func admit(_ request: DMARequest) throws(Fault) -> Admission {
        guard request.count > 0, !request.address.addingReportingOverflow(request.count &- 1).overflow else {
            throw Fault(.addressRange, at: request.address)
        }
        if fences.isEmpty, request.pasid == nil, let settled = contexts.settled(request.requesterID, request.tBit) {
            return settled
        }
        let context = contexts[request.requesterID]
        let isFenced = request.tBit == .trusted && fences.contains(context.domain)
        return try admit(request, by: context, isFenced: isFenced)
    }

    /// What a context settles about every request without a PASID of its requester; nil: it is turned down, and why is looked
    /// up when it comes.
    func settled(by context: RequesterContext, of requester: RequesterID, _ tBit: TBit) -> Admission? {
        let request = DMARequest(requesterID: requester, tBit: tBit, address: 0, count: 1, access: .read)
        return try? admit(request, by: context, isFenced: false)
    }

    @inline(never)
    private func admit(
        _ request: DMARequest, by context: RequesterContext, isFenced: Bool
    ) throws(Fault) -> Admission {
        let walk = try walk(for: request, context, isFenced: isFenced)
        let second = context[walk.secondStage]
        guard second != .none, let owner = tables[Int(second.rawValue)]?.owner else {
            throw Fault(.noContext(request.tBit), at: request.address)
        }
        if case .trusted(let domain) = owner, domain != context.domain {
            throw Fault(.contextOfOther(domain), in: owner, at: request.address, rule: .noTrustedDMAWithoutRun)
        }
        let first = walk.hasFirstStage ? try firstStage(of: request, context) : TableNumber.none
        return Admission(
            tables: TranslationCache.TablePair(first, second), pages: walk.pages, domain: context.domain,
            isChecked: request.tBit == .untrusted || profile.ownership.checksTrustedAccess)
    }

    /// The walk that the profile's table has for a request.
    @inline(__always)
    private func walk(
        for request: DMARequest, _ context: RequesterContext, isFenced: Bool
    ) throws(Fault) -> RoutingCell.Walk {
        let passage = profile.cell(context.standing, request.tBit, canBeTrusted: context.canBeTrusted).passage
        if case .refused(let rule) = passage {
            throw Fault(.gate(context.standing, request.tBit), at: request.address, rule: rule)
        }
        if isFenced {
            throw Fault(.gate(context.standing, .trusted), at: request.address, detail: .fenced(context.domain))
        }
        guard context.isBusMaster else { throw Fault(.busMasterDisabled, at: request.address) }
        guard case .walked(let walk) = passage else { throw Fault(.notTranslated(request.tBit), at: request.address) }
        if !walk.hasFirstStage, let pasid = request.pasid { throw Fault(.pasid(pasid), at: request.address) }
        return walk
    }

    /// The guest's table for a request.
    private func firstStage(of request: DMARequest, _ context: RequesterContext) throws(Fault) -> TableNumber {
        let number: TableNumber
        if let pasid = request.pasid {
            guard let table = contexts[request.requesterID, pasid] else {
                throw Fault(.pasid(pasid), at: request.address)
            }
            number = table
        } else {
            number = context.guest
        }
        guard let owner = tableOwner(number) else { throw Fault(.noContext(request.tBit), at: request.address) }
        if case .guest(let domain) = owner, domain == context.domain { return number }
        throw Fault(.contextOfOther(owner.domain ?? context.domain), in: owner, at: request.address)
    }
}
