/// Whether a VM has an IOMMU of its own (first-stage tables in its memory), and for which requests they are walked.
public enum VIOMMUKind: String, Hashable, Sendable, Codable, CaseIterable {
    /// None: second stage only. A device's addresses are guest physical.
    case none
    /// A trusted vIOMMU for T=1 only: with T=0 the guest sees its IOMMU flip to identity.
    case split
    /// A trusted vIOMMU that walks the same guest tables for T=0 and T=1.
    case unified
}

extension VIOMMUKind: CustomStringConvertible {
    /// Its name.
    public var description: String { rawValue }
}
