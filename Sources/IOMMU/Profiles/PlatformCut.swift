/// One way in which a platform ends the T=1 of an interface, whatever the device is doing. Each platform has several, in
/// the order in which they are tried; the next one only when this one is not confirmed.
public struct PlatformCut: Hashable, Sendable, Codable {
    /// What is done.
    public let means: Means
    /// What else it ends.
    public let takes: Radius
    /// Whose cooperation it needs to work.
    public let needs: Party
    /// Where that is written.
    public let source: CutSource

    /// What is done.
    public enum Means: String, Hashable, Sendable, Codable, CaseIterable {
        /// The platform closes its own trusted table entry of the requester.
        case trustedTableEntry = "trusted table entry closed"
        /// STOP_INTERFACE over the session that locked it; the trusted tables are cleaned up behind it.
        case stop = "STOP_INTERFACE"
        /// A tracked register is written (Bus Master Enable cleared, FLR), which takes the interface to ERROR.
        case forcedError = "ERROR forced"
        /// The stream's Enable bit is cleared at the root port, after which no T=1 gets in.
        case streamDisabled = "stream disabled at the root port"
    }

    /// Whom a cut takes along, from least to most.
    public enum Radius: String, Hashable, Sendable, Codable, CaseIterable {
        /// Nobody else.
        case interface = "this TDI"
        /// Every interface of the same device.
        case dsm = "all TDIs of the DSM"
        /// Every device of the VM.
        case domain = "all devices of the VM"
        /// Everything behind the root port.
        case rootPort = "all behind the root port"
    }

    /// Who has to do something for a cut to work.
    public enum Party: String, Hashable, Sendable, Codable, CaseIterable {
        /// Nobody but the platform.
        case nobody
        /// The device.
        case device
        /// The guest.
        case guest
        /// The hypervisor.
        case vmm = "VMM"
    }

    /// Where it is written what a cut does.
    public enum CutSource: String, Hashable, Sendable, Codable, CaseIterable {
        /// Nothing public says so.
        case assumed
        /// What comes of a cleared Bus Master Enable.
        case tracking = "TDISP 1.0, configuration tracking: Bus Master Enable cleared leads to ERROR"
        /// What comes of a stream that is not Secure.
        case insecureStream = "TDISP 1.0 and PCIe IDE: T=1 counts on a Secure stream only"
        /// AMD.
        case sevTIO = "Linux SEV-TIO: trusted device table entry of the PSP, taken away at TDI_UNBIND"
        /// Intel.
        case tdx = "Intel TDX Connect: enforced order, STOP_INTERFACE before the trusted tables are cleaned up"
        /// Arm.
        case arm = "TF-RMM: VDEV_UNLOCK, the stream table entry goes before anything else"
        /// RISC-V.
        case cove = "RISC-V CoVE-IO: unbind is STOP, then mappings off, from every state"
    }
}

extension PlatformProfile {
    /// The platform's cuts, in the order in which they are tried: first what takes nobody along, last what needs nobody.
    public var cuts: [PlatformCut] {
        switch self {
        case .sevTIO: [.entry(.sevTIO), .forcedError, .streamDisabled]
        case .tdxConnect: [.stop(.tdx), .forcedError, .streamDisabled]
        case .armCCA: [.entry(.arm), .forcedError, .streamDisabled]
        case .coveIO: [.stop(.cove), .forcedError, .streamDisabled]
        case .trustedOnly: [.entry(.assumed), .forcedError, .streamDisabled]
        }
    }
}

extension PlatformCut {
    fileprivate static func entry(_ source: CutSource) -> Self {
        PlatformCut(means: .trustedTableEntry, takes: .interface, needs: .nobody, source: source)
    }

    fileprivate static func stop(_ source: CutSource) -> Self {
        PlatformCut(means: .stop, takes: .interface, needs: .device, source: source)
    }

    fileprivate static let forcedError = PlatformCut(
        means: .forcedError, takes: .interface, needs: .device, source: .tracking)

    fileprivate static let streamDisabled = PlatformCut(
        means: .streamDisabled, takes: .dsm, needs: .nobody, source: .insecureStream)
}
