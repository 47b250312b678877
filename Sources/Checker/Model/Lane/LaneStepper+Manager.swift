internal import Assignment

// Operators, and the manager that dies and comes back.

extension LaneStepper {
    /// Everything that an operator may ask for and that changes something.
    func ask(_ lane: Lane) {
        var requests: [AssignmentEvent] = [.release(to: .attached), .release(to: .available), .cancel]
        for vm in 0..<UInt8(model.vms) { requests += model.orders.map { .convert(CheckerModel.domain(vm), $0) } }
        requests += model.recoveries.map(AssignmentEvent.recover)
        if model.hasSiblings, lane.isFunctionZero { requests += Self.withoutRegard }
        let before = state(lane)
        for request in requests {
            let step = model.functions.engine(before, request)
            guard step.effect.name != .refuse, number(step.state) != lane.assignment || step.effect != .none else {
                continue
            }
            feed(request, to: lane, .asked(request))
        }
        if !model.hasSiblings { disconnect(lane) }
    }

    /// What an operator asks for who gives the sibling up.
    private static let withoutRegard: [AssignmentEvent] = [
        .release(to: .available, takeSiblings: true),
        .recover(RecoveryRequest(fromQuarantine: true, takeSiblings: true)),
    ]

    /// The manager dies, before or after the pending effect was carried out, and comes back.
    func crash(_ lane: Lane) {
        let pending = state(lane).pending
        restart(lane, .restarted(during: pending.name, isCarriedOut: false))
        guard pending != .none, lane.manager == .running else { return }
        for ended in orderly(pending, lane) where ended.lane != lane {
            restart(ended.lane, .restarted(during: pending.name, isCarriedOut: true), ended.condition)
        }
    }

    /// An effect that does not wait for the journal may be carried out before the step that asked for it is recorded: a
    /// manager that dies then finds the state before that step. `condition`: what the host had to be like for that step.
    func crashBeforeJournal(_ lane: Lane, since before: Lane, _ condition: LaneCondition?) {
        let pending = state(lane).pending
        guard pending.name.precedesJournal else { return }
        for ended in orderly(pending, lane) {
            var next = ended.lane
            next.assignment = before.assignment
            restart(next, .restarted(during: pending.name, isCarriedOut: true), condition ?? ended.condition)
        }
    }

    /// The manager is back: what it left in the middle of an effect is cut first; of a device at rest the connection is
    /// taken up at once, and one that the hypervisor has not any more was taken out of its VM.
    func restart(_ lane: Lane, _ label: LaneLabel, _ condition: LaneCondition? = nil) {
        var next = lane
        next.manager = .resuming
        next.isUnderWay = false
        let found = state(lane)
        if found.pending != .none {
            feed(.restarted(during: found.pending.name), to: next, label, condition)
        } else if found.domain != nil, !lane.isInDomain, found.phase.isResting {
            feed(.observed(.hostdevRemoved), to: next, label, condition)
        } else if model.hasSiblings {
            add(label, next, condition)
        } else {
            resume(next, label)
        }
    }
}
