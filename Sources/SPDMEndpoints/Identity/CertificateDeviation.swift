/// A rule about device certificates that real devices are known to break without harm, and that a caller can therefore
/// waive by name. All others hold always: the path to a trusted root, validity, whose key it is.
public enum CertificateDeviation: String, Hashable, Sendable, Codable, CaseIterable {
    /// The leaf does not name the PCI function that it belongs to. One that names another function is refused always.
    case noPCIName = "no-pci-name"
    /// The leaf lists purposes of its key, and SPDM is none of them.
    case noSPDMPurpose = "no-spdm-purpose"
    /// The leaf does not say what its key is for. One that says something else than signatures is refused always.
    case noKeyUsage = "no-key-usage"
    /// The leaf does not say that it is no authority, as it must from SPDM 1.3 on. One that is an authority is refused
    /// always.
    case noBasicConstraints = "no-basic-constraints"

    /// What a device that needs it does, in one line, for a list of deviations.
    public var explanation: String {
        switch self {
        case .noPCIName: "the device certificate names no PCI function"
        case .noSPDMPurpose: "the device certificate lists purposes, and SPDM is none of them"
        case .noKeyUsage: "the device certificate does not say that its key is for signatures"
        case .noBasicConstraints: "the device certificate does not say that it is no authority, as SPDM 1.3 asks"
        }
    }
}
