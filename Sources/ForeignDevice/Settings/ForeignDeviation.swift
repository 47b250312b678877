public import SPDMEndpoints

/// A rule that a foreign device may break where that does no harm to trying it out, and that a caller can waive by name.
/// Whatever else is wrong ends the conversation.
public enum ForeignDeviation: String, Hashable, Sendable, Codable, CaseIterable {
    /// ``SPDMEndpoints/CertificateDeviation/noPCIName``.
    case noPCIName = "no-pci-name"
    /// ``SPDMEndpoints/CertificateDeviation/noSPDMPurpose``.
    case noSPDMPurpose = "no-spdm-purpose"
    /// ``SPDMEndpoints/CertificateDeviation/noKeyUsage``.
    case noKeyUsage = "no-key-usage"
    /// ``SPDMEndpoints/CertificateDeviation/noBasicConstraints``.
    case noBasicConstraints = "no-basic-constraints"
    /// The chain ends in a root that is not pinned.
    case unknownRoot = "unknown-root"
    /// Version, algorithms or protection are not what the strict policy takes.
    case weakAlgorithms = "weak-algorithms"
    /// There are no signed measurements.
    case noMeasurements = "no-measurements"
    /// QUERY is answered for another function.
    case otherPortAddress = "other-port-address"
    /// QUERY_RESP shows no IDE capability that could take keys.
    case noIDERegisters = "no-ide-registers"
    /// REQ_MSGS_SUPPORTED lacks mandatory requests.
    case missingRequests = "missing-requests"
    /// The interface report contradicts itself.
    case inconsistentReport = "inconsistent-report"
    /// TDISP is answered outside a session.
    case plainTDISP = "plain-tdisp"
    /// LOCK is accepted before the stream has keys.
    case lockWithoutKeys = "lock-without-keys"
    /// GET_TDISP_VERSION ends a lock.
    case versionEndsLock = "version-ends-lock"

    /// What the device does, in one line.
    public var explanation: String {
        switch self {
        case .noPCIName: CertificateDeviation.noPCIName.explanation
        case .noSPDMPurpose: CertificateDeviation.noSPDMPurpose.explanation
        case .noKeyUsage: CertificateDeviation.noKeyUsage.explanation
        case .noBasicConstraints: CertificateDeviation.noBasicConstraints.explanation
        case .unknownRoot: "the certificates end in a root that is not pinned: nobody vouches for the device"
        case .weakAlgorithms: "SPDM version, algorithms or protection are below the strict policy"
        case .noMeasurements: "the device signs no measurements"
        case .otherPortAddress: "IDE_KM QUERY is answered for another function than the device's"
        case .noIDERegisters: "IDE_KM QUERY shows no IDE capability that could take stream keys"
        case .missingRequests: "TDISP capabilities lack requests that every DSM must take"
        case .inconsistentReport: "the interface report contradicts itself"
        case .plainTDISP: "TDISP is answered outside a session"
        case .lockWithoutKeys: "LOCK_INTERFACE is accepted before the stream has keys"
        case .versionEndsLock: "GET_TDISP_VERSION ends a lock without STOP"
        }
    }

    /// The rule of certificates that is waived; nil for the others.
    public var certificateRule: CertificateDeviation? { CertificateDeviation(rawValue: rawValue) }

    /// Creates the deviation that waives a rule of certificates.
    init(_ rule: CertificateDeviation) {
        switch rule {
        case .noPCIName: self = .noPCIName
        case .noSPDMPurpose: self = .noSPDMPurpose
        case .noKeyUsage: self = .noKeyUsage
        case .noBasicConstraints: self = .noBasicConstraints
        }
    }
}
