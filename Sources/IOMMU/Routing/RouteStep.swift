public import PCIe

/// One step of the way of a DMA, for display.
public enum RouteStep: Hashable, Sendable, Codable {
    /// The gate of the requester, and what it lets this T value reach; nil: nothing.
    case gate(DMAGate, reaches: FrameOwner?)
    /// Whether bus mastering is switched on.
    case busMaster(Bool)
    /// The context of the requester for this T value and the table it names; nil: none.
    case context(RequesterID, TBit, TableNumber?, TableOwner?)
    /// An entry of the walk: its level (4 is the root, 1 the last), its index in its node, and what it holds.
    case entry(level: Int, index: Int, EntryKind)
    /// The frame that the address leads to, and whose it is; nil: there is no memory.
    case frame(physical: UInt64, FrameOwner?)

    /// What a table entry holds.
    public enum EntryKind: Hashable, Sendable, Codable {
        /// The next node.
        case node
        /// A page.
        case page(physical: UInt64, Permissions)
        /// Nothing.
        case notPresent
    }
}

extension RouteStep: CustomStringConvertible {
    /// One line for an operator.
    public var description: String {
        switch self {
        case .gate(let gate, _): "gate: \(gate)"
        case .busMaster(let isEnabled): "bus mastering: \(isEnabled ? "enabled" : "disabled")"
        case .context(let requester, let tBit, let number?, let owner?):
            "context of \(requester) for \(tBit): table \(number.rawValue), \(owner)"
        case .context(let requester, let tBit, _, _): "context of \(requester) for \(tBit): none"
        case .entry(let level, let index, .node): "level \(level), entry \(index): next level"
        case .entry(let level, let index, .notPresent): "level \(level), entry \(index): not present"
        case .entry(let level, let index, .page(let physical, let permissions)):
            "level \(level), entry \(index): page at \(hexAddress(physical)), \(permissions)"
        case .frame(let physical, let owner?): "frame \(hexAddress(physical)): \(owner)"
        case .frame(let physical, nil): "frame \(hexAddress(physical)): no memory"
        }
    }
}

/// A route and the steps that led to it.
public struct RouteExplanation: Hashable, Sendable, Codable {
    /// The request.
    public let request: DMARequest
    /// The steps for its first address; if it faults later, for the address at which it does. The last is where it ends.
    public let steps: [RouteStep]
    /// Where it goes.
    public let route: Route
}

extension RemappingUnit {
    /// Routes a DMA and tells the steps.
    public func explain(_ request: DMARequest) -> RouteExplanation {
        let route = route(request)
        let address =
            switch route {
            case .reaches: request.address
            case .faults(let fault): fault.address
            }
        return RouteExplanation(request: request, steps: steps(of: request, at: address), route: route)
    }

    /// The steps up to the one that ends the way.
    private func steps(of request: DMARequest, at address: UInt64) -> [RouteStep] {
        let context = contexts[request.requesterID]
        var steps: [RouteStep] = []
        switch profile.permit(context.gate, request.tBit) {
        case .refuse: return [.gate(context.gate, reaches: nil)]
        case .reach(let owner): steps.append(.gate(context.gate, reaches: owner))
        }
        steps.append(.busMaster(context.isBusMaster))
        guard context.isBusMaster else { return steps }
        let number = profile.tables(for: request.tBit).flatMap { context.table($0) }
        guard let number, let owned = tables[Int(number.rawValue)] else {
            return steps + [.context(request.requesterID, request.tBit, nil, nil)]
        }
        steps.append(.context(request.requesterID, request.tBit, number, owned.owner))
        return steps + walkSteps(owned.table, address, for: request.access)
    }

    private func walkSteps(_ table: TranslationTable, _ address: UInt64, for access: DMAAccess) -> [RouteStep] {
        guard address < TranslationTable.addressLimit else { return [] }
        var steps: [RouteStep] = []
        var node = 0
        for level in stride(from: TranslationTable.levels, through: 1, by: -1) {
            let index = TranslationTable.index(of: address, level: level)
            switch table.entry(node: node, at: address, level: level) {
            case .node(let next):
                steps.append(.entry(level: level, index: index, .node))
                node = next
            case .notPresent:
                return steps + [.entry(level: level, index: index, .notPresent)]
            case .leaf(let page, let permissions):
                steps.append(.entry(level: level, index: index, .page(physical: page, permissions)))
                guard permissions.allow(access) else { return steps }
                let physical = page + (address & (TranslationTable.bytes(level: level) - 1))
                return steps + [.frame(physical: physical, ownership.owner(of: physical))]
            }
        }
        return steps
    }
}
