import Assignment
import PCIe

extension DSMOwner {
    /// Asks the connection machine for something and waits for the news that answer it.
    func connect(_ request: ConnectionEvent) async -> EffectReport {
        let asker = ask(request)
        await driveConnection(request)
        switch await asker.wait() {
        case .ready(let generation):
            let opened = connectionDetail.isEmpty ? "" : ": \(connectionDetail)"
            return EffectReport(.succeeded, "connection \(generation)\(opened)")
        case .rekeyed(let generation):
            return EffectReport(
                .succeeded,
                connection.name == .none ? "no connection, and no keys are left" : "new keys, connection \(generation)")
        case .unavailable(let reason), .rekeyFailed(let reason):
            return EffectReport(.failed(reason), connectionDetail)
        case .lost(let loss): return EffectReport(.failed(.connectionLost), loss.rawValue)
        case .ended: return EffectReport(.failed(.connectionLost), "the connection was ended")
        }
    }

    /// Ends the connection. With `force`, the trusted DMA of every locked TDI is cut before it ends. Bringing them home may
    /// take another connection, which is ended when they rest, unless one of them was ordered to be converted again.
    func disconnect(force: Bool) async -> EffectReport {
        let report = await endConnection(force: force)
        guard force, report.outcome == .succeeded, connection.name != .none else { return report }
        let again = assignments.values.count { $0.phase == .private }
        guard again == 0 else {
            return EffectReport(
                .failed(.busy), "it was ended, and opened again for \(again) TDIs with a standing order to convert")
        }
        return await endConnection(force: true)
    }

    private func endConnection(force: Bool) async -> EffectReport {
        let locked = lockedTDIs()
        let request = ConnectionEvent.disconnect(lockedTDIs: locked, force: force)
        if case .refuse(let refusal) = ConnectionMachine.step(connection, request).effect {
            await driveConnection(request)
            let reason = refusal.reason == .connectionInUse ? "\(locked) locked TDIs" : "the connection is being opened"
            return EffectReport(.failed(.busy), reason)
        }
        let asker = ask(request)
        var owed: [FunctionAddress: IssuedEffect] = [:]
        if force, locked > 0 { feed(.sessionLost, to: assignments.keys.sorted(), &owed) }
        await carryOut(owed) { await $0.driveConnection(request) }
        switch await asker.wait() {
        case .ended: return EffectReport(.succeeded)
        case .ready, .rekeyed: return EffectReport(.failed(.busy), "somebody asked for the connection meanwhile")
        case .unavailable(let reason), .rekeyFailed(let reason):
            return EffectReport(.failed(reason), connectionDetail)
        case .lost(let loss): return EffectReport(.failed(.connectionLost), loss.rawValue)
        }
    }

    /// Takes up a connection that a former manager has recorded. `isAlive` is what the host says of it; nil: it cannot be
    /// asked, and what is recorded stands.
    ///
    /// What was under way is torn down, and a TDI that is recorded as private without a connection has lost it.
    func resumeConnection(isAlive: Bool?) async {
        guard recorded.connections[dsm] != nil else { return }
        await driveConnection(.restarted(alive: isAlive ?? (connection.name != .none)))
        guard connection.name != .connected else { return }
        var owed: [FunctionAddress: IssuedEffect] = [:]
        feed(.sessionLost, to: assignments.keys.sorted().filter { state(of: $0).phase == .private }, &owed)
        await carryOut(owed)
    }

    /// Ends a connection that the host shows and nobody has recorded.
    func endUnrecordedConnection() async {
        if connection.name == .none { await driveConnection(.restarted(alive: true)) }
    }

    private func ask(_ request: ConnectionEvent) -> ConnectionAsker {
        let asker = ConnectionAsker(request, at: connection.lastCompletedGeneration)
        askers.append(asker)
        return asker
    }

    // MARK: Driving

    /// Feeds one event to the connection machine and carries out what follows, until nothing is to be done or another
    /// effect has been issued meanwhile.
    private func driveConnection(_ first: ConnectionEvent) async {
        var event = first
        var detail = ""
        while true {
            let effect = takeConnection(event, detail)
            switch effect {
            case .none, .refuse: return
            case .announce(let news): return await announce(news)
            case .connect, .refreshKeys, .disconnect:
                connectionTicket += 1
                let ticket = connectionTicket
                let report = await world.platform.perform(effect, on: dsm)
                guard ticket == connectionTicket else { return }
                event = .finished(effect.name, report.outcome)
                detail = report.detail
                connectionDetail = report.detail
            }
        }
    }

    /// Steps the connection machine and commits the step: that a connection has ended, behind the cuts of its TDIs
    /// (``recordConnection()``). What opens something and cannot be committed does not start: a connect counts as failed,
    /// and keys stay as they are.
    private func takeConnection(_ event: ConnectionEvent, _ detail: String) -> ConnectionEffect {
        let transition = ConnectionMachine.step(connection, event)
        guard transition.state != connection || transition.effect != .none else { return .none }
        let step = ConnectionStep(
            dsm: dsm, event: event, state: transition.state, effect: transition.effect, detail: detail,
            time: world.now())
        if case .announce(let news) = transition.effect, news.observation != nil {
            connection = transition.state
            unjournalledConnection.append(step)
            return transition.effect
        }
        recordConnection()
        do throws(JournalFailure) {
            try world.journal.record(step)
            connection = transition.state
            return transition.effect
        } catch {
            connectionDetail = error.message
            if transition.effect == .refreshKeys { return .announce(.rekeyFailed(.other)) }
            connection = transition.state
            return transition.effect == .connect
                ? takeConnection(.finished(.connect, .failed(.other)), error.message) : transition.effect
        }
    }

    /// Commits that the connection has ended: every cut that this asked for is on its way.
    func recordConnection() {
        let steps = unjournalledConnection
        unjournalledConnection = []
        for step in steps {
            do throws(JournalFailure) {
                try world.journal.record(step)
            } catch {
                connectionDetail = error.message
            }
        }
    }

    // MARK: News

    private func announce(_ news: ConnectionNews) async {
        var owed: [FunctionAddress: IssuedEffect] = [:]
        feed(news, &owed)
        await carryOut(owed)
    }

    /// The connection was noticed to be lost.
    func feed(_ loss: ConnectionLoss, _ owed: inout [FunctionAddress: IssuedEffect]) {
        if case .announce(let news) = takeConnection(.lost(loss), "") { feed(news, &owed) }
    }

    /// Tells who waits for the connection, and every TDI of it.
    private func feed(_ news: ConnectionNews, _ owed: inout [FunctionAddress: IssuedEffect]) {
        for asker in askers { asker.hear(news) }
        askers.removeAll { $0.answer != nil }
        if let observation = news.observation { feed(observation, to: assignments.keys.sorted(), &owed) }
    }
}

extension ConnectionNews {
    /// What it is to a TDI.
    fileprivate var observation: Observation? {
        switch self {
        case .lost(let loss): loss.observation
        case .ended: .sessionLost
        case .ready, .rekeyed, .unavailable, .rekeyFailed: nil
        }
    }
}

extension ConnectionLoss {
    /// What it is to a TDI.
    var observation: Observation {
        switch self {
        case .streamInsecure: .streamInsecure
        case .deviceReset: .deviceReset
        case .sessionLost, .outcomeUnknown: .sessionLost
        }
    }
}

extension ConnectionState {
    /// The generation whose keys were in use last: one that is still being opened does not count.
    fileprivate var lastCompletedGeneration: UInt32 {
        if case .connecting = self { generation &- 1 } else { generation }
    }
}
