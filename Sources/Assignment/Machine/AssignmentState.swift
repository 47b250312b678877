/// Where one assignment is: a small value that the checker copies, the journal stores and a replay compares.
///
/// ```
///                 attaching            quiescing   locking .. accepting   confirming
/// available ------------------> attached ----------------------------------------> private
///     ^                          ^  |                      |                          |
///     |         detaching        |  |                      v                          |
///     +--------------------------|--+                    failed <---------------------+
///                                |                         | cut                      |
///                                +---- recovering <--------+        releasing <-------+
///                                          |                            |
///                                     quarantined                    (home)
/// ```
public enum AssignmentState: Hashable, Sendable, Codable {
    case available(Available)
    case attaching(Attaching)
    case attached(Attached)
    case quiescing(Quiescing)
    case locking(Locking)
    case locked(Locked)
    case attesting(Attesting)
    case attested(Attested)
    case accepting(Accepting)
    case confirming(Confirming)
    case `private`(Private)
    case releasing(Releasing)
    case detaching(Detaching)
    case failed(Failed)
    case recovering(Recovering)
    case quarantined(Quarantined)
    case unknown(Unknown)

    /// A device that was never assigned.
    public static let initial = AssignmentState.available(Available(lineage: Lineage()))
}

/// What every state can tell.
protocol PhaseState: Hashable, Sendable, Codable {
    /// The phase that this struct is the state of.
    static var phase: Phase { get }
    /// What the assignment carries through all phases.
    var lineage: Lineage { get }
    /// The domain it belongs to or is on its way to or from.
    var domain: DomainID? { get }
    /// The effect whose outcome this state waits for; `none` in a resting phase.
    var pending: AssignmentEffect { get }
    /// Where the assignment goes when it cannot go on.
    var home: Destination { get }
    /// The pending effect ended.
    func finished(_ outcome: Outcome) -> AssignmentTransition
    /// Something was noticed.
    func observed(_ observation: Observation) -> AssignmentTransition
}

/// Where a way home leads.
public enum Destination: Hashable, Sendable, Codable {
    /// To rest there.
    case rest(Rest)
    /// To convert again from scratch; when that fails, to rest at `origin`.
    case convert(origin: Rest)
}

extension AssignmentState {
    var current: any PhaseState {
        switch self {
        case .available(let state): state
        case .attaching(let state): state
        case .attached(let state): state
        case .quiescing(let state): state
        case .locking(let state): state
        case .locked(let state): state
        case .attesting(let state): state
        case .attested(let state): state
        case .accepting(let state): state
        case .confirming(let state): state
        case .private(let state): state
        case .releasing(let state): state
        case .detaching(let state): state
        case .failed(let state): state
        case .recovering(let state): state
        case .quarantined(let state): state
        case .unknown(let state): state
        }
    }

    /// The phase.
    public var phase: Phase { type(of: current).phase }
    /// Why it is in quarantine, if it is.
    public var quarantineReason: QuarantineReason? { if case .quarantined(let put) = self { put.reason } else { nil } }
    /// What the assignment carries through all phases.
    public var lineage: Lineage { current.lineage }
    /// The domain it belongs to or is on its way to or from.
    public var domain: DomainID? { current.domain }
    /// The effect whose outcome this state waits for; `none` in a resting phase.
    public var pending: AssignmentEffect { current.pending }
}
