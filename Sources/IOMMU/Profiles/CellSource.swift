/// Where it is written what a profile's table says: what is said, in which section of which document.
public enum CellSource: String, Hashable, Sendable, Codable, CaseIterable {
    /// Nothing public says that it is open.
    case assumedClosed = "assumed closed"
    /// The meaning of the profile.
    case definition = "definition of the profile"
    /// What TDISP itself says for all platforms.
    case tdisp = "TLP rules by interface state"
    /// What holds for every device.
    case ordinaryDevice = "ordinary operation, by the tables of the function's owner"

    // The discussion of July 2024

    /// What to expect of conversion.
    case lostOnConversion = "untrusted memory is taken as inaccessible after conversion"
    /// What a split vIOMMU looks like from inside.
    case flipsToIdentity = "with T=0 the VM sees its IOMMU flip to identity"
    /// What a unified vIOMMU would do; no platform is known that does.
    case sameTablesForBoth = "the vIOMMU walks the same tables for T=0 and T=1"

    // AMD

    /// The trusted device table entry, with the reverse map table behind it and vTOM in it.
    case sevTIOEntry = "trusted device table entry written by the PSP for the guest, RMP, vTOM"
    /// The bit that lets the entry have a vIOMMU.
    case sevTIOVIOMMU = "viommu_en of the trusted device table entry, there and not yet used"
    /// Whose T=0 is.
    case sevTIOHost = "T=0 by the host's ordinary device table entry"
    /// A flag of LOCK_INTERFACE, which forbids to bind peers.
    case sevTIOLockFlags = "lock flag BIND_P2P 0"
    /// A flag of LOCK_INTERFACE, which sends translated requests to the root complex, and would make no sense if they
    /// were not taken there.
    case sevTIORedirect = "lock flag ALL_REQUEST_REDIRECT 1: translated requests go to the root complex"

    // Intel

    /// The trusted tables.
    case tdxTrusted = "trusted device context table of the TDX module, secure EPT as second stage"
    /// Whose T=0 is.
    case tdxHost = "T=0 by the host's DMAR tables"
    /// What an interface report has to say.
    case tdxReport = "the report must show no PASID, no ATS, no PRS, MSI-X control 0"
    /// The flags of LOCK_INTERFACE.
    case tdxLockFlags = "lock flags: NO_FW_UPDATE only, so no BIND_P2P"

    // Arm

    /// The trusted tables.
    case armRealm = "lib/smmuv3: Realm stream table, stage 1 bypassed, stage 2 the Realm's translation table"
    /// Whose T=0 is.
    case armHost = "runtime/rmi/vdev.c: the non-secure stream table entry, the host's, is left alone"
    /// The vSMMU of a Realm.
    case armVSMMU = "RSI_VSMMU calls and VDEV flag, not in Linux v1"
    /// The flags of LOCK_INTERFACE.
    case armLockFlags = "dev_tdisp_cmds.c: never LOCK_MSIX"
    /// Those that the device supports; among them the ones that only make sense where translated requests are taken and
    /// peers are bound.
    case armRedirect = "dev_tdisp_cmds.c: every lock flag that the device supports, so ALL_REQUEST_REDIRECT"
    /// The same for peers.
    case armPeers = "dev_tdisp_cmds.c: every lock flag that the device supports, so BIND_P2P"

    // RISC-V

    /// The trusted tables.
    case coveTrusted = "IOMMU instance of the TSM, second stage, IO-MPT"
    /// Whose T=0 is.
    case coveHost = "T=0 by the host's IOMMU"
    /// What is said of T=0 once the interface is locked.
    case coveUntrusted = "T=0 only in CONFIG_UNLOCKED"

    /// The document; nil: it stands on none.
    public var document: CellDocument? {
        switch self {
        case .assumedClosed, .definition: nil
        case .tdisp: .tdisp
        case .ordinaryDevice: .pcie
        case .lostOnConversion, .flipsToIdentity, .sameTablesForBoth: .cma
        case .sevTIOEntry, .sevTIOVIOMMU, .sevTIOHost, .sevTIOLockFlags, .sevTIORedirect: .sevTIO
        case .tdxTrusted, .tdxHost: .tdxUnbind
        case .tdxReport, .tdxLockFlags: .tdxConnect
        case .armRealm, .armHost, .armLockFlags, .armRedirect, .armPeers: .tfRMM
        case .armVSMMU: .rmm
        case .coveTrusted, .coveHost, .coveUntrusted: .cove
        }
    }

    /// How far it carries.
    public var certainty: CellCertainty {
        switch self {
        case .assumedClosed: .assumed
        case .definition: .defined
        case .sevTIORedirect, .armRedirect, .armPeers, .armHost: .inferred
        case .tdisp, .ordinaryDevice, .lostOnConversion, .flipsToIdentity, .sameTablesForBoth, .sevTIOEntry,
            .sevTIOVIOMMU, .sevTIOHost, .sevTIOLockFlags, .tdxTrusted, .tdxHost, .tdxReport, .tdxLockFlags, .armRealm,
            .armLockFlags, .armVSMMU, .coveTrusted, .coveHost, .coveUntrusted:
            .stated
        }
    }
}

extension CellSource: CustomStringConvertible {
    /// The citation: what is said, `inferred` before it where it does not say so itself, and the document.
    public var description: String {
        let mark = certainty == .inferred ? "inferred: " : ""
        return "\(mark)\(rawValue)\(document.map { " (\($0))" } ?? "")"
    }
}
