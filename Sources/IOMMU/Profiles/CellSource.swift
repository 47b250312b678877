/// Where it is written what a profile's table says.
public enum CellSource: String, Hashable, Sendable, Codable, CaseIterable {
    /// Nothing public says that it is open.
    case assumedClosed = "assumed closed"
    /// What TDISP itself says for all platforms.
    case tdisp = "TDISP 1.0 (PCIe 6.x chapter 11), TLP rules by interface state"
    /// What holds for every device.
    case ordinaryDevice = "PCI Express Base: ordinary operation, by the tables of the function's owner"
    /// The meaning of the profile.
    case definition = "definition of the profile"

    // The discussion on linux-coco and linux-pci under "PCI/CMA: Authenticate devices on enumeration", July 2024

    /// What to expect of conversion.
    case lostOnConversion = "PCI/CMA discussion, July 2024: untrusted memory is taken as inaccessible after conversion"
    /// What a split vIOMMU looks like from inside.
    case flipsToIdentity = "PCI/CMA discussion, July 2024: with T=0 the VM sees its IOMMU flip to identity"
    /// What a unified vIOMMU would do; no platform is known that does.
    case sameTablesForBoth = "PCI/CMA discussion, July 2024: the vIOMMU walks the same tables for T=0 and T=1"

    // AMD

    /// The trusted device table entry, with the reverse map table behind it and vTOM in it.
    case sevTIOEntry = "Linux SEV-TIO: trusted device table entry written by the PSP for the guest, RMP, vTOM"
    /// The bit that lets the entry have a vIOMMU.
    case sevTIOVIOMMU = "Linux SEV-TIO: viommu_en of the trusted device table entry, there and not yet used"
    /// Whose T=0 is.
    case sevTIOHost = "Linux SEV-TIO: T=0 by the host's ordinary device table entry"
    /// The flags of LOCK_INTERFACE.
    case sevTIOLockFlags = "Linux SEV-TIO: lock flags ALL_REQUEST_REDIRECT 1, BIND_P2P 0"

    // Intel

    /// The trusted tables.
    case tdxTrusted = "Intel TDX Connect: trusted device context table of the TDX module, secure EPT as second stage"
    /// Whose T=0 is.
    case tdxHost = "Intel TDX Connect: T=0 by the host's DMAR tables"
    /// What an interface report has to say.
    case tdxReport = "Intel TDX Connect: the report must show no PASID, no ATS, no PRS, MSI-X control 0"

    // Arm

    /// The trusted tables.
    case armRealm = "TF-RMM: Realm stream table, stage 1 bypassed, stage 2 the Realm's translation table"
    /// Whose T=0 is.
    case armHost = "Arm CCA: T=0 by the host's non-secure SMMU tables"
    /// The vSMMU of a Realm.
    case armVSMMU = "Arm RMM specification: RSI_VSMMU calls and VDEV flag, not in Linux v1"
    /// The flags of LOCK_INTERFACE.
    case armLockFlags = "TF-RMM: every lock flag that the device supports, but never LOCK_MSIX"

    // RISC-V

    /// The trusted tables.
    case coveTrusted = "RISC-V CoVE-IO: IOMMU instance of the TSM, second stage, IO-MPT"
    /// Whose T=0 is.
    case coveHost = "RISC-V CoVE-IO: T=0 by the host's IOMMU"
    /// What is said of T=0 once the interface is locked.
    case coveUntrusted = "RISC-V CoVE-IO: T=0 only in CONFIG_UNLOCKED"
}

extension CellSource: CustomStringConvertible {
    /// The citation.
    public var description: String { rawValue }
}
