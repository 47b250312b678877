import PCIe

/// A route and the steps that led to it.
public struct RouteExplanation: Hashable, Sendable, Codable {
    /// The request.
    public let request: DMARequest
    /// The steps for its first address; if it faults later, for the address at which it does. The last is where it
    /// ends.
    public let steps: [RouteStep]
    /// Where it goes: the verdict.
    public let route: Route
}

extension RemappingUnit {
    /// Routes a DMA and tells the steps. Changes nothing.
    public func explain(_ request: DMARequest) -> RouteExplanation {
        let route = route(request)
        var ending = request
        if case .faults(let fault) = route { ending.address = fault.address }
        var steps = RouteSteps()
        self.steps(of: ending, into: &steps)
        return RouteExplanation(request: request, steps: steps.all, route: route)
    }

    private struct RouteSteps {
        var all: [RouteStep] = []

        mutating func add(_ step: RouteStep) { all.append(step) }
    }

    /// The steps up to the one that ends the way.
    private func steps(of request: DMARequest, into steps: inout RouteSteps) {
        let context = contexts[request.requesterID]
        let cell = cell(of: request.requesterID, request.tBit)
        steps.add(.gate(context.standing, request.tBit, cell))
        guard case .walked(let walk) = cell.passage else {
            if case .notTranslated = cell.passage { steps.add(.busMaster(context.isBusMaster)) }
            return
        }
        if request.tBit == .trusted, let domain = context.owner, fences.contains(domain) {
            return steps.add(.fence(domain))
        }
        steps.add(.busMaster(context.isBusMaster))
        guard context.isBusMaster else { return }
        let number = context[walk.secondStage]
        steps.add(.context(request.requesterID, request.tBit, number.orNil, tableOwner(number)))
        if walk.hasFirstStage, !request.isTranslated {
            let first = request.pasid.map { contexts[request.requesterID, $0] ?? .none } ?? context.guest
            steps.add(.firstStage(first.orNil, tableOwner(first)))
        }
        guard let admission = try? admit(request) else { return }
        if request.isTranslated { return addFrame(request.address, request, admission, into: &steps) }
        let cached = iotlb.lookUp(request.address >> 12, admission.tables)
        guard cached == .none else {
            steps.add(.cache(physical: cached.physical))
            return addFrame(cached.physical | request.address & 0xFFF, request, admission, cached, into: &steps)
        }
        steps.add(.cache(physical: nil))
        walkSteps(admission, request, into: &steps)
    }

    /// The entries of both stages, and the frame if the walk gets there.
    private func walkSteps(_ admission: Admission, _ request: DMARequest, into steps: inout RouteSteps) {
        var address = request.address
        if let first = tableRecord(admission.tables.first) {
            guard let guestPhysical = entries(of: first, address, request.access, into: &steps) else { return }
            steps.add(.guestPhysical(guestPhysical))
            address = guestPhysical
        }
        guard let second = tableRecord(admission.tables.second),
            let physical = entries(of: second, address, request.access, into: &steps)
        else { return }
        addFrame(physical, request, admission, into: &steps)
    }

    /// The entries of one table; returns the address behind its leaf, if that permits the access.
    private func entries(
        of table: Table, _ address: UInt64, _ access: DMAAccess, into steps: inout RouteSteps
    ) -> UInt64? {
        guard address < table.width.limit else { return nil }
        var node = table.root.node
        for level in stride(from: table.width.levels, through: 1, by: -1) {
            let index = TableEntry.index(of: address, level: level)
            switch nodes.entry(node: node, at: address, level: level) {
            case .node(let next):
                steps.add(.entry(level: level, index: index, .node))
                node = next
            case .notPresent:
                steps.add(.entry(level: level, index: index, .notPresent))
                return nil
            case .leaf(let page, let permissions):
                steps.add(.entry(level: level, index: index, .page(physical: page, permissions)))
                return permissions.allow(access) ? page + (address & (TableEntry.bytes(level: level) - 1)) : nil
            }
        }
        return nil
    }

    /// The frame and the word of the ownership structure on it, as it is or as it was when it was cached.
    private func addFrame(
        _ physical: UInt64, _ request: DMARequest, _ admission: Admission, _ cached: ResolvedPage? = nil,
        into steps: inout RouteSteps
    ) {
        let owner = cached?.owner ?? ownership.packedOwner(of: physical)
        steps.add(.frame(physical: physical, owner?.owner))
        guard let owner else { return }
        let isAllowed =
            request.isTranslated
            ? admission.allowsTranslated(owner) : owner == admission.owner(at: request.address, vTOM: profile.vTOM)
        steps.add(.ownership(profile.ownership, allows: admission.isChecked || request.isTranslated ? isAllowed : nil))
    }
}
