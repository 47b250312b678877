import Assignment
import PCIe

extension DSMOwner {
    /// Asks the connection machine for something and waits for its news.
    func connect(_ request: ConnectionEvent) async -> EffectReport {
        let news: ConnectionNews
        if let own = await driveConnection(request) {
            news = own
        } else {
            news = await withCheckedContinuation { connectionWaiters.append($0) }
        }
        return switch news {
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

    private func announce(_ news: ConnectionNews) async {
        let waiters = connectionWaiters
        connectionWaiters = []
        for waiter in waiters { waiter.resume(returning: news) }
        switch news {
        case .lost(.streamInsecure): await fanOut(.streamInsecure)
        case .lost(.deviceReset): await fanOut(.deviceReset)
        case .lost(.sessionLost), .lost(.outcomeUnknown), .ended: await fanOut(.sessionLost)
        case .ready, .rekeyed, .unavailable, .rekeyFailed: break
        }
    }

    /// Feeds an observation to every TDI in order of address. Every cut is issued before anything else is done for any.
    private func fanOut(_ observation: Observation) async {
        var first: [(FunctionAddress, AssignmentEffect)] = []
        for tdi in assignments.keys.sorted() {
            if let effect = take(.observed(observation), "", on: tdi) { first.append((tdi, effect)) }
        }
        var ended: [(FunctionAddress, AssignmentEffect, EffectReport)] = []
        for (tdi, effect) in first { ended.append((tdi, effect, await carryOut(effect, on: tdi))) }
        for (tdi, effect, report) in ended {
            if let next = take(effect.event(report), report.detail, on: tdi, ended: effect.name, report) {
                await follow(next, on: tdi)
            }
            wake(tdi)
        }
    }
}
