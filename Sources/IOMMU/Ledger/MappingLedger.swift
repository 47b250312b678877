public import PCIe

/// The untrusted mappings of one requester, kept while it is in private operation: saved, dropped, and restored once.
///
/// Pages keep their sizes. A page that is no longer a shared page of the domain when the mappings come back is left
/// out.
public struct MappingLedger: Hashable, Sendable, Codable {
    /// Whose mappings they are.
    public let requesterID: RequesterID
    /// The VM whose shared pages they map.
    public let domain: DomainNumber
    /// The mappings, in order of device addresses.
    public let mappings: [Mapping]
    /// What became of them.
    public internal(set) var stage: Stage = .saved

    /// How far the ledger has come. It only goes forward.
    public enum Stage: Hashable, Sendable, Codable {
        /// Written down; the table still has them.
        case saved
        /// The table no longer has them.
        case dropped
        /// The table has them again, but for these.
        case restored(leftOut: [LeftOutPages])
    }
}

/// Pages of a ledger that were not mapped again: whole 4 KiB pages, contiguous in both address spaces, for one reason.
public struct LeftOutPages: Hashable, Sendable, Codable {
    /// The device addresses that lead nowhere now.
    public internal(set) var addresses: Range<UInt64>
    /// First host physical address.
    public let physical: UInt64
    /// Why.
    public let reason: Reason

    /// Why a page is not mapped again.
    public enum Reason: Hashable, Sendable, Codable {
        /// It belongs to somebody else, or has become private.
        case owner(FrameOwner)
        /// It is being converted.
        case conversionPending
        /// There is no memory.
        case noMemory
    }
}
