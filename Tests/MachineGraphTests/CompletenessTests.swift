import Assignment
import TDISP
import Testing

@testable import MachineGraph

/// The alphabet of the drawing is small. Walks with every parameter there is must not find an edge that the graph lacks.
@Suite struct `Alphabet of the assignment machine` {
    /// A fixed sequence of numbers that looks like chance.
    struct Sequence {
        var state: UInt64
        mutating func next(below bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
    }

    static let domains = [DomainID(high: 1, low: 1), DomainID(high: 2, low: 2), DomainID(high: 3, low: 3)]
    static let orders = [0, 1, 3, 255].flatMap { StandingOrders.all(limit: $0) }
    static let outcomes = [Outcome.succeeded, .unknown] + FailureReason.allCases.map(Outcome.failed)
    static let events: [AssignmentEvent] =
        domains.flatMap { domain in orders.map { .convert(domain, $0) } }
        + Rest.allCases.map { .release(to: $0) } + RecoveryRequest.all.map(AssignmentEvent.recover) + [.cancel]
        + TDIState.allCases.map(AssignmentEvent.answered) + Observation.all.map(AssignmentEvent.observed)
        + EffectName.allCases.map { .restarted(during: $0) } + [.foundShut]
        + EffectName.allCases.flatMap { name in outcomes.map { .finished(name, $0) } }

    @Test(arguments: [false, true])
    func `leaves no edge out that other parameters would find`(_ detail: Bool) {
        let graph = detail ? Picture.detailedAssignment.graph : Picture.assignment.graph
        var numbers = Sequence(state: 1)
        var state = AssignmentState.initial
        var seen: Set<[String]> = []
        for _ in 0..<20_000 {
            // Two of three times the pending effect succeeds, so that walks get far.
            let goesOn = numbers.next(below: 3) > 0 && !state.phase.isResting
            let event =
                goesOn
                ? .finished(state.pending.name, .succeeded) : Self.events[numbers.next(below: Self.events.count)]
            let next = AssignmentMachine.step(state, event).state
            let ends = [state, next].map { AssignmentDrawing.node($0, detail: detail).id }
            if ends[0] != ends[1], seen.insert(ends).inserted {
                #expect(graph.leads(from: ends[0], to: ends[1]), "\(ends[0]) to \(ends[1]) by \(event)")
            }
            state = next
        }
        #expect(seen.count > 30)
    }
}
