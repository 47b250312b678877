internal import Assignment
internal import IOMMU
internal import PCIe

/// What host and guest software do with one function, and what they keep for it.
struct FunctionSoftware {
    /// The host driver that it belongs to; nil: it has none.
    let nativeDriver: String?
    /// The host driver that is bound now.
    var driver: String?
    /// The VM that holds it as a hostdev.
    var domain: DomainID?
    /// Whether the guest's driver is bound.
    var hasGuestDriver = false
    /// Whether the driver that is bound does not answer.
    var isHung = false
    /// Whether the VMM keeps its registers mapped in its guest, in whatever state it is.
    var hasMappedRegisters = false
    /// Whether the TSM takes the next STOP for done whatever becomes of it (a fault that TF-RMM had).
    var isStopBelieved = false
    /// Its configuration space as the host set it up, or as it was when it was last attached.
    var saved: ConfigurationSpace
    /// Its untrusted mappings, while they are put away.
    var ledger: MappingLedger?
    /// Guest physical address of a page that it could reach privately, to show later that it cannot any more.
    var lastPrivatePage: UInt64?

    /// What is wrong with how its mappings come back, on purpose.
    var restoreDefects: Set<PlatformDefect> = []

    init(nativeDriver: String?, saved: ConfigurationSpace) {
        self.nativeDriver = nativeDriver
        self.saved = saved
    }

    static let vfio = "vfio-pci"

    /// Whether some driver has the function work.
    var isDriven: Bool { hasGuestDriver || driver != nil && driver != Self.vfio }
}

/// Numbers and places of domains.
enum DomainNumbering {
    static func number(of index: Int) -> DomainNumber { DomainNumber(rawValue: UInt16(truncatingIfNeeded: index + 1)) }

    /// Domains start at 2 MiB, so that large pages fit.
    static func aligned(_ size: UInt64) -> UInt64 { (size + 0x1F_FFFF) & ~0x1F_FFFF }
}
