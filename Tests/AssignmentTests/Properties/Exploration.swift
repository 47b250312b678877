import Assignment
import TDISP

/// Every state that can be reached, found breadth first, together with what the monitor remembers on the way there.
struct Exploration {
    /// One state of each shape.
    private(set) var states: [Shape: AssignmentState] = [:]
    /// How many pairs of shape and memory there are.
    private(set) var nodes = 0
    /// How many transitions were taken.
    private(set) var transitions = 0
    /// The rules that were broken, each with the first place.
    private(set) var violations: [String] = []

    private struct Node: Hashable {
        let shape: Shape
        let monitor: SafetyMonitor
    }

    /// Searches from a device that was never assigned.
    static let all = Exploration()

    private init() {
        var seen: Set<Node> = []
        var queue: [(state: AssignmentState, monitor: SafetyMonitor)] = []
        func visit(_ state: AssignmentState, _ monitor: SafetyMonitor, _ states: inout [Shape: AssignmentState]) {
            let shape = Shape(state)
            guard seen.insert(Node(shape: shape, monitor: monitor)).inserted else { return }
            if states[shape] == nil { states[shape] = state }
            queue.append((state, monitor))
        }
        visit(.initial, SafetyMonitor(), &states)
        var next = 0
        while next < queue.count, violations.count < 10 {
            let (state, monitor) = queue[next]
            next += 1
            for event in Self.events(in: state) {
                let after = AssignmentMachine.step(state, event)
                var memory = monitor
                violations += memory.violations(state, event, after).map { "\($0): \(state.label) x \(event)" }
                transitions += 1
                if after.state != state || memory != monitor { visit(after.state, memory, &states) }
            }
        }
        nodes = seen.count
    }

    /// Everything that can come in. Late outcomes are left out: the tables show that they change nothing.
    static func events(in state: AssignmentState) -> [AssignmentEvent] {
        requests + observations + outcomes(in: state).map { .finished(state.pending.name, $0) }
            + [.restarted(during: state.pending.name), .foundShut]
            + (state.pending == .askState ? TDIState.allCases.map(AssignmentEvent.answered) : [])
    }

    /// How the pending effect may end; nothing at rest.
    static func outcomes(in state: AssignmentState) -> [Outcome] {
        switch state.pending {
        case .none, .refuse: []
        case .compareIdentity: [.succeeded, .failed(.deviceRefused), .failed(.identityChanged), .unknown]
        case .reset(.function): [.succeeded, .failed(.deviceRefused), .failed(.siblingsInUse), .unknown]
        default: [.succeeded, .failed(.deviceRefused), .unknown]
        }
    }

    private static let observations = Observation.all.map(AssignmentEvent.observed)

    private static let requests: [AssignmentEvent] = [
        .convert(Walk.web, StandingOrders(recoveryLimit: 1)), .convert(Walk.database, StandingOrders(recoveryLimit: 1)),
        .convert(Walk.web, StandingOrders(convertAgain: true, recoveryLimit: 2)), .release(to: .attached),
        .release(to: .available), .recover(RecoveryRequest()), .recover(RecoveryRequest(fromQuarantine: true)),
        .recover(RecoveryRequest(fromQuarantine: true, convertAgain: true, allowConventionalReset: true)),
        .recover(RecoveryRequest(fromQuarantine: true, acceptIdentity: true, takeSiblings: true)), .cancel,
    ]
}
