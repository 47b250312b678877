internal import Assignment
internal import AssignmentService
internal import Emulator
internal import PCIe
internal import TDISP

/// Makes acts of a journal's steps.
struct RecordingTranslation {
    private let places: Places
    private(set) var acts: [RecordedAct] = []
    /// What could not be carried over and belongs to no act.
    private(set) var losses: [String] = []
    /// The state of each device, in the order in which they were met.
    private(set) var states: [(place: Place, state: AssignmentState)] = []
    /// The act that is under way on each device.
    private var open: [FunctionAddress: Int] = [:]
    /// Connections that were lost, and whose TDIs are about to be told.
    private var lost: [FunctionAddress: HostEvent] = [:]

    init(_ places: Places) { self.places = places }

    mutating func take(_ step: RecordedStep) {
        switch step {
        case .assignment(let step): take(step)
        case .connection(let step): take(step)
        }
    }

    /// A run that ends in the middle of an act: its manager is dead, or still at work.
    mutating func finish() {
        for (_, index) in open { acts[index].draft.interrupt(.crashBefore, at: acts[index].state.pending.name) }
        open = [:]
    }

    // MARK: Assignments

    private mutating func take(_ step: AssignmentStep) {
        guard let place = places.place(of: step.device) else {
            losses.append("\(step.device) is not a function of this topology: \(step.event)")
            return
        }
        let before = states.first { $0.place == place }?.state ?? .initial
        take(step.event, on: place, before)
        if let index = open[place.function] {
            if case .refuse(let refusal) = step.effect {
                acts[index].refusal = refusal
            } else if step.effect != .none {
                acts[index].effects.append(step.effect.name)
                if case .assignment(let name)? = step.effect.name.ofPlatform {
                    acts[index].draft.start(.assignment(name), on: place)
                }
            }
            acts[index].state = step.state
            if step.state.phase.isResting { open[place.function] = nil }
        }
        states.removeAll { $0.place == place }
        states.append((place, step.state))
    }

    private mutating func take(_ event: AssignmentEvent, on place: Place, _ before: AssignmentState) {
        switch event {
        case .convert(let domain, let orders):
            begin(.convert(ConvertAct(place: place, domain: domain, orders: orders, isUnplanned: false)), place, before)
        case .release(let rest, let takes): begin(.release(place, to: rest, takeSiblings: takes), place, before)
        case .recover(let request): begin(.recover(place, request), place, before)
        case .cancel: with(place) { $0.draft.interrupt(.cancelAt, at: before.pending.name) }
        case .finished(let effect, let outcome): with(place) { Self.end(effect, outcome, &$0.draft, on: place) }
        case .answered(let answer): hear(answer, on: place, before)
        case .observed(let observation): notice(observation, on: place, before)
        case .restarted(let pending): restart(place, during: pending, before)
        case .foundShut:
            losses.append("\(place.function) was cut by somebody who did not record it, which no replay does")
            begin(.restart(place), place, before)
        }
    }

    /// An interface that fell meanwhile, or that shows what became of the effect in which the manager died.
    private mutating func hear(_ answer: TDIState, on place: Place, _ before: AssignmentState) {
        if answer == .error {
            with(place) { $0.draft.happen(.poisonedData(place.function), during: before.pending.name, on: place) }
        }
        guard let index = open[place.function], index > 0, case .restart = acts[index].draft.act else { return }
        acts[index - 1].draft.wasCarriedOut(whereItLedTo: answer)
    }

    private static func end(_ effect: EffectName, _ outcome: Outcome, _ act: inout DraftAct, on place: Place) {
        guard outcome != .succeeded else { return }
        guard effect != .appraise else { return act.refuseEvidence(on: place) }
        // What became of a connection its own steps tell.
        guard case .assignment(let name)? = effect.ofPlatform else { return }
        switch outcome {
        // The manager's own word, which it gives again.
        case .succeeded, .failed(.siblingsInUse): break
        case .failed(let reason): act.hit(.assignment(name), .fail(reason), on: place)
        case .unknown:
            act.hit(.assignment(name), .unknownNotDone, on: place)
            act.remark("whether \(effect.rawValue) was carried out is not recorded; here it is not")
        }
    }

