/// A translation table by the number that contexts name it by. Numbers are not reused.
public struct TableNumber: RawRepresentable, Hashable, Sendable, Codable {
    /// The number, from 0.
    public let rawValue: UInt32

    /// Creates a number.
    public init(rawValue: UInt32) { self.rawValue = rawValue }
}

/// Which kind of table.
public enum TableKind: String, Hashable, Sendable, Codable, CaseIterable {
    /// Second stage, the host's.
    case host
    /// Second stage for T=1.
    case trusted
    /// First stage, a guest's.
    case guest
}

/// Who owns a translation table, which says for whose DMA it is walked.
public enum TableOwner: Hashable, Sendable, Codable {
    /// The host, second stage: it may map what it likes; frames are checked when they are reached.
    case host
    /// Second stage of T=1 for one VM; what it may map is a matter of the platform's ownership structure.
    case trusted(DomainNumber)
    /// A guest, first stage: from the device's addresses to guest physical ones.
    case guest(DomainNumber)
}

extension TableOwner {
    /// Which kind of table it has.
    public var kind: TableKind {
        switch self {
        case .host: .host
        case .trusted: .trusted
        case .guest: .guest
        }
    }

    /// Whose VM it is for; nil: the host's.
    public var domain: DomainNumber? {
        switch self {
        case .host: nil
        case .trusted(let domain), .guest(let domain): domain
        }
    }
}

extension TableOwner: TextWithNames {
    /// For example `trusted table of domain 3`.
    public func text(_ names: Names) -> String {
        switch self {
        case .host: "host table"
        case .trusted(let domain): "trusted table of \(names.domain(domain))"
        case .guest(let domain): "guest table of \(names.domain(domain))"
        }
    }
}
