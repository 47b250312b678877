internal import Assignment
internal import AssignmentService
internal import Emulator
internal import IOMMU
internal import PCIe

extension Stage {
    /// Does what a step says; gives what came of it, aspect by aspect, and where the function is.
    func perform(_ step: Step, number: Int) async -> [Aspect: Sighting] {
        let messages = await host.withModel { $0.messageCount }
        if case .restart = step.act { restartManager() }
        arm(step)
        var sightings = await perform(step.act)
        if step.interruption != nil, !manager.life.isAlive { sightings = [.end: .word(End.crashed.rawValue)] }
        guard let place = step.act.place else { return sightings }
        await settleDown()
        sightings.merge(whatStarted(place, in: number)) { first, _ in first }
        sightings[.sent] = .words(await requests(since: messages, to: place.dsm))
        sightings.merge(await look(at: place)) { first, _ in first }
        return sightings
    }

    private func arm(_ step: Step) {
        guard let interruption = step.interruption, let place = step.act.place else { return }
        let service = manager.service
        manager.life.arm(
            ManagerLife.Turn(kind: interruption.kind, effect: interruption.effect.name) {
                await service.cancel(place.function, dsm: place.dsm)
            })
    }

    private func perform(_ act: Act) async -> [Aspect: Sighting] {
        switch act {
        case .convert(let act): return await convert(act)
        case .release(let place, let rest, let takes): return await release(place, to: rest, takeSiblings: takes)
        case .recover(let place, let request): return await recover(place, request)
        case .disconnect(let place, let force): return await disconnect(place, force: force)
        case .plan(let place, let domain): return await plan(place, domain)
        case .notices(let place): await manager.service.takeNotices(of: place.dsm)
        case .observe(let place, let observation):
            await manager.service.observe(observation, on: place.function, dsm: place.dsm)
        case .confirm(let place): _ = await manager.service.confirm(place.function, dsm: place.dsm)
        case .restart(let place): return await settle(place)
        case .inject(let fault): await host.withModel { $0.inject(fault) }
        case .event(let event):
            let refusal = await host.withModel { $0.inject(.event(event)) }
            return [.refused: refusal.map { .word($0.name.rawValue) } ?? .none]
        case .advance(let nanoseconds): await host.withModel { $0.advanceTime(by: nanoseconds) }
        case .dma(let act): return await dma(act)
        case .interrupt(let place, let tBit):
            return sightings(of: await host.withModel { $0.tryInterrupt(place.function, tBit) })
        case .peer(let place, let other, let tBit):
            return sightings(of: await host.withModel { $0.tryPeer(place.function, to: other.function, tBit) })
        case .check: break
        }
        return [:]
    }

    // MARK: Operations

    /// What an operator's `convert` does: look at everything first, and begin only if nothing stands in the way.
    private func convert(_ act: ConvertAct) async -> [Aspect: Sighting] {
        let plan = await admission()?.plan(convert: act.place.function, to: act.domain, orders: act.orders)
        if let plan, !act.isUnplanned, let stopped = stopped(by: plan) { return stopped }
        return await run(.convert(act.domain, act.orders), on: act.place)
    }

    private func release(_ place: Place, to rest: Rest, takeSiblings: Bool) async -> [Aspect: Sighting] {
        let plan = await admission()?.plan(release: place.function, to: rest, takeSiblings: takeSiblings)
        if let plan, let stopped = stopped(by: plan) { return stopped }
        return await run(.release(to: rest, takeSiblings: takeSiblings), on: place)
    }

    private func recover(_ place: Place, _ request: RecoveryRequest) async -> [Aspect: Sighting] {
        let plan = await admission()?.plan(recover: place.function, request)
        if let plan, let stopped = stopped(by: plan) { return stopped }
        return await run(.recover(request), on: place)
    }

    private func disconnect(_ place: Place, force: Bool) async -> [Aspect: Sighting] {
        if let plan = await admission()?.planDisconnect(of: place.dsm, force: force), !plan.blocking.isEmpty {
            return blocked(plan.blocking)
        }
        let report = await manager.service.disconnect(place.dsm, force: force)
        let end: End = report.outcome == .succeeded ? .done : .refused
        return [.end: .word(end.rawValue), .says: .word(report.detail)]
    }

