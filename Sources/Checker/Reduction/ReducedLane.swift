import Assignment
import TDISP

/// One device of the reduction: the shipped engine's state, and whether the IOMMU routes its T=1 to private memory.
struct ReducedLane: Sendable {
    /// What happens to a device in one step of the reduction.
    enum Event: Hashable, Sendable {
        /// A request, which the engine does not refuse.
        case requested(AssignmentEvent)
        /// The platform has opened or closed the route, and the engine does not know it yet.
        case routed(EffectName)
        /// The engine is told that its effect succeeded.
        case succeeded(EffectName)
    }

    let state: AssignmentState
    let isRouted: Bool

    /// A device that was never assigned.
    static let initial = ReducedLane(state: .initial, isRouted: false)

    /// All that can happen next, and what comes of it.
    var steps: [(event: Event, lane: ReducedLane)] {
        let requests = Self.requests.compactMap { request -> (Event, ReducedLane)? in
            let transition = AssignmentMachine.step(state, request)
            if case .refuse = transition.effect { return nil }
            return (.requested(request), settled(transition))
        }
        guard state.pending != .none else { return requests }
        return requests + [isRouteDue ? routed : told]
    }

    private static let requests: [AssignmentEvent] = [
        .convert(DomainID(high: 0, low: 1), StandingOrders()), .release(to: .available),
    ]

    /// Whether the pending effect opens or closes the route and the platform has not done so.
    private var isRouteDue: Bool {
        switch state.pending.name {
        case .accept: !isRouted
        case .cut: isRouted
        default: false
        }
    }

    private var routed: (Event, ReducedLane) {
        (.routed(state.pending.name), ReducedLane(state: state, isRouted: !isRouted))
    }

    private var told: (Event, ReducedLane) {
        let name = state.pending.name
        return (.succeeded(name), settled(AssignmentMachine.step(state, .finished(name, .succeeded))))
    }

    /// Effects that neither open nor close anything succeed in the step that asks for them.
    private func settled(_ transition: AssignmentTransition) -> ReducedLane {
        var state = transition.state
        while state.pending != .none, !Self.isOneOfItsOwn(state.pending.name) {
            state = AssignmentMachine.step(state, .finished(state.pending.name, .succeeded)).state
        }
        return ReducedLane(state: state, isRouted: isRouted)
    }

    private static func isOneOfItsOwn(_ effect: EffectName) -> Bool {
        effect.isGranting || effect == .cut || effect == .stop
    }

    /// All of it that bears on what comes next. The lock epoch is left out: it only counts.
    struct Shape: Hashable {
        let phase: Phase
        let pending: EffectName
        let domain: DomainID?
        let isRekeyOwed: Bool
        let isRouted: Bool
    }

    var shape: Shape {
        Shape(
            phase: state.phase, pending: state.pending.name, domain: state.domain,
            isRekeyOwed: state.lineage.rekeyOwed, isRouted: isRouted)
    }

    /// The rule that the lane breaks: T=1 is routed only from START on, and until the cut on the way out.
    var violation: Violation? {
        guard isRouted, state.phase.permittedDMA != .privatePages, ![.accept, .cut].contains(state.pending.name) else {
            return nil
        }
        return Violation(.noTrustedDMAWithoutRun, "T=1 is routed while \(state.phase.rawValue)")
    }
}

extension ReducedLane.Event: CustomStringConvertible {
    var description: String {
        switch self {
        case .requested(.release(let rest, _)): "release to \(rest.rawValue)"
        case .requested: "convert"
        case .routed(let effect): "\(effect.rawValue) is carried out"
        case .succeeded(let effect): "\(effect.rawValue) succeeded"
        }
    }
}
