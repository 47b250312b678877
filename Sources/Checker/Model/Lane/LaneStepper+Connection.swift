internal import Assignment
internal import TDISP

// Session and stream, as the connection's machine has them opened, re-keyed and ended.

extension LaneStepper {
    /// How far a conversation with the connection's machine came.
    private struct Talk {
        var lane: Lane
        var news: ConnectionNews?
        /// Whether nobody erred.
        var isOrderly = true
        /// Whether the manager died on the way.
        var isCutShort = false
        /// What the host must be like for it.
        var condition: LaneCondition?
    }

    /// One way in which an effect on the connection ends.
    struct Link {
        let lane: Lane
        let outcome: Outcome
        var isOrderly = true
        var condition: LaneCondition?
    }

    // MARK: For a TDI

    /// `requireConnection` and `rekey`: what the connection's machine announces is their outcome.
    func talk(_ lane: Lane, _ effect: AssignmentEffect) {
        for talk in talks(lane, effect.name == .rekey ? .rekey(lockedTDIs: 0) : .require) {
            if talk.isCutShort {
                restart(talk.lane, .restarted(during: effect.name, isCarriedOut: true), talk.condition)
            } else if let news = talk.news {
                let ending: LaneLabel.Ending = talk.isOrderly ? .orderly : .connectionTrouble
                hear(news, effect, talk.lane, .ended(effect.name, ending), talk.condition)
            }
        }
    }

    /// Tells the TDI, then the one who asked, unless something else is under way by then.
    private func hear(
        _ news: ConnectionNews, _ effect: AssignmentEffect, _ lane: Lane, _ label: LaneLabel,
        _ condition: LaneCondition?
    ) {
        var lane = lane
        if let observation = news.observation {
            switch fed(.observed(observation), to: lane) {
            case .broken(let violation): return add(label, violation, condition)
            case .lane(let next): lane = next
            }
            guard state(lane).pending == effect else { return add(label, lane, condition) }
        }
        feed(.finished(effect.name, news.outcome), to: lane, label, condition)
    }

    /// An operator ends the connection; by force, what is locked is cut first, and the connection is ended behind that.
    func disconnect(_ lane: Lane) {
        let label = LaneLabel.shared(.disconnected)
        guard !state(lane).phase.holdsLock else {
            return feed(.observed(.sessionLost), to: lane, .shared(.disconnectedByForce))
        }
        guard connection(lane).name != .none else { return }
        for talk in talks(lane, .disconnect(lockedTDIs: 0, force: false)) where talk.isOrderly || model.hasFaults {
            let label = talk.isOrderly ? label : .ended(.requireConnection, .connectionTrouble)
            if talk.isCutShort {
                restart(talk.lane, .restarted(during: state(lane).pending.name, isCarriedOut: false))
            } else if let observation = talk.news?.observation {
                feed(.observed(observation), to: talk.lane, label)
            } else {
                add(label, talk.lane)
            }
        }
    }

    /// A connection that is not as recorded is lost, and the TDI is told.
    func noticeConnection(_ lane: Lane) {
        guard !model.hasSiblings, connection(lane).name == .connected, lane.manager == .running else { return }
        if !lane.device.isSessionAlive {
            lose(.sessionLost, lane)
            lose(.deviceReset, lane)
        } else if !lane.device.isSecure {
            lose(.streamInsecure, lane)
        }
    }

    private func lose(_ loss: ConnectionLoss, _ lane: Lane) {
        for talk in talks(lane, .lost(loss)) {
            guard let observation = talk.news?.observation else { continue }
            feed(.observed(observation), to: talk.lane, .noticed(observation, isCarriedOut: false))
            overtake(observation, talk.lane)
        }
    }

    /// Behind the cuts, a manager that came back takes the connection up: what was under way is torn down, and a TDI
    /// that is recorded as private without one has lost it.
    func resume(_ lane: Lane, _ label: LaneLabel = .resumed) {
        guard state(lane).pending.name != .cut else { return }
        let isAlive = lane.device.isSessionAlive && lane.device.isSecure
        for talk in talks(lane, .restarted(alive: isAlive)) where !talk.isCutShort {
            guard talk.isOrderly || model.hasFaults && label == .resumed else { continue }
            var next = talk.lane
            next.manager = .running
            guard connection(next).name != .connected, state(next).phase == .private else {
                add(label, next, talk.condition)
                continue
            }
            feed(.observed(.sessionLost), to: next, label, talk.condition)
        }
    }

    // MARK: With the machine

