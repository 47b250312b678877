/// How many requests may still be sent to one DSM: NUM_REQ_ALL over all its interfaces (TDISP 1.0, 11.3.7).
///
/// A ``TDIRequester`` keeps one request outstanding, which is within any NUM_REQ_THIS. Whoever runs several of them
/// against one DSM takes a permit before each operation and returns it afterwards.
public struct RequestBudget: Hashable, Sendable {
    /// How many requests the DSM takes at once; a DSM that declares 0 is taken to mean 1.
    public let limit: UInt8
    /// How many permits are out.
    public private(set) var outstanding: UInt8

    /// Creates a budget from what the DSM declared.
    public init(_ capabilities: TDISPCapabilities) {
        limit = max(1, capabilities.outstandingPerDevice)
        outstanding = 0
    }

    /// Takes a permit; false if none is left.
    public mutating func take() -> Bool {
        guard outstanding < limit else { return false }
        outstanding += 1
        return true
    }

    /// Returns a permit.
    public mutating func giveBack() {
        outstanding -= outstanding > 0 ? 1 : 0
    }
}
