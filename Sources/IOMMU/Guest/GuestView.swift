/// What the IOMMU driver inside a VM would say of a DMA.
public enum GuestBelief: Hashable, Sendable, Codable {
    /// It has no IOMMU: the address is a guest physical one.
    case noIOMMU
    /// Its table maps the address to this guest physical one.
    case mapped(guestPhysical: UInt64)
    /// Its table stops the DMA, with this fault.
    case stopped(Fault)
}

/// A DMA from inside the VM, beside what really happens.
public struct GuestView: Hashable, Sendable, Codable {
    /// What the guest's driver believes.
    public let belief: GuestBelief
    /// The guest physical address that the second stage is really asked for; nil: the DMA gets to no second stage.
    public let guestPhysical: UInt64?
    /// Where it really goes.
    public let route: Route
    /// What a person has to know about the difference.
    public let finding: GuestFinding
}

/// How a guest's belief and the truth differ.
public enum GuestFinding: Hashable, Sendable, Codable {
    /// They agree.
    case none
    /// The function is the host's: no VM sees its DMA.
    case notTheGuests
    /// T=0 passes the guest's table by: its IOMMU has flipped to identity, and the DMA goes through.
    case identityFlip(believed: UInt64?, actual: UInt64)
    /// T=0 would pass the guest's table by, were it not refused for this function.
    case identityFlipRefused(believed: UInt64, rule: RoutingRule?)
    /// The guest's table maps the address, and the DMA is stopped outside the guest.
    case stoppedUnseen
}

extension GuestFinding: CustomStringConvertible {
    /// A sentence for an operator.
    public var description: String {
        switch self {
        case .none: "The guest's view agrees with what happens."
        case .notTheGuests: "The function is the host's; no guest sees its DMA."
        case .identityFlip(let believed, let actual):
            "With T=0 the guest's IOMMU flips to identity: its driver believes that the address "
                + (believed.map { "leads to \(hexAddress($0))" } ?? "leads nowhere")
                + ", but no guest table is walked, and the address itself is taken as guest physical "
                + "\(hexAddress(actual))."
        case .identityFlipRefused(let believed, let rule):
            "The guest's driver believes that the address leads to \(hexAddress(believed)); with T=0 no guest table "
                + "would be walked (its IOMMU would flip to identity), and the platform refuses T=0 here"
                + (rule.map { " [\($0.rawValue)]." } ?? ".")
        case .stoppedUnseen:
            "The guest's table lets the DMA through, but it is stopped where the guest does not see it."
        }
    }
}
