public import PCIe

/// Why a DMA reaches nothing: which check failed, in whose table, at which address, and which rule that upholds.
public struct Fault: Error, Hashable, Sendable, Codable {
    /// The check that failed.
    public let check: Check
    /// Who owns the table that the check was made in; nil: it failed before a table was chosen.
    public let table: TableOwner?
    /// The first address, as the device sent it, that did not pass.
    public let address: UInt64
    /// The safety rule that letting it through would have broken; nil: an ordinary fault.
    public let rule: RoutingRule?

    /// Creates a fault.
    public init(_ check: Check, in table: TableOwner? = nil, at address: UInt64, rule: RoutingRule? = nil) {
        self.check = check
        self.table = table
        self.address = address
        self.rule = rule
    }

    /// The checks, in the order in which they are made.
    public enum Check: Hashable, Sendable, Codable {
        /// The request has no bytes, or runs past the end of the address space.
        case addressRange
        /// Bus mastering is switched off for the function.
        case busMasterDisabled
        /// The gate of the requester does not let the request's T value pass.
        case gate(DMAGate, TBit)
        /// The platform translates no DMA with this T value.
        case notTranslated(TBit)
        /// The request names a PASID and the platform's contexts have none.
        case pasid(PASID)
        /// The IOMMU has no context for this requester and T value.
        case noContext(TBit)
        /// The walk met an entry that is not present, at this level (4 is the root, 1 the last).
        case notMapped(level: Int)
        /// The page is mapped, but not for this access.
        case permission(DMAAccess)
        /// The frame is not one that this request may reach.
        case ownership(FrameOwner)
        /// The table maps to an address where there is no memory.
        case noMemory(physical: UInt64)
    }
}
