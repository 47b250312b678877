/// Who owns a translation table, which says for whose DMA it is walked.
public enum TableOwner: Hashable, Sendable, Codable {
    /// The host: it may map what it likes; frames are checked when they are reached.
    case host
    /// The TSM, for one VM: maps private pages of that VM only.
    case trusted(DomainNumber)
}

extension TableOwner {
    /// Which kind of table it has.
    public var kind: TranslationProfile.Tables {
        switch self {
        case .host: .host
        case .trusted: .trusted
        }
    }
}

extension TableOwner: CustomStringConvertible {
    /// For example `trusted table of domain 3`.
    public var description: String {
        switch self {
        case .host: "host table"
        case .trusted(let domain): "trusted table of \(domain)"
        }
    }
}
