import Assignment
import TDISP

/// The pure machine: how many events one core steps through in a second.
enum EngineBenchmark {
    static func figures() throws -> [Figure] {
        let life = Life.busy
        try require(life.visits(.private) >= 3 && life.visits(.recovering) >= 1, "the life of a device has all phases")
        let cost = try measure { times in
            for _ in 0..<times {
                var state = AssignmentState.initial
                for event in life.events { state = AssignmentMachine.step(state, event).state }
                try require(state == life.end, "the replayed life ended elsewhere")
            }
        }
        let stepsPerSecond = cost.perSecond * Double(life.events.count)
        let lookup = lookups()
        return [
            Figure(
                group: "engine", name: "events of an assignment, one core", value: stepsPerSecond, unit: .perSecond,
                target: .atLeast(1_000_000, stepsPerSecond),
                reference: Reference("hash table look-ups of its state", lookup.perSecond, of: stepsPerSecond)),
            Figure(
                group: "engine", name: "allocations per event", value: cost.allocations / Double(life.events.count),
                unit: .allocations),
        ]
    }

    /// Finding a state in a hash table: what an engine that kept its transitions in a table would have to do.
    private static func lookups() -> Cost {
        let table = Dictionary(uniqueKeysWithValues: Set(Life.busy.states).enumerated().map { ($1, $0) })
        let states = Life.busy.states
        let cost = measure { times in
            var found = 0
            for _ in 0..<times { for state in states { found &+= table[state] ?? 0 } }
            blackHole(found)
        }
        return Cost(nanoseconds: cost.nanoseconds / Double(states.count), allocations: cost.allocations)
    }
}

/// The events of one device's life, in order.
struct Life {
    private(set) var events: [AssignmentEvent] = []
    /// The state before each event.
    private(set) var states: [AssignmentState] = []
    private(set) var end = AssignmentState.initial

    func visits(_ phase: Phase) -> Int { states.count { $0.phase == phase } }

    /// Converted, watched, fallen to ERROR and recovered, converted again, released; refused now and then, with outcomes
    /// that come too late.
    static let busy: Life = {
        let (web, other) = (DomainID(high: 1, low: 1), DomainID(high: 1, low: 2))
        var life = Life()
        life.run(.convert(web, StandingOrders()))
        life.take(.observed(.state(.run)))
        life.take(.convert(other, StandingOrders()))
        life.take(.finished(.lock, .succeeded))
        life.run(.observed(.state(.error)))
        life.run(.convert(web, StandingOrders()), failing: .accept)
        life.run(.convert(web, StandingOrders()))
        life.run(.release(to: .attached))
        life.take(.observed(.sessionLost))
        life.run(.release(to: .available))
        return life
    }()

    private mutating func take(_ event: AssignmentEvent) {
        events.append(event)
        states.append(end)
        end = AssignmentMachine.step(end, event).state
    }

    /// One event and the outcomes of all that follows from it.
    private mutating func run(_ event: AssignmentEvent, failing: EffectName = .none) {
        take(event)
        while end.pending.name != .none {
            let name = end.pending.name
            take(.finished(name, name == failing ? .failed(.deviceRefused) : .succeeded))
        }
    }
}
