internal import Assignment

/// An assignment without what cannot change its future: the causes it carries for people to read, the number of its
/// epoch, and recoveries counted beyond the limit. Assignments of one shape go on alike, so one stands for all.
struct AssignmentShape: Hashable {
    private let phase: Phase
    private let step: Step
    private let domain: DomainID?
    private let rekeyOwed: Bool
    private let recoveries: UInt8
    private let orders: StandingOrders

    /// Where in its phase it is, and what it carries from there.
    private enum Step: Hashable {
        case still
        case attaching(Attaching.Step, Way)
        case quiescing(Quiescing.Step, Way)
        case converting(Way)
        case confirming(Confirming.Step, Way)
        case releasing(Releasing.Step, Rest)
        case detaching(Detaching.Step)
        case failed(CutRank, Destination, isPutAway: Bool)
        case recovering(Recovering.Rung, HomewardStep, Destination)
        case quarantined(Rest)
        case unknown(Unknown.Step, Destination)
    }

    /// What a conversion carries.
    private struct Way: Hashable {
        let origin: Rest
        let cancelled: Bool

        init(_ conversion: Conversion) { (origin, cancelled) = (conversion.origin, conversion.cancelled) }
    }

    init(_ state: AssignmentState) {
        let lineage = state.lineage
        phase = state.phase
        step = Self.step(of: state)
        domain = state.domain
        rekeyOwed = lineage.rekeyOwed
        recoveries = min(lineage.recoveries, lineage.orders.recoveryLimit + 1)
        orders = lineage.orders
    }

    private static func step(of state: AssignmentState) -> Step {
        switch state {
        case .available, .attached, .private: .still
        case .attaching(let now): .attaching(now.step, Way(now.conversion))
        case .quiescing(let now): .quiescing(now.step, Way(now.conversion))
        case .locking(let now): .converting(Way(now.conversion))
        case .locked(let now): .converting(Way(now.conversion))
        case .attesting(let now): .converting(Way(now.conversion))
        case .attested(let now): .converting(Way(now.conversion))
        case .accepting(let now): .converting(Way(now.conversion))
        case .confirming(let now): .confirming(now.step, Way(now.conversion))
        case .releasing(let now): .releasing(now.step, now.rest)
        case .detaching(let now): .detaching(now.step)
        case .failed(let now): .failed(now.rank, now.home, isPutAway: now.putAway != nil)
        case .recovering(let now): .recovering(now.rung, now.step, now.home)
        case .quarantined(let now): .quarantined(now.rest)
        case .unknown(let now): .unknown(now.step, now.home)
        }
    }
}

/// A connection without the number of its generation and the cause of its loss.
struct ConnectionShape: Hashable {
    private let name: ConnectionState.Name
    private let purpose: Connecting.Purpose?
    private let next: Disconnecting.Next?
    private let count: UInt16

    init(_ state: ConnectionState) {
        name = state.name
        (purpose, next, count) =
            switch state {
            case .none, .connected, .lost: (nil, nil, 0)
            case .connecting(let now): (now.purpose, nil, 0)
            case .refreshing(let now): (nil, nil, now.lockedTDIs)
            case .disconnecting(let now): (nil, now.next, UInt16(now.attempts))
            }
    }
}

/// Values by number, one of each shape: the first that was met.
struct Interned<Shape: Hashable, Value> {
    private var numbers: [Shape: UInt16] = [:]
    private(set) var values: [Value] = []

    /// The number of the value's shape.
    mutating func number(of value: Value, _ shape: Shape) -> UInt16 {
        if let number = numbers[shape] { return number }
        let number = UInt16(values.count)
        numbers[shape] = number
        values.append(value)
        return number
    }
}
