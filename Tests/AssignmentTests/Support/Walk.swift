import Assignment
import TDISP

/// A walk through the machine that only public events can make.
struct Walk {
    var state: AssignmentState
    /// The effect of the last step.
    var effect = AssignmentEffect.none

    static let web = DomainID(high: 0x11, low: 1)
    static let database = DomainID(high: 0x22, low: 2)

    init(_ state: AssignmentState = .initial) { self.state = state }

    /// One step.
    func on(_ event: AssignmentEvent) -> Walk {
        let transition = AssignmentMachine.step(state, event)
        var next = Walk(transition.state)
        next.effect = transition.effect
        return next
    }

    /// The pending effect ends.
    func ends(_ outcome: Outcome) -> Walk { on(.finished(state.pending.name, outcome)) }

    /// The pending effect succeeds.
    var succeeds: Walk { ends(.succeeded) }
    /// The pending effect fails.
    var fails: Walk { ends(.failed(.deviceRefused)) }
    /// Nobody knows how the pending effect ended.
    var vanishes: Walk { ends(.unknown) }

    func observes(_ observation: Observation) -> Walk { on(.observed(observation)) }

    func converts(for domain: DomainID = Walk.web, _ orders: StandingOrders = StandingOrders()) -> Walk {
        on(.convert(domain, orders))
    }

    /// Every effect succeeds until a state with this label is reached. A label that is not on the way stays unreached,
    /// and the test that asked for it fails on the label.
    func succeeds(until label: String) -> Walk {
        var walk = self
        for _ in 0..<40 where walk.state.label != label { walk = walk.succeeds }
        return walk
    }

    /// Every effect succeeds until the device rests.
    var rests: Walk {
        var walk = self
        for _ in 0..<40 where !walk.state.phase.isResting { walk = walk.succeeds }
        return walk
    }

    /// The effects that are issued from here on, in order, when each of them succeeds.
    var effectsUntilRest: [String] {
        var walk = self
        var names: [String] = []
        while !walk.state.phase.isResting, names.count < 40 {
            names.append(walk.state.pending.label)
            walk = walk.succeeds
        }
        return names
    }
}

extension Walk {
    /// A device in shared operation, as a conversion that turned back left it.
    static var attached: Walk {
        Walk().converts().succeeds(until: "attaching.attach").on(.cancel).succeeds.fails
    }

    /// A device in private operation, converted while it was attached.
    static func converted(_ orders: StandingOrders = StandingOrders()) -> Walk {
        attached.converts(for: web, orders).rests
    }
}