    /// Feeds an event to the connection's machine, and carries out what follows, until there is news or nothing to do.
    ///
    /// `ownsStream`: a stream was its own when it began, so there is one for it.
    private func talks(_ lane: Lane, _ event: ConnectionEvent, ownsStream: Bool? = nil) -> [Talk] {
        let ownsStream = ownsStream ?? lane.holdsStream
        let step = model.functions.connection(connection(lane), event)
        var next = lane
        next.connection = number(step.state)
        let links: [Link]
        switch step.effect {
        case .none, .refuse: return [Talk(lane: next)]
        case .announce(let news): return [Talk(lane: next, news: news)]
        case .connect: links = connects(next, ownsStream: ownsStream)
        case .refreshKeys: links = refreshes(next)
        case .disconnect: links = disconnects(next)
        }
        var found: [Talk] = []
        for link in links where model.hasFaults || link.isOrderly {
            for var talk in talks(link.lane, .finished(step.effect.name, link.outcome), ownsStream: ownsStream) {
                talk.isOrderly = talk.isOrderly && link.isOrderly
                talk.condition = talk.condition ?? link.condition
                found.append(talk)
            }
            if model.hasCrashes {
                found.append(
                    Talk(lane: link.lane, isOrderly: false, isCutShort: true, condition: link.condition))
            }
        }
        return found
    }

    /// Whoever owned no stream takes one of its bridge, or is refused where none is left.
    func connects(_ lane: Lane, ownsStream: Bool) -> [Link] {
        let none = hungUp(lane, reachesDevice: true)
        guard lane.device.isPresent else { return [Link(lane: none, outcome: .failed(.deviceGone))] }
        let done = connected(none)
        let links = [
            Link(lane: done, outcome: .succeeded), Link(lane: none, outcome: .failed(.timedOut), isOrderly: false),
            Link(lane: none, outcome: .unknown, isOrderly: false),
            Link(lane: done, outcome: .unknown, isOrderly: false),
        ]
        guard model.streams != nil, !ownsStream else { return links }
        return links.map {
            Link(lane: $0.lane, outcome: $0.outcome, isOrderly: $0.isOrderly, condition: .stream(isFree: true))
        } + [Link(lane: none, outcome: .failed(.busy), condition: .stream(isFree: false))]
    }

    /// New keys at both ends. A stream that still was Secure with older ones loses those first.
    private func connected(_ lane: Lane) -> Lane {
        var next = lane
        if next.device.isSecureAtDevice { end(.lost(.keyOverwritten), atDevice: true, &next) }
        next.device.isSessionAlive = true
        next.holdsStream = model.streams != nil
        (next.device.isSecureAtDevice, next.device.isSecureAtPort) = (true, true)
        next.memory.hasOldKeys = next.device.tdi != .configUnlocked && !next.memory.isLockedUnasked
        return next
    }

    func refreshes(_ lane: Lane) -> [Link] {
        guard lane.device.isPresent, lane.device.isSessionAlive, lane.device.isSecure else {
            return [Link(lane: lane, outcome: .failed(.connectionLost))]
        }
        var done = lane
        done.memory.hasOldKeys = lane.device.tdi != .configUnlocked && !lane.memory.isLockedUnasked
        var down = lane
        loseStream(.keyStopped, &down)
        return [
            Link(lane: done, outcome: .succeeded), Link(lane: lane, outcome: .failed(.timedOut), isOrderly: false),
            Link(lane: lane, outcome: .unknown, isOrderly: false),
            Link(lane: done, outcome: .unknown, isOrderly: false),
            Link(lane: down, outcome: .unknown, isOrderly: false),
        ]
    }

    func disconnects(_ lane: Lane) -> [Link] {
        let done = hungUp(lane, reachesDevice: lane.device.isPresent)
        return [
            Link(lane: done, outcome: .succeeded),
            Link(lane: hungUp(lane, reachesDevice: false), outcome: .succeeded, isOrderly: false),
            Link(lane: lane, outcome: .unknown, isOrderly: false),
            Link(lane: done, outcome: .unknown, isOrderly: false),
        ]
    }

    /// Stream stopped and session ended, at both ends or at the host's only.
    private func hungUp(_ lane: Lane, reachesDevice: Bool) -> Lane {
        var next = lane
        let hadSession = lane.device.isSessionAlive
        next.holdsStream = false
        // There are none at all any more.
        next.memory.hasOldKeys = false
        next.device.isSessionAlive = false
        end(.lost(.keyStopped), atDevice: false, &next)
        guard reachesDevice else { return next }
        // By its registers, which need no session.
        end(.lost(.keyStopped), atDevice: true, &next)
        if hadSession { interface(.incident(.sessionEnded(DeviceValues.session)), &next) }
        return next
    }
}

extension ConnectionNews {
    /// What it is to a TDI.
    var observation: Observation? {
        switch self {
        case .lost(.streamInsecure): .streamInsecure
        case .lost(.deviceReset): .deviceReset
        case .lost(.sessionLost), .lost(.outcomeUnknown), .ended: .sessionLost
        case .ready, .rekeyed, .unavailable, .rekeyFailed: nil
        }
    }

    /// What it is to the TDI that asked.
    var outcome: Outcome {
        switch self {
        case .ready, .rekeyed: .succeeded
        case .unavailable(let reason), .rekeyFailed(let reason): .failed(reason)
        case .lost, .ended: .failed(.connectionLost)
        }
    }
}
