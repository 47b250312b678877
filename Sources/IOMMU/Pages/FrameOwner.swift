/// Whose a 4 KiB frame of host physical memory is, and who may reach it.
public enum FrameOwner: Hashable, Sendable, Codable {
    /// The host's own memory.
    case host
    /// A page of a VM that it made shared: the host and untrusted devices may reach it.
    case shared(DomainNumber)
    /// A private page of a VM: only that VM, and its devices in private operation, may reach it.
    case `private`(DomainNumber)
}

extension FrameOwner: TextWithNames {
    /// For example `private page of domain 3`.
    public func text(_ names: Names) -> String {
        switch self {
        case .host: "host page"
        case .shared(let domain): "shared page of \(names.domain(domain))"
        case .private(let domain): "private page of \(names.domain(domain))"
        }
    }
}

extension FrameOwner {
    /// All pages of the kind, for example `private pages of domain 3`.
    public func pages(_ names: Names) -> String {
        switch self {
        case .host: "host pages"
        case .shared(let domain): "shared pages of \(names.domain(domain))"
        case .private(let domain): "private pages of \(names.domain(domain))"
        }
    }
}

/// An owner in 18 bits: the domain in bits 15:0, 0 host, 1 shared or 2 private in bits 17:16.
struct PackedOwner: RawRepresentable, Hashable, Sendable {
    let rawValue: UInt32

    init(rawValue: UInt32) { self.rawValue = rawValue }

    static let host = Self(rawValue: 0)

    static func shared(_ domain: DomainNumber) -> Self { Self(rawValue: 1 << 16 | UInt32(domain.rawValue)) }

    static func `private`(_ domain: DomainNumber) -> Self { Self(rawValue: 2 << 16 | UInt32(domain.rawValue)) }

    init(_ owner: FrameOwner) {
        switch owner {
        case .host: self = .host
        case .shared(let domain): self = .shared(domain)
        case .private(let domain): self = .private(domain)
        }
    }

    var owner: FrameOwner {
        let domain = DomainNumber(rawValue: UInt16(truncatingIfNeeded: rawValue))
        if rawValue & (2 << 16) != 0 { return .private(domain) }
        return rawValue == 0 ? .host : .shared(domain)
    }
}
