import PCIe

/// What is settled about a DMA before its address is looked at: which tables are walked, and which pages it may reach.
struct Admission {
    /// The guest's table; nil: the second stage alone.
    let first: RemappingUnit.Table?
    let second: RemappingUnit.Table
    /// Their numbers, by which translations are cached.
    let tables: TranslationCache.TablePair
    let allowed: Allowance

    /// The pages that it may reach.
    struct Allowance {
        /// The owner of these pages, below `limit`.
        let owner: PackedOwner
        /// The owner from `limit` on.
        let ownerAbove: PackedOwner
        let limit: UInt64
        /// Whether it is looked at when the DMA gets there.
        let isChecked: Bool

        func owner(at address: UInt64) -> PackedOwner { address < limit ? owner : ownerAbove }
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
        let context = contexts[request.requesterID]
        let walk = try walk(for: request, context)
        let number = context[walk.secondStage]
        guard number != .none, let second = tables[Int(number.rawValue)] else {
            throw Fault(.noContext(request.tBit), at: request.address)
        }
        if case .trusted(let domain) = second.owner, domain != context.domain {
            throw Fault(
                .contextOfOther(domain), in: second.owner, at: request.address, rule: .noTrustedDMAWithoutRun)
        }
        let first = walk.hasFirstStage ? try firstStage(of: request, context) : TableNumber.none
        return Admission(
            first: first == .none ? nil : tables[Int(first.rawValue)], second: second,
            tables: TranslationCache.TablePair(first, number), allowed: allowance(walk, request.tBit, context.domain))
    }

    /// The walk that the profile's table has for a request.
    @inline(__always)
    private func walk(for request: DMARequest, _ context: RequesterContext) throws(Fault) -> RoutingCell.Walk {
        let passage = profile.cell(context.standing, request.tBit).passage
        if case .refused(let rule) = passage {
            throw Fault(.gate(context.gate, request.tBit), at: request.address, rule: rule)
        }
        if !fences.isEmpty, request.tBit == .trusted, fences.contains(context.domain) {
            throw Fault(.gate(context.gate, .trusted), at: request.address, detail: .fenced(context.domain))
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

    @inline(__always)
    private func allowance(_ walk: RoutingCell.Walk, _ tBit: TBit, _ domain: DomainNumber) -> Admission.Allowance {
        let (owner, above): (PackedOwner, PackedOwner) =
            switch walk.pages {
            case .host: (.host, .host)
            case .shared: (.shared(domain), .shared(domain))
            case .private: (.private(domain), .private(domain))
            case .privateBelowVTOM: (.private(domain), .shared(domain))
            }
        return Admission.Allowance(
            owner: owner, ownerAbove: above, limit: profile.vTOM ?? .max,
            isChecked: tBit == .untrusted || profile.ownership.checksTrustedAccess)
    }
}
