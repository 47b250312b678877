internal import Assignment
internal import Emulator

extension Step {
    /// What is a little less than this step, the least first.
    var simpler: [Step] {
        var steps: [Step] = []
        if expectations.count > 1 { steps.append(Step(act, interruption)) }
        for index in expectations.indices {
            var rest = expectations
            rest.remove(at: index)
            steps.append(Step(act, interruption, expecting: rest))
        }
        if interruption != nil { steps.append(Step(act, expecting: expectations)) }
        return steps + act.simpler.map { Step($0, interruption, expecting: expectations) }
    }
}

extension Act {
    /// The same act with less said.
    fileprivate var simpler: [Act] {
        switch self {
        case .convert(let act):
            [ConvertAct(place: act.place, domain: act.domain, orders: StandingOrders(), isUnplanned: act.isUnplanned)]
                .filter { $0 != act }.map(Act.convert)
                + (act.isUnplanned
                    ? [
                        .convert(
                            ConvertAct(place: act.place, domain: act.domain, orders: act.orders, isUnplanned: false))
                    ] : [])
        case .release(let place, let rest, true): [.release(place, to: rest, takeSiblings: false)]
        case .recover(let place, let request):
            [RecoveryRequest(), RecoveryRequest(takeSiblings: true)].filter {
                $0 != request && request != RecoveryRequest()
            }
            .map { .recover(place, $0) }
        case .disconnect(let place, force: true): [.disconnect(place, force: false)]
        case .inject(let fault): fault.simpler.map(Act.inject)
        case .release, .disconnect, .plan, .notices, .observe, .confirm, .restart, .event, .advance, .dma, .interrupt,
            .peer,
            .check:
            []
        }
    }
}

extension InjectedFault {
    /// The first time, and wherever it is.
    fileprivate var simpler: [InjectedFault] {
        switch self {
        case .message(let fault):
            [
                MessageFault(fault.message, of: fault.device, fault.action),
                MessageFault(fault.message, occurrence: fault.occurrence, fault.action),
            ].filter { $0 != fault }.map(InjectedFault.message)
        case .effect(let fault):
            [
                EffectFault(fault.effect, of: fault.function, fault.action),
                EffectFault(fault.effect, occurrence: fault.occurrence, fault.action),
            ].filter { $0 != fault }.map(InjectedFault.effect)
        case .event: []
        }
    }
}
