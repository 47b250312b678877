/// Whose a 4 KiB frame of host physical memory is, and who may reach it.
public enum FrameOwner: Hashable, Sendable, Codable {
    /// The host's own memory.
    case host
    /// A page of a VM that it made shared: the host and untrusted devices may reach it.
    case shared(DomainNumber)
    /// A private page of a VM: only that VM, and its devices in private operation, may reach it.
    case `private`(DomainNumber)
}

extension FrameOwner: CustomStringConvertible {
    /// For example `private page of domain 3`.
    public var description: String {
        switch self {
        case .host: "host page"
        case .shared(let domain): "shared page of \(domain)"
        case .private(let domain): "private page of \(domain)"
        }
    }
}
