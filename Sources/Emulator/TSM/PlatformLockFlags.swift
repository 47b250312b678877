internal import IOMMU
internal import TDISP

extension PlatformProfile {
    /// The lock flags that the platform's TSM asks for, of those that a device takes.
    var lockFlags: LockFlags {
        switch self {
        // Linux SEV-TIO: ALL_REQUEST_REDIRECT 1, BIND_P2P 0; interrupts through a locked MSI-X table are not supported.
        case .sevTIO: [.noFirmwareUpdate, .allRequestRedirect]
        // Intel TDX Connect: NO_FW_UPDATE only.
        case .tdxConnect: .noFirmwareUpdate
        // TF-RMM: every flag that the device supports, but never LOCK_MSIX.
        case .armCCA: LockFlags.all.subtracting(.lockMSIX)
        // Not written; what protects most.
        case .coveIO: [.noFirmwareUpdate, .lockMSIX]
        // Interrupts take their own path, untrusted.
        case .trustedOnly: .noFirmwareUpdate
        }
    }
}
