public import PCIe

/// One step of the way of a DMA, for display.
public enum RouteStep: Hashable, Sendable, Codable {
    /// The gate of the requester, and what it lets this T value reach; nil: nothing.
    case gate(DMAGate, reaches: RoutingCell.PageKind?)
    /// T=1 of the VM is fenced off.
    case fence(DomainNumber)
    /// Whether bus mastering is switched on.
    case busMaster(Bool)
    /// The context of the requester for this T value and the second-stage table it names; nil: none.
    case context(RequesterID, TBit, TableNumber?, TableOwner?)
    /// The guest's table that is walked first; nil: the context has none.
    case firstStage(TableNumber?, TableOwner?)
    /// What is cached for the page, so that no table is walked: first host physical address; nil: nothing is.
    case cache(physical: UInt64?)
    /// An entry of the walk: its level (1 is the last), its index in its node, and what it holds.
    case entry(level: Int, index: Int, EntryKind)
    /// The guest physical address to which the first stage leads.
    case guestPhysical(UInt64)
    /// The frame that the address leads to, and whose it is; nil: there is no memory.
    case frame(physical: UInt64, FrameOwner?)
    /// Whether the ownership structure lets the DMA have the frame; nil: it is not asked.
    case ownership(OwnershipStructure, allows: Bool?)

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
        case .fence(let domain): "fence: T=1 of \(domain) is fenced off"
        case .busMaster(let isEnabled): "bus mastering: \(isEnabled ? "enabled" : "disabled")"
        case .context(let requester, let tBit, let number?, let owner?):
            "context of \(requester) for \(tBit): table \(number.rawValue), \(owner)"
        case .context(let requester, let tBit, _, _): "context of \(requester) for \(tBit): none"
        case .firstStage(let number?, let owner?): "first stage: table \(number.rawValue), \(owner)"
        case .firstStage: "first stage: none"
        case .cache(let physical?): "cache: page at \(hexAddress(physical))"
        case .cache(nil): "cache: nothing"
        case .entry(let level, let index, let kind): "level \(level), entry \(index): \(kind)"
        case .guestPhysical(let address): "guest physical address \(hexAddress(address))"
        case .frame(let physical, let owner?): "frame \(hexAddress(physical)): \(owner)"
        case .frame(let physical, nil): "frame \(hexAddress(physical)): no memory"
        case .ownership(let structure, true?): "\(structure): allows it"
        case .ownership(let structure, false?): "\(structure): refuses it"
        case .ownership(let structure, nil): "\(structure): not asked"
        }
    }
}

extension RouteStep.EntryKind: CustomStringConvertible {
    /// One clause.
    public var description: String {
        switch self {
        case .node: "next level"
        case .notPresent: "not present"
        case .page(let physical, let permissions): "page at \(hexAddress(physical)), \(permissions)"
        }
    }
}
