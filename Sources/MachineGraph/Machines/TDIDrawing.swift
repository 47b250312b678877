import Assignment
import SPDM
import TDISP

/// The device's side of one interface as it is drawn.
enum TDIDrawing: DrawableMachine {
    static let title = "TDI machine: the device's side of one interface"
    static let initial = TDI.initial
    static let legend = [
        Graph.Legend(dma: .sharedPages, text: PermittedDMA.sharedPages.traffic),
        Graph.Legend(dma: .privatePages, text: PermittedDMA.privatePages.traffic),
        Graph.Legend(dma: .none, text: PermittedDMA.none.traffic),
    ]

    static func key(_ state: TDI) -> TDI { state }

    static func step(_ state: TDI, _ event: TDI.Event) -> Reaction<TDI> {
        let transition = TDI.step(state, event)
        return Reaction(next: transition.next, effect: transition.effect.issued)
    }

    static func alphabet(in state: TDI) -> [TDI.Event] {
        let sessions = [TDISample.session, TDISample.otherSession]
        return sessions.flatMap { session in TDISample.requests.map { .request($0, over: session) } }
            + TDISample.outcomes.map(TDI.Event.outcome) + TDISample.incidents.map(TDI.Event.incident)
            + [.conventionalReset, .recoverFromError]
    }

    /// LOCK and START by one session, with everything in order.
    static func straight(_ state: TDI) -> TDI.Event? {
        switch state {
        case .unlocked: .request(.lock(TDISample.lock), over: TDISample.session)
        case .inspecting: .outcome(.inspected(TDISample.goodOrder))
        case .locking: .outcome(.lockPrepared(TDISample.nonce, TDISample.epoch, TDISample.report))
        case .locked: .request(.start(TDISample.nonce), over: TDISample.session)
        case .checkingNonce: .outcome(.nonceConsumed(TDISample.epoch))
        case .starting: .outcome(.started(TDISample.epoch))
        case .run, .adjusting, .stopping, .failing, .error: nil
        }
    }

    static func node(_ state: TDI, detail: Bool) -> Graph.Node {
        let variant = detail ? state.variant : nil
        let name = variant.map { "\(state.name), \($0)" } ?? state.name
        return Graph.Node(
            id: name, label: name, group: state.name, traffic: "\(state.states): \(state.dma.traffic)", dma: state.dma,
            kind: state.kind)
    }

    static func stimulus(_ event: TDI.Event, in state: TDI) -> Graph.Stimulus {
        switch event {
        case .request(let request, _): .request(request.name)
        case .outcome(let outcome): state.objection(to: outcome).map(Graph.Stimulus.trouble) ?? outcome.stimulus
        case .incident(let incident): .trouble(incident.name)
        case .conventionalReset: .interruption("conventional reset")
        case .recoverFromError: .request("own decision")
        }
    }
}

extension PermittedDMA {
    /// What a device may issue, whatever the host's tables then do with it.
    fileprivate var traffic: String {
        switch self {
        case .hostOwn, .sharedPages: "T=0"
        case .privatePages: "T=1"
        case .none: "no DMA"
        }
    }
}

extension TDI {
    /// Why an outcome that sounds good is not.
    fileprivate func objection(to outcome: Outcome) -> String? {
        if case .inspecting(let now) = self, case .inspected(let context) = outcome {
            return LockCheck.firstFailure(of: now.request, over: now.session, in: context).map { _ in "check failed" }
        }
        if case .locking(let now) = self, case .lockPrepared = outcome {
            return now.violation.map { _ in "disturbed meanwhile" }
        }
        return nil
    }

    fileprivate var name: String {
        switch self {
        case .unlocked: "unlocked"
        case .inspecting: "inspecting"
        case .locking: "locking"
        case .locked: "locked"
        case .checkingNonce: "checking nonce"
        case .starting: "starting"
        case .run: "run"
        case .adjusting: "adjusting"
        case .stopping: "stopping"
        case .failing: "failing"
        case .error: "error"
        }
    }

    /// What the specification calls the states that are shown as one.
    fileprivate var states: String {
        switch self {
        case .stopping: "the state it leaves"
        case .unlocked, .inspecting, .locking, .locked, .checkingNonce, .starting, .run, .adjusting, .failing, .error:
            state.description
        }
    }

    fileprivate var dma: PermittedDMA {
        switch trafficState {
        case .configUnlocked: .sharedPages
        case .run: .privatePages
        case .configLocked, .error: .none
        }
    }

    fileprivate var kind: Graph.Kind {
        switch self {
        case .unlocked, .locked, .run: .resting
        case .inspecting, .locking, .checkingNonce, .starting, .adjusting, .stopping: .transient
        case .failing, .error: .error
        }
    }

    /// What tells the states of one name apart, as far as it decides what follows.
    fileprivate var variant: String? {
        switch self {
        case .locking(let now): now.violation == nil ? nil : "to be undone"
        case .run(let now): now.p2pStreams.isEmpty ? nil : "peer stream bound"
        case .adjusting(let now): now.adjustment.name
        case .stopping(let now): now.reason.name
        case .failing(let now): now.answer == nil ? nil : "answer owed"
        case .unlocked, .inspecting, .locked, .checkingNonce, .starting, .error: nil
        }
    }
}

extension TDI.StopReason {
    fileprivate var name: String {
        switch self {
        case .requested: "as requested"
        case .lockWithdrawn: "lock withdrawn"
        case .reset: "after reset"
        case .ownDecision: "by itself"
        }
    }
}
