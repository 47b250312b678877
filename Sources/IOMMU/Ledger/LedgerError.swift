public import PCIe

/// Why a ledger cannot take its next step. Nothing has changed then.
public enum LedgerError: Error, Hashable, Sendable {
    /// The requester has no untrusted context.
    case noContext(RequesterID)
    /// Others use the same table and would lose their mappings.
    case sharedTable(with: RequesterID)
    /// The ledger is not where this step starts.
    case stage(MappingLedger.Stage)
    /// The table does not hold exactly what was saved.
    case changedSinceSaved
    /// The table holds a mapping, which restoring would have to go over.
    case tableNotEmpty(Mapping)
    /// The requester still has a trusted context: untrusted mappings come back last.
    case trustedContextPresent
    /// The table refused.
    case mapping(MappingError)
}

extension LedgerError: CustomStringConvertible {
    /// One line for an operator.
    public var description: String {
        switch self {
        case .noContext(let requester): "\(requester) has no untrusted context"
        case .sharedTable(let requester): "\(requester) uses the same table"
        case .stage(.saved): "the mappings have not been dropped"
        case .stage(.dropped): "the mappings have been dropped already"
        case .stage(.restored): "the mappings have been restored already"
        case .changedSinceSaved: "the table no longer holds what was saved"
        case .tableNotEmpty(let mapping): "the table already maps \(mapping)"
        case .trustedContextPresent: "the trusted context is still there"
        case .mapping(let error): error.description
        }
    }
}
