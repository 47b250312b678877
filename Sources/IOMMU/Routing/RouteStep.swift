public import PCIe

/// One step of the way of a DMA, for display.
public enum RouteStep: Hashable, Sendable, Codable {
    /// What the profile has for this T value while the requester is held like that.
    case gate(Standing, TBit, RoutingCell)
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

extension RouteStep: TextWithNames {
    /// The part of the way that takes the step.
    public var part: String {
        switch self {
        case .gate: "gate"
        case .fence: "fence"
        case .busMaster: "bus master"
        case .context: "context"
        case .firstStage, .guestPhysical: "stage 1"
        case .cache: "IOTLB"
        case .entry: "walk"
        case .frame: "page"
        case .ownership: "ownership"
        }
    }

    /// What the part says, one clause for an operator.
    public func saying(_ names: Names) -> String {
        switch self {
        case .gate(.error, let tBit, let cell): "\(tBit), held closed by the cut: \(cell)"
        case .gate(let standing, let tBit, let cell): "\(tBit) in \(standing): \(cell)"
        case .fence(let domain): "T=1 of \(names.domain(domain)) is fenced off"
        case .busMaster(let isEnabled): isEnabled ? "enabled" : "disabled"
        case .context(let requester, let tBit, let number?, let owner?):
            "\(names.requester(requester)), \(tBit): table \(number.rawValue), \(owner.text(names))"
        case .context(let requester, let tBit, _, _): "\(names.requester(requester)), \(tBit): none"
        case .firstStage(let number?, let owner?): "table \(number.rawValue), \(owner.text(names))"
        case .firstStage: "none"
        case .cache(let physical?): "page at \(hexAddress(physical)), no table is walked"
        case .cache(nil): "nothing"
        case .entry(let level, let index, let kind): "L\(level)[\(index)] \(kind)"
        case .guestPhysical(let address): "guest physical \(hexAddress(address))"
        case .frame(let physical, let owner?): "\(hexAddress(physical)), \(owner.text(names))"
        case .frame(let physical, nil): "\(hexAddress(physical)), no memory"
        case .ownership(let structure, true?): "\(structure): allows it"
        case .ownership(let structure, false?): "\(structure): refuses it"
        case .ownership(let structure, nil): "\(structure): not asked"
        }
    }

    /// One line, for example `bus master: enabled`.
    public func text(_ names: Names) -> String { "\(part): \(saying(names))" }
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