    private func plan(_ place: Place, _ domain: DomainID) async -> [Aspect: Sighting] {
        guard let plan = await admission()?.plan(convert: place.function, to: domain) else { return [:] }
        return stopped(by: plan) ?? [.end: .word(End(plan.outcome).rawValue), .blocked: .words([])]
    }

    private func run(_ request: AssignmentEvent, on place: Place) async -> [Aspect: Sighting] {
        sightings(of: await manager.service.run(request, on: place.function, dsm: place.dsm))
    }

    private func settle(_ place: Place) async -> [Aspect: Sighting] {
        guard let result = await manager.service.settle(place.function, dsm: place.dsm) else {
            return [.end: .word(End.nothingToDo.rawValue)]
        }
        return sightings(of: result)
    }

    private func sightings(of result: OperationResult) -> [Aspect: Sighting] {
        var seen: [Aspect: String] = [.end: End(result.end).rawValue]
        seen[.reason] = result.end.reason
        seen[.rule] = result.end.rule?.rawValue
        seen[.trouble] = result.end.trouble?.phrase
        seen[.says] = result.end.trouble?.detail
        var sightings = seen.mapValues(Sighting.word)
        sightings[.blocked] = .words([])
        return sightings
    }

    // MARK: Admission

    private func admission() async -> Admission? {
        guard !leavesPlansOut, let snapshot = try? await host.snapshot() else { return nil }
        let contents = recorded
        return Admission(host: snapshot, assignments: contents.assignments, connections: contents.connections)
    }

    /// A plan that does not begin; nil: it does, or the engine has the word.
    private func stopped(by plan: Plan) -> [Aspect: Sighting]? {
        if !plan.blocking.isEmpty { return blocked(plan.blocking) }
        return plan.outcome == .stepsAside ? [.end: .word(End.stepsAside.rawValue), .blocked: .words([])] : nil
    }

    private func blocked(_ preconditions: [Precondition]) -> [Aspect: Sighting] {
        var sightings: [Aspect: Sighting] = [
            .end: .word(End.blocked.rawValue), .blocked: .words(preconditions.map(\.name.rawValue)),
        ]
        if let rule = preconditions.compactMap(\.rule).first { sightings[.rule] = .word(rule.rawValue) }
        return sightings
    }

    // MARK: DMA

    private func dma(_ act: DMAAct) async -> [Aspect: Sighting] {
        let outcome = await host.withModel { model in
            model.tryDMA(act.place.function, act.tBit, at: act.address, access: act.access)
        }
        switch outcome {
        case .arrived(let segments):
            var sightings: [Aspect: Sighting] = [.reaches: .word(phrase(Set(segments.map(\.owner))))]
            sightings[.physical] = segments.first.map { .word("0x" + String($0.physical, radix: 16)) }
            return sightings
        case .stopped(let stop):
            var sightings: [Aspect: Sighting] = [.stoppedBy: .word(stop.name)]
            if case .fault(let fault) = stop, let rule = fault.rule { sightings[.rule] = .word(rule.rawValue) }
            return sightings
        }
    }

    private func sightings(of outcome: RequestOutcome) -> [Aspect: Sighting] {
        switch outcome {
        case .delivered: [.delivered: .word("true")]
        case .stopped(let stop): [.delivered: .word("false"), .stoppedBy: .word(stop.word)]
        }
    }

    // MARK: Trace

    private func whatStarted(_ place: Place, in step: Int) -> [Aspect: Sighting] {
        let steps = recorder.engineSteps(of: place.function, in: step)
        let effects = steps.compactMap { step in
            if case .started(let effect) = step.what { effect.rawValue } else { nil }
        }
        let noticed = steps.compactMap { step in
            if case .noticed(let observation) = step.what { observation.word } else { nil }
        }
        var sightings: [Aspect: Sighting] = [
            .effects: .words(effects), .effectsInOrder: .words(effects), .noEffects: .words(effects),
            .noticed: .words(noticed),
        ]
        if let cause = steps.compactMap(\.cause).first { sightings[.cause] = .word(cause.phrase) }
        return sightings
    }

    private func requests(since count: Int, to dsm: FunctionAddress) async -> [String] {
        await host.withModel { model in
            model.messages.suffix(model.messageCount - count)
                .filter { $0.device == dsm && $0.direction == .request }.map(\.message.rawValue)
        }
    }
}