    private mutating func with(_ place: Place, _ change: (inout RecordedAct) -> Void) {
        if let index = open[place.function] { change(&acts[index]) }
    }

    private mutating func begin(_ act: Act, _ place: Place, _ before: AssignmentState) {
        open[place.function] = acts.count
        acts.append(RecordedAct(act, on: place, from: before))
    }

    // MARK: What was noticed

    private mutating func notice(_ observation: Observation, on place: Place, _ before: AssignmentState) {
        let connection = lost[place.dsm]
        guard let event = connection ?? observation.event(at: place, in: before.domain) else {
            return losses.append("\(place.function) was noticed in \(observation.word), and nothing there leads to it")
        }
        if open[place.function] != nil {
            guard connection == nil else { return }
            return with(place) { $0.draft.happen(event, during: before.pending.name, on: place) }
        }
        // One look at a DSM tells all of its functions.
        if let index = acts.indices.last, acts[index].isNotice(of: place.dsm), open.values.contains(index) {
            if !acts[index].events.contains(event) { acts[index].events.append(event) }
            return
        }
        begin(.notices(place), place, before)
        acts[acts.count - 1].events = [event]
    }

    /// The manager died in what was under way. Whether it had carried the effect out, a state that is answered may tell; it
    /// is taken for not carried out.
    private mutating func restart(_ place: Place, during pending: EffectName, _ before: AssignmentState) {
        let index = open[place.function]
        with(place) { act in
            let effect = pending == .appraise ? EffectName.reconfirm : pending
            act.draft.interrupt(.crashBefore, at: effect)
            if effect != pending {
                act.draft.lose("the manager died in \(pending.rawValue); here in \(effect.rawValue)")
            }
        }
        let place = Place(function: place.function, dsm: place.dsm)
        guard let index, index + 1 < acts.count else { return begin(.restart(place), place, before) }
        // What others did meanwhile comes behind it: nobody acts without a manager.
        for (function, other) in open where other > index { open[function] = other + 1 }
        acts.insert(RecordedAct(.restart(place), on: place, from: before), at: index + 1)
        open[place.function] = index + 1
    }

    // MARK: Connections

    private mutating func take(_ step: ConnectionStep) {
        let concerned = open.filter { acts[$0.value].place.dsm == step.dsm }.values.sorted()
        let place = Place(function: step.dsm, dsm: step.dsm)
        func name(_ effect: ConnectionEffectName) -> EffectFault.Name { .connection(effect) }
        switch step.event {
        case .finished(let effect, .failed(let reason)):
            concerned.first.map { acts[$0].draft.hit(name(effect), .fail(reason), on: place) }
        case .finished(let effect, .unknown):
            concerned.first.map { acts[$0].draft.hit(name(effect), .unknownNotDone, on: place) }
        case .lost(let loss):
            lost[step.dsm] = loss.event(on: step.dsm)
            guard let event = lost[step.dsm], let index = concerned.first else { return }
            acts[index].draft.happen(event, during: acts[index].state.pending.name, on: acts[index].place)
            return
        case .disconnect(_, let force):
            guard concerned.isEmpty, case .disconnect = step.effect else {
                return losses.append("the connection of \(step.dsm) was ended\(force ? " by force" : "") meanwhile")
            }
            acts.append(RecordedAct(.disconnect(place, force: force), on: place, from: .initial))
        case .finished(_, .succeeded), .require, .rekey, .restarted: break
        }
        lost[step.dsm] = nil
        switch step.effect {
        case .connect, .refreshKeys, .disconnect:
            for index in concerned { acts[index].draft.start(name(step.effect.name), on: place) }
        case .none, .refuse, .announce: break
        }
    }
}

extension RecordedAct {
    /// Whether it is a look at what was noticed of a DSM.
    fileprivate func isNotice(of dsm: FunctionAddress) -> Bool {
        if case .notices(let place) = draft.act { place.dsm == dsm } else { false }
    }
}
