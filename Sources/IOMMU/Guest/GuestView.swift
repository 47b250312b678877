/// What the IOMMU driver inside a VM would say of an address that its device uses.
public enum GuestBelief: Hashable, Sendable, Codable {
    /// It has no IOMMU: the address is this guest physical one; `isFromVTOM`: of a shared page, by the vTOM bit.
    case physical(UInt64, isFromVTOM: Bool)
    /// Its table maps the address to this guest physical one.
    case mapped(guestPhysical: UInt64)
    /// Its table stops the DMA, with this fault.
    case stopped(Fault)
}

/// A run of device addresses that look alike from inside the VM, beside what really happens. Guest physical addresses
/// and faults are those of the first of them.
public struct GuestPart: Hashable, Sendable, Codable {
    /// The device addresses.
    public internal(set) var addresses: Range<UInt64>
    /// What the guest's driver believes.
    public let belief: GuestBelief
    /// The guest physical address that the second stage is really asked for; nil: the DMA gets to no second stage.
    public let guestPhysical: UInt64?
    /// Where DMA to these addresses really goes.
    public internal(set) var route: Route
    /// What a person has to know about the difference.
    public let finding: GuestFinding
}

/// How a guest's belief and the truth differ.
public enum GuestFinding: Hashable, Sendable, Codable {
    /// They agree.
    case none
    /// T=0 passes the guest's table by: its IOMMU has flipped to identity.
    case identityFlip(believed: UInt64?, actual: UInt64, isStopped: Bool)
    /// T=0 would pass the guest's table by, were it not refused for this function.
    case identityFlipRefused(believed: UInt64, rule: RoutingRule?)
    /// Nothing that the guest knows of stops the DMA, and something else does.
    case stoppedUnseen(rule: RoutingRule?)
    /// The device gets there by a translation that it holds, where the tables lead elsewhere or nowhere by now.
    case heldTranslation

    /// Its name for programs.
    public var name: String {
        switch self {
        case .none: "none"
        case .identityFlip: "identity-flip"
        case .identityFlipRefused: "identity-flip-refused"
        case .stoppedUnseen: "stopped-unseen"
        case .heldTranslation: "held-translation"
        }
    }
}

extension GuestFinding: CustomStringConvertible {
    /// A sentence for an operator.
    public var description: String {
        switch self {
        case .none: "The guest's view agrees with what happens."
        case .identityFlip(let believed, let actual, let isStopped):
            "With T=0 the guest's IOMMU flips to identity: its driver believes that the address "
                + (believed.map { "leads to \(hexAddress($0))" } ?? "leads nowhere")
                + ", but no guest table is walked, and the address itself is taken as guest physical "
                + "\(hexAddress(actual))\(isStopped ? ", where the DMA is stopped" : "")."
        case .identityFlipRefused(let believed, let rule):
            "The guest's driver believes that the address leads to \(hexAddress(believed)); with T=0 no guest table "
                + "would be walked (its IOMMU would flip to identity), and the platform refuses T=0 here\(rule.bracketed)."
        case .stoppedUnseen(let rule):
            "Nothing of the guest's stops the DMA; it is stopped where the guest does not see it\(rule.bracketed)."
        case .heldTranslation:
            "The device gets there by a translation that it holds (ATS): no table is walked, and those of now lead "
                + "elsewhere."
        }
    }
}

extension RoutingRule? {
    fileprivate var bracketed: String { map { " [\($0.rawValue)]" } ?? "" }
}
