/// What DMA of one requester may reach at all, whatever the tables say. Set by whoever runs its TDI and assignment.
public enum DMAGate: Hashable, Sendable, Codable {
    /// Not in a VM: T=0 to the host's own pages.
    case ordinary
    /// In a VM, unconverted: T=0 to shared pages of that VM.
    case sharedOnly(DomainNumber)
    /// Locking, locked, failed, releasing: nothing.
    case silent
    /// In private operation: T=1 to private pages of that VM.
    case privateOnly(DomainNumber)
}

extension DMAGate: CustomStringConvertible {
    /// For example `T=1 to private pages of domain 3`.
    public var description: String {
        switch self {
        case .ordinary: "T=0 to host pages"
        case .sharedOnly(let domain): "T=0 to shared pages of \(domain)"
        case .silent: "silent"
        case .privateOnly(let domain): "T=1 to private pages of \(domain)"
        }
    }
}
