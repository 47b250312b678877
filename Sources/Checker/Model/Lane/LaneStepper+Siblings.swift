internal import Assignment
internal import TDISP

// Two functions of one device: session, stream and connection are the same for both, and so is what happens to them.
//
// Each lane carries what they share, and changes it by the same rules in the same step, so it always is the same. Other
// than for a device alone, what the connection's machine begins and how that ends are two steps: siblings ask in between.

extension LaneStepper {
    // MARK: What a function's own effects do to both

    /// The event that an effect brings about; nil: it is this function's business alone.
    func sharedEvent(of effect: AssignmentEffect, _ lane: Lane) -> SharedEvent? {
        switch effect {
        case .reset(.function):
            lane.isFunctionZero && lane.device.isPresent
                ? .functionZeroReset(isGivenUp: state(lane).lineage.orders.givesUpSiblings) : nil
        case .reset(.conventional): lane.device.isPresent ? .deviceReset : nil
        case .cut(let rank): model.takesSiblings(rank) ? .portClosed : nil
        case .none, .refuse, .releaseHostDriver, .requireConnection, .attach, .unbindGuestDriver, .drainDMA,
            .saveLedger, .dropMappings, .lock, .collectEvidence, .appraise, .reconfirm, .accept, .bindGuestDriver,
            .probePrivate, .askState, .stop, .compareIdentity, .adoptIdentity, .pause, .restoreConfiguration,
            .proveReturn, .restoreMappings,
            .detach, .rekey, .returnHostDriver:
            nil
        }
    }

    /// Carries the pending effect out if it concerns both; false: it does not.
    func carryOutAmongSiblings(_ lane: Lane, _ effect: AssignmentEffect) -> Bool {
        if effect == .requireConnection || effect == .rekey {
            if !lane.isUnderWay { askForConnection(lane, effect) }
            return true
        }
        guard let event = sharedEvent(of: effect, lane) else { return false }
        if lane.isUnderWay {
            end(
                effect, lane,
                [
                    (.orderly, .succeeded), (.refusedHavingWorked, .failed(.deviceRefused)),
                    (.lostHavingWorked, .unknown),
                ])
        } else {
            var next = lane
            _ = outcome(of: effect, &next)
            next.isUnderWay = true
            bringing(event) { add(.carriedOut(effect.name), next) }
            if event == .functionZeroReset(isGivenUp: false) {
                bringing(.siblingStands) {
                    feed(.finished(.reset, .failed(.siblingsInUse)), to: lane, .ended(.reset, .heldBack))
                }
            }
            end(effect, lane, [(.refused, .failed(.deviceRefused)), (.lost, .unknown)])
        }
        return true
    }

    private func end(_ effect: AssignmentEffect, _ lane: Lane, _ ways: [(LaneLabel.Ending, Outcome)]) {
        for (ending, outcome) in ways where model.hasFaults || ending == .orderly {
            feed(.finished(effect.name, outcome), to: lane, .ended(effect.name, ending))
        }
    }

    /// `rekey` says how many others a reconnect would take along: the sibling, or nobody.
    private func askForConnection(_ lane: Lane, _ effect: AssignmentEffect) {
        var next = lane
        next.isUnderWay = true
        let events: [SharedEvent] =
            effect == .requireConnection
            ? [.asked] : [.askedForKeys(isSiblingLocked: false), .askedForKeys(isSiblingLocked: true)]
        for event in events { bringing(event) { hearAsked(event, next) } }
    }

    private func hearAsked(_ event: SharedEvent, _ lane: Lane) {
        if case .askedForKeys(let isLocked) = event {
            tell(.rekey(lockedTDIs: isLocked ? 1 : 0), lane, .shared(event))
        } else {
            tell(.require, lane, .shared(event))
        }
    }

    // MARK: Taking part

    /// Every part that it can have in what concerns both.
    func takePart(_ lane: Lane) {
        takePartInHappenings(lane)
        takePartInConnection(lane)
        takePartInEffects(lane)
    }

    private func takePartInHappenings(_ lane: Lane) {
        for happening in LaneLabel.Happening.allCases
        where happening.isOfDevice && (lane.device.isPresent || happening.isOfHost) {
            var next = lane
            if happening == .functionReset {
                resetFunctionZero(&next)
            } else {
                happen(happening, &next)
            }
            taking(part: .happened(happening)) { add(.happened(happening), next) }
        }
    }

    private func resetFunctionZero(_ lane: inout Lane) {
        guard !lane.isFunctionZero else { return functionLevelReset(&lane) }
        loseStream(.reset, &lane)
        lane.device.isSessionAlive = false
    }

    private func takePartInEffects(_ lane: Lane) {
        func follow(_ event: SharedEvent, _ change: (inout Lane) -> Void) {
            var next = lane
            change(&next)
            taking(part: event) { add(.shared(event), next) }
        }
        if lane.device.isPresent {
            followReset(lane)
            follow(.deviceReset, resetDevice(withAll:))
        }
        follow(.portClosed) { end(.disable, atDevice: false, &$0) }
        taking(part: .asked) { hearAsked(.asked, lane) }
        let keys = SharedEvent.askedForKeys(isSiblingLocked: state(lane).phase.holdsLock)
        taking(part: keys) { hearAsked(keys, lane) }
    }

    /// A sibling that would fall holds a reset back that nobody gave it up for.
    private func followReset(_ lane: Lane) {
        var next = lane
        resetFunctionZero(&next)
        taking(part: .functionZeroReset(isGivenUp: true)) { add(.shared(.functionZeroReset(isGivenUp: true)), next) }
        let isStanding = model.functions.fallsWithSession(state(lane).phase)
        let event = isStanding ? SharedEvent.siblingStands : .functionZeroReset(isGivenUp: false)
        taking(part: event) {
            if isStanding {
                add(.shared(event), lane)
            } else if state(lane).phase == .private, lane.device.tdi == .run, lane.device.isSessionAlive {
                add(.shared(event), Violation(.oneOwner, "it fell with a reset of function 0 without anybody's word"))
            } else {
                add(.shared(event), next)
            }
        }
    }

