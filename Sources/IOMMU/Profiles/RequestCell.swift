/// What a function or its driver asks of the platform apart from DMA.
public enum RequestKind: String, Hashable, Sendable, Codable, CaseIterable {
    /// An MSI, or an MSI-X interrupt of a table that is not locked.
    case interrupt
    /// An MSI-X interrupt of a table that is locked and reported.
    case lockedInterrupt = "interrupt of a locked MSI-X table"
    /// ATS: a translation request, and the translated requests that its answer is for.
    case translation = "ATS translation"
    /// A page request (PRI).
    case page = "page request"
    /// DMA to another device over a stream bound to both (BIND_P2P_STREAM).
    case peer = "peer-to-peer"
    /// The processor's access to MMIO of the function.
    case mmio = "MMIO"
    /// The processor's access to a range with IS_NON_TEE_MEM set.
    case nonTEEMMIO = "non-TEE MMIO"
}

/// Whether requests of one kind and T value pass in one standing: a cell of a profile's second table.
public struct RequestCell: Hashable, Sendable, Codable {
    /// Whether they pass, as far as the platform is concerned.
    public let isOpen: Bool
    /// Where that is written.
    public let source: CellSource

    static func open(_ source: CellSource) -> Self { Self(isOpen: true, source: source) }

    static func closed(_ source: CellSource) -> Self { Self(isOpen: false, source: source) }
}

extension RequestCell: CustomStringConvertible {
    /// `passes` or `refused`.
    public var description: String { isOpen ? "passes" : "refused" }
}
