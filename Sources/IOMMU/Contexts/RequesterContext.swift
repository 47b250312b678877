/// What is known of one requester. One that nobody has set up may do nothing: it has no tables, and cannot master the
/// bus.
public struct RequesterContext: Hashable, Sendable {
    /// How the platform holds the function.
    public internal(set) var standing: Standing = .host
    /// Whether bus mastering is switched on, in the function and above it.
    public internal(set) var isBusMaster = false
    /// Whether its translation requests are answered and its translated requests taken (ATS).
    public internal(set) var isATSEnabled = false
    /// Whether it has a TDISP interface, so that it could come to RUN.
    public internal(set) var canBeTrusted = true
    /// The VM that the standing is about; says nothing in ``Standing/host``.
    var domain = DomainNumber(rawValue: 0)
    var host = TableNumber.none
    var trusted = TableNumber.none
    var guest = TableNumber.none

    /// The host's second-stage table; nil: no context.
    public var hostTable: TableNumber? { host.orNil }
    /// The second-stage table that T=1 is walked in; nil: no context.
    public var trustedTable: TableNumber? { trusted.orNil }
    /// The guest's first-stage table for requests that name no PASID; nil: none.
    public var guestTable: TableNumber? { guest.orNil }

    /// The VM that holds the function; nil: the host.
    public var owner: DomainNumber? {
        switch standing {
        case .host: nil
        case .unlocked, .locked, .run, .error: domain
        }
    }

    /// Whether another one is held in the same way, for the same VM.
    func isHeld(like other: Self) -> Bool { standing == other.standing && owner == other.owner }

    /// The number of the table of a kind, `none` where there is no context.
    subscript(kind: TableKind) -> TableNumber {
        get {
            switch kind {
            case .host: host
            case .trusted: trusted
            case .guest: guest
            }
        }
        set {
            switch kind {
            case .host: host = newValue
            case .trusted: trusted = newValue
            case .guest: guest = newValue
            }
        }
    }
}

extension TableNumber {
    /// No table, in places that are too hot or too many for an optional.
    static let none = TableNumber(rawValue: .max)

    /// Nil for `none`.
    var orNil: TableNumber? { self == .none ? nil : self }
}
