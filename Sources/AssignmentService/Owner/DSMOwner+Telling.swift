import Assignment
import PCIe

// What came of an operation, for who asked for it, and what is told of every step.

extension DSMOwner {
    /// Keeps what the operation under way has come to.
    func remember(
        _ event: AssignmentEvent, _ before: AssignmentState, _ transition: AssignmentTransition,
        on tdi: FunctionAddress, after ended: EndedEffect?
    ) {
        operations[tdi, default: Operation()].proofs += ended?.report.proofs ?? []
        if case .refuse(let refusal) = transition.effect, event.isRequest { operations[tdi]?.refusal = refusal }
        let detail = ended?.report.detail ?? ""
        switch event {
        case .finished(let effect, .failed(let reason)):
            note(Trouble(.effect(effect, .failed(reason)), in: before.phase, detail: detail), on: tdi)
        case .finished(let effect, .unknown):
            note(Trouble(.effect(effect, .unknown), in: before.phase, detail: detail), on: tdi)
        case .observed(let observation): note(Trouble(.noticed(observation), in: before.phase), on: tdi)
        case .cancel: note(Trouble(.cancelled, in: before.phase), on: tdi)
        case .restarted(let effect):
            note(Trouble(.effect(effect, .unknown), in: before.phase, detail: "the manager was interrupted"), on: tdi)
        case .foundShut: note(Trouble(.foundShut, in: before.phase), on: tdi)
        case .finished(_, .succeeded), .convert, .release, .recover, .answered: break
        }
    }

    /// Keeps the first trouble of an operation, and the effect that went wrong last.
    func note(_ trouble: Trouble, on tdi: FunctionAddress) {
        if operations[tdi, default: Operation()].trouble == nil { operations[tdi]?.trouble = trouble }
        if case .effect = trouble.what { operations[tdi]?.lastEffect = trouble }
    }

    /// Puts what is to be told of a step in line.
    func tell(
        _ event: AssignmentEvent, _ before: AssignmentState, _ transition: AssignmentTransition,
        on tdi: FunctionAddress, after ended: EndedEffect?
    ) {
        func send(_ kind: StepReport.Kind) {
            news.append(
                StepReport(
                    device: tdi, kind: kind, phaseBefore: before.phase, phase: transition.state.phase,
                    state: transition.state, time: world.now()))
        }
        if let ended {
            let report = ended.report
            send(.ended(ended.name, report.outcome, detail: report.detail, proofs: report.proofs))
        }
        if case .observed(let observation) = event { send(.noticed(observation)) }
        if transition.effect.isToBeCarriedOut { send(.started(transition.effect.name)) }
        if transition.state.phase.isResting { send(.resting) }
    }

    /// Tells what is in line: every cut of this turn is on its way.
    func tellNews() {
        for report in news { world.report(report) }
        news = []
    }
}