    private func takePartInConnection(_ lane: Lane) {
        let isCutting = state(lane).pending.name == .cut
        switch lane.manager {
        case .running:
            endConnectionEffect(lane)
            noticeSharedLoss(lane)
            disconnectBoth(lane)
        case .resuming:
            endUnheard(lane)
            let isAlive = lane.device.isSessionAlive && lane.device.isSecure
            var next = lane
            next.manager = .settling
            if !isCutting {
                taking(part: .resumed) { tell(.restarted(alive: isAlive), next, .shared(.resumed)) }
            }
        case .settling:
            guard !isCutting else { return }
            endConnectionEffect(lane)
            if connectionEffect(lane) == nil { taking(part: .settled) { settleConnection(lane) } }
        }
    }

    /// A TDI that is recorded as private without a connection has lost it.
    private func settleConnection(_ lane: Lane) {
        var next = lane
        next.manager = .running
        if connection(next).name != .connected, state(next).phase == .private {
            feed(.observed(.sessionLost), to: next, .shared(.settled))
        } else {
            add(.shared(.settled), next)
        }
    }

    // MARK: The connection

    private func connectionEffect(_ lane: Lane) -> ConnectionEffectName? {
        switch connection(lane) {
        case .connecting: .connect
        case .refreshing: .refreshKeys
        case .disconnecting: .disconnect
        case .none, .connected, .lost: nil
        }
    }

    private func links(_ effect: ConnectionEffectName, _ lane: Lane) -> [Link] {
        switch effect {
        case .connect: connects(lane, ownsStream: true)
        case .refreshKeys: refreshes(lane)
        case .disconnect: disconnects(lane)
        case .none, .refuse, .announce: []
        }
    }

    private func endConnectionEffect(_ lane: Lane) {
        guard let effect = connectionEffect(lane) else { return }
        for (way, link) in zip(UInt8(0)..., links(effect, lane)) where model.hasFaults || link.isOrderly {
            let event = SharedEvent.connectionEnded(way)
            taking(part: event) { tell(.finished(effect, link.outcome), link.lane, .shared(event)) }
        }
    }

    private func endUnheard(_ lane: Lane) {
        guard let effect = connectionEffect(lane), let done = links(effect, lane).first else { return }
        taking(part: .connectionEndedUnheard) { add(.shared(.connectionEndedUnheard), done.lane) }
    }

    /// A connection that is not as recorded is lost, and both are told.
    private func noticeSharedLoss(_ lane: Lane) {
        let name = connection(lane).name
        guard name == .connected || name == .refreshing else { return }
        if !lane.device.isSessionAlive {
            lose(.sessionLost, lane)
            lose(.deviceReset, lane)
        } else if !lane.device.isSecure {
            lose(.streamInsecure, lane)
        }
    }

    private func lose(_ loss: ConnectionLoss, _ lane: Lane) {
        let event = SharedEvent.connectionLost(loss)
        let step = model.functions.connection(connection(lane), .lost(loss))
        guard case .announce(let news) = step.effect, let observation = news.observation else { return }
        var next = lane
        next.connection = number(step.state)
        taking(part: event) {
            hear(news, next, .shared(event))
            overtake(observation, next)
        }
    }

    /// By force, what is locked is cut first, and the connection is ended behind that; otherwise only if nothing is locked.
    private func disconnectBoth(_ lane: Lane) {
        taking(part: .disconnectedByForce) {
            feed(.observed(.sessionLost), to: lane, .shared(.disconnectedByForce))
        }
        guard state(lane).pending.name != .cut, !Self.lockedPhases.contains(state(lane).phase) else { return }
        let request = ConnectionEvent.disconnect(lockedTDIs: 0, force: true)
        guard model.functions.connection(connection(lane), request).effect.name != .refuse else { return }
        taking(part: .disconnected) { tell(request, lane, .shared(.disconnected)) }
    }

    private static let lockedPhases: Set<Phase> = [
        .locking, .locked, .attesting, .attested, .accepting, .confirming, .private, .releasing,
    ]

    /// Feeds an event to the connection's machine. What it begins ends in another step.
    private func tell(_ event: ConnectionEvent, _ lane: Lane, _ label: LaneLabel) {
        let step = model.functions.connection(connection(lane), event)
        var next = lane
        next.connection = number(step.state)
        switch step.effect {
        case .announce(let news): hear(news, next, label, isNew: event != .require)
        case .none, .refuse, .connect, .refreshKeys, .disconnect: add(label, next)
        }
    }

    /// The TDI is told what it is to it, and, if it waits for the connection and nothing else is under way by then, that it
    /// waits no more. `isNew`: a connection that is ready has new keys.
    private func hear(_ news: ConnectionNews, _ lane: Lane, _ label: LaneLabel, isNew: Bool = true) {
        var lane = lane
        if let observation = news.observation {
            switch fed(.observed(observation), to: lane) {
            case .broken(let violation): return add(label, violation)
            case .lane(let next): lane = next
            }
        }
        let pending = state(lane).pending
        let isAnswered: Bool
        if case .ready = news { isAnswered = pending != .rekey || isNew } else { isAnswered = true }
        guard lane.isUnderWay, pending == .requireConnection || pending == .rekey, isAnswered else {
            return add(label, lane)
        }
        lane.isUnderWay = false
        feed(.finished(pending.name, news.outcome), to: lane, label)
    }
}
