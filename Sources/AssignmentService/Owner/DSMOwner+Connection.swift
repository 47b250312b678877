import Assignment
import PCIe

extension DSMOwner {
    /// Asks the connection machine for something and waits for the news that answer it.
    func connect(_ request: ConnectionEvent) async -> EffectReport {
        let generation = connection.generation
        var heard = news.count
        if await driveConnection(request) == .unavailable(.busy) { return report(.unavailable(.busy)) }
        while true {
            if news.count == heard { await withCheckedContinuation { newsWaiters.append($0) } }
            heard = news.count
            if let last = news.last, last.answers(request, since: generation) { return report(last) }
        }
    }

    private func report(_ news: ConnectionNews) -> EffectReport {
        switch news {
        case .ready(let generation): EffectReport(.succeeded, "connection \(generation)")
        case .rekeyed(let generation): EffectReport(.succeeded, "new keys, connection \(generation)")
        case .unavailable(let reason), .rekeyFailed(let reason): EffectReport(.failed(reason), connectionDetail)
        case .lost(let loss): EffectReport(.failed(.connectionLost), loss.rawValue)
        case .ended: EffectReport(.failed(.connectionLost), "the connection was ended")
        }
    }

    /// Feeds one event to the connection machine and carries out what follows. Gives the news it ended with, or nil when
    /// somebody else's call will bring them.
    @discardableResult
    func driveConnection(_ first: ConnectionEvent) async -> ConnectionNews? {
        var event = first
        var detail = ""
        while true {
            switch takeConnection(event, detail) {
            case .none: return nil
            case .refuse: return .unavailable(.busy)
            case .announce(let news):
                await announce(news)
                return news
            case .connect, .refreshKeys, .disconnect:
                let effect = connectionEffect
                let report = await world.platform.perform(effect, on: dsm)
                event = .finished(effect.name, report.outcome)
                detail = report.detail
                if report.outcome != .succeeded { connectionDetail = report.detail }
            }
        }
    }

    /// Steps the connection machine and commits the step. A connect that cannot be committed does not start.
    private func takeConnection(_ event: ConnectionEvent, _ detail: String) -> ConnectionEffect {
        let transition = ConnectionMachine.step(connection, event)
        guard transition.state != connection || transition.effect != .none else { return .none }
        let step = ConnectionStep(
            dsm: dsm, event: event, state: transition.state, effect: transition.effect, detail: detail,
            time: world.now())
        do throws(JournalFailure) {
            try world.journal.record(step)
        } catch {
            connectionDetail = error.message
            if transition.effect == .connect || transition.effect == .refreshKeys {
                return .announce(.unavailable(.other))
            }
        }
        connection = transition.state
        connectionEffect = transition.effect
        return transition.effect
    }

    // MARK: News

    private func announce(_ news: ConnectionNews) async {
        var started: [FunctionAddress: AssignmentEffect] = [:]
        feed(news, &started)
        await carryOut(started)
    }

    /// The connection was noticed to be lost.
    func feed(_ loss: ConnectionLoss, _ started: inout [FunctionAddress: AssignmentEffect]) {
        if case .announce(let news) = takeConnection(.lost(loss), "") { feed(news, &started) }
    }

    /// Tells who waits for the connection, and every TDI of it.
    private func feed(_ news: ConnectionNews, _ started: inout [FunctionAddress: AssignmentEffect]) {
        self.news = (self.news.count + 1, news)
        for waiter in newsWaiters { waiter.resume() }
        newsWaiters = []
        if let observation = news.observation { feed(observation, to: assignments.keys.sorted(), &started) }
    }

    /// Feeds an observation to TDIs, and keeps the last effect that it starts for each.
    func feed(
        _ observation: Observation, to tdis: [FunctionAddress], _ started: inout [FunctionAddress: AssignmentEffect]
    ) {
        for tdi in tdis {
            if let effect = take(.observed(observation), "", on: tdi) { started[tdi] = effect }
            wake(tdi)
        }
    }

    /// Carries out what was started, in order of address: every first effect, which is the cut where there was trouble, is
    /// issued before anything else is done for any. `between` comes when all of them have ended.
    func carryOut(
        _ started: [FunctionAddress: AssignmentEffect], between: (isolated DSMOwner) async -> Void = { _ in }
    ) async {
        var first = started.sorted { $0.key < $1.key }.map {
            First(tdi: $0.key, effect: $0.value, ticket: issue($0.key))
        }
        for index in first.indices { first[index].report = await carryOut(first[index].effect, on: first[index].tdi) }
        await between(self)
        for one in first {
            guard let report = one.report else { continue }
            if let next = finish(one.effect, report, one.ticket, on: one.tdi) { await follow(next, on: one.tdi) }
            wake(one.tdi)
        }
    }

    /// The first effect after something was noticed.
    private struct First {
        let tdi: FunctionAddress
        let effect: AssignmentEffect
        let ticket: UInt64
        var report: EffectReport?
    }
}

extension ConnectionNews {
    /// Whether these news answer a request that was made at `generation`. A connection that is ready has new keys only when
    /// it is a new one.
    fileprivate func answers(_ request: ConnectionEvent, since generation: UInt32) -> Bool {
        guard case .rekey = request, case .ready(let ready) = self else { return true }
        return ready > generation
    }

    /// What it is to a TDI.
    fileprivate var observation: Observation? {
        switch self {
        case .lost(.streamInsecure): .streamInsecure
        case .lost(.deviceReset): .deviceReset
        case .lost(.sessionLost), .lost(.outcomeUnknown), .ended: .sessionLost
        case .ready, .rekeyed, .unavailable, .rekeyFailed: nil
        }
    }
}
