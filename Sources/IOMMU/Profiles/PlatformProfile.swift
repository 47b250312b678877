/// A kind of platform, by who translates T=1 and what guards private pages.
public enum PlatformProfile: String, Hashable, Sendable, Codable, CaseIterable {
    /// AMD SEV-TIO: trusted device table entry, reverse map table, vTOM.
    case sevTIO = "sev-tio"
    /// Intel TDX Connect: the TDX module's device context table, secure EPT.
    case tdxConnect = "tdx-connect"
    /// Arm CCA device assignment: Realm stream table, granule protection table.
    case armCCA = "arm-cca"
    /// RISC-V CoVE-IO: an IOMMU instance of the TSM, memory tracking table.
    case coveIO = "cove-io"
    /// A platform whose only translation for devices that can be trusted is that of T=1.
    case trustedOnly = "trusted-only"
}

extension PlatformProfile: CustomStringConvertible {
    /// The name that an operator knows it by.
    public var description: String { rawValue }
}
