public import PCIe

/// Why a context or a table cannot be set up or removed.
public enum ContextError: Error, Hashable, Sendable {
    /// There is no such table.
    case noSuchTable(TableNumber)
    /// The requester already has a context of that kind, with this table.
    case occupied(by: TableNumber)
    /// The profile walks no table of that kind.
    case notWalked(TableKind)
    /// A context of this requester still names the table.
    case inUse(by: RequesterID)
}

extension ContextError: CustomStringConvertible {
    /// One line for an operator.
    public var description: String {
        switch self {
        case .noSuchTable(let number): "no table \(number.rawValue)"
        case .occupied(let number): "there is a context already, with table \(number.rawValue)"
        case .notWalked(let kind): "the platform walks no \(kind.rawValue) tables"
        case .inUse(let requester): "\(requester) still uses the table"
        }
    }
}
