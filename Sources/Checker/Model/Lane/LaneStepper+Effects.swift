internal import Assignment
internal import IOMMU
internal import PCIe
internal import TDISP

// What effects do to device and platform, in the order of the emulated platform: cut, gate, tables, invalidation.

extension LaneStepper {
    /// How an effect ended, and what it left.
    struct Ended {
        let ending: LaneLabel.Ending
        let lane: Lane
        let event: AssignmentEvent
        var condition: LaneCondition?
    }

    /// The pending effect ends, in every way in which it can.
    func carryOut(_ lane: Lane) {
        let effect = state(lane).pending
        guard effect != .none, lane.manager == .running || effect.name == .cut else { return }
        if model.hasSiblings, carryOutAmongSiblings(lane, effect) { return }
        if effect == .requireConnection || effect == .rekey { return talk(lane, effect) }
        for ended in endings(of: effect, lane) where model.hasFaults || ended.ending == .orderly {
            feed(ended.event, to: ended.lane, .ended(effect.name, ended.ending), ended.condition)
        }
    }

    /// The orderly ways first, each with what may go wrong with it.
    private func endings(of effect: AssignmentEffect, _ lane: Lane) -> [Ended] {
        var found: [Ended] = []
        for orderly in orderly(effect, lane) {
            found.append(orderly)
            func add(_ ending: LaneLabel.Ending, _ lane: Lane, _ outcome: Outcome) {
                found.append(
                    Ended(
                        ending: ending, lane: lane, event: .finished(effect.name, outcome),
                        condition: orderly.condition))
            }
            if orderly.event != .finished(effect.name, .failed(.deviceRefused)) {
                add(.refused, lane, .failed(.deviceRefused))
            }
            add(.lost, lane, .unknown)
            if orderly.lane != lane {
                // What says of an attach that it failed says that the VM has nothing.
                if effect.name != .attach { add(.refusedHavingWorked, orderly.lane, .failed(.deviceRefused)) }
                add(.lostHavingWorked, orderly.lane, .unknown)
            }
        }
        return found + disorderly(effect, lane)
    }

    /// How the pending effect ends when nobody errs. More than one: it depends on its VM.
    func orderly(_ effect: AssignmentEffect, _ lane: Lane) -> [Ended] {
        if model.hasSiblings, sharedEvent(of: effect, lane) != nil { return [] }
        guard case .attach(let domain) = effect else {
            var next = lane
            let event = carriedOut(effect, on: &next)
            return [Ended(ending: .orderly, lane: next, event: event)]
        }
        let vm = CheckerModel.vm(domain)
        return (model.hasConversions ? PageState.allCases : [.private]).map { page in
            var next = lane
            let outcome = attach(to: vm, page, &next)
            return Ended(
                ending: .orderly, lane: next, event: .finished(.attach, outcome),
                condition: .page(page, ofVM: vm))
        }
    }

    /// What may go wrong on the way.
    private func disorderly(_ effect: AssignmentEffect, _ lane: Lane) -> [Ended] {
        var next = lane
        switch effect {
        case .compareIdentity:
            return [
                Ended(
                    ending: .otherDevice, lane: lane, event: .finished(.compareIdentity, .failed(.identityChanged)))
            ]
        case .accept:
            guard accept(&next, startFails: true) == .failed(.deviceRefused), next != lane else { return [] }
            return [Ended(ending: .deviceFailed, lane: next, event: .finished(.accept, .failed(.deviceRefused)))]
        case .stop:
            guard stop(&next, fails: true) == .failed(.deviceRefused), next != lane else { return [] }
            return [Ended(ending: .deviceFailed, lane: next, event: .finished(.stop, .failed(.deviceRefused)))]
        case .cut(let rank):
            guard cut(rank, &next, fails: true) == .failed(.deviceRefused), next != lane else { return [] }
            return [Ended(ending: .deviceFailed, lane: next, event: .finished(.cut, .failed(.deviceRefused)))]
        case .none, .refuse, .releaseHostDriver, .requireConnection, .attach, .unbindGuestDriver, .drainDMA,
            .saveLedger, .dropMappings, .lock, .collectEvidence, .appraise, .reconfirm, .bindGuestDriver,
            .probePrivate, .askState, .reset, .adoptIdentity, .pause, .restoreConfiguration, .proveReturn,
            .restoreMappings, .detach,
            .rekey, .returnHostDriver:
            return []
        }
    }

    private func carriedOut(_ effect: AssignmentEffect, on lane: inout Lane) -> AssignmentEvent {
        if effect == .askState {
            return lane.device.isSessionAlive
                ? .answered(lane.device.tdi) : .finished(.askState, .failed(.connectionLost))
        }
        return .finished(effect.name, outcome(of: effect, &lane))
    }

    func outcome(of effect: AssignmentEffect, _ lane: inout Lane) -> Outcome {
        switch effect {
        case .none, .refuse, .requireConnection, .rekey, .attach, .askState: .failed(.unsupported)
        case .releaseHostDriver: releaseHostDriver(&lane)
        case .unbindGuestDriver: unbindGuestDriver(&lane)
        case .drainDMA: lane.platform.traces.isDisjoint(with: .flights) ? .succeeded : land(&lane)
        case .pause: .succeeded
        case .saveLedger: lane.isInDomain ? .succeeded : .failed(.other)
        case .dropMappings: dropMappings(&lane)
        case .lock: lock(&lane)
        case .collectEvidence: show(1, &lane)
        case .appraise: show(2, &lane)
        case .reconfirm: show(3, &lane)
        case .accept: accept(&lane, startFails: false)
        case .bindGuestDriver: bindGuestDriver(&lane)
        case .probePrivate: probe(lane)
        case .cut(let rank): cut(rank, &lane)
        case .stop: stop(&lane, fails: false)
        case .reset(.function): resetFunction(&lane)
        case .reset(.conventional): resetDevice(&lane)
        case .compareIdentity, .adoptIdentity: lane.device.isSessionAlive ? .succeeded : .failed(.connectionLost)
        case .restoreConfiguration: lane.device.isPresent ? .succeeded : .failed(.deviceGone)
        case .proveReturn: proveReturn(lane)
        case .restoreMappings: restoreMappings(&lane)
        case .detach: detach(&lane)
        case .returnHostDriver: returnHostDriver(&lane)
        }
    }

    // MARK: Drivers and domain

    private func releaseHostDriver(_ lane: inout Lane) -> Outcome {
        guard lane.hasHostDriver else { return .succeeded }
        setBusMaster(false, &lane)
        perform([.detachUntrusted, .hold(.locked)], on: &lane)
        lane.hasHostDriver = false
        return .succeeded
    }

    private func returnHostDriver(_ lane: inout Lane) -> Outcome {
        guard !lane.isInDomain else { return .failed(.busy) }
        guard lane.device.isPresent else { return .failed(.deviceGone) }
        giveToHost(&lane)
        return .succeeded
    }

    /// The host's driver has it, and the host's table.
    func giveToHost(_ lane: inout Lane) {
        perform([.attachToHost, .hold(.host)], on: &lane)
        setBusMaster(true, &lane)
        lane.hasHostDriver = true
    }

    private func attach(to vm: UInt8, _ page: PageState, _ lane: inout Lane) -> Outcome {
        guard !lane.hasHostDriver, lane.vm == nil || lane.vm == vm else { return .failed(.busy) }
        guard lane.device.isPresent else { return .failed(.deviceGone) }
        (lane.vm, lane.isInDomain, lane.platform.page) = (vm, true, page)
        perform([.detachUntrusted, .attachToDomain, .hold(.unlocked)], on: &lane)
        lane.hasGuestDriver = true
        lane.memory.use = .used
        setBusMaster(true, &lane)
        return .succeeded
    }

    private func detach(_ lane: inout Lane) -> Outcome {
        if lane.isInDomain { removeFromDomain(&lane) }
        return .succeeded
    }

    /// The VMM lets go: the guest's driver, both contexts, and what was cached of them. It waits for DMA in flight, for
    /// the pages may be somebody else's soon.
    func removeFromDomain(_ lane: inout Lane) {
        lane.hasGuestDriver = false
        setBusMaster(false, &lane)
        perform(
            [.hold(.error), .detachTrusted, .detachUntrusted, .land, .invalidateTrusted, .invalidateUntrusted],
            on: &lane)
        lane.isInDomain = false
    }

    private func unbindGuestDriver(_ lane: inout Lane) -> Outcome {
        guard lane.hasGuestDriver else { return .succeeded }
        lane.hasGuestDriver = false
        setBusMaster(false, &lane)
        return .succeeded
    }

    private func bindGuestDriver(_ lane: inout Lane) -> Outcome {
        guard lane.isInDomain else { return .failed(.hypervisor) }
        guard lane.device.isPresent else { return .failed(.deviceGone) }
        lane.hasGuestDriver = true
        lane.memory.use = .used
        setBusMaster(true, &lane)
        return .succeeded
    }

    // MARK: Untrusted mappings

    /// Nothing starts any more, and the wait lasts until all has landed.
    private func land(_ lane: inout Lane) -> Outcome {
        perform(.land, on: &lane) ? .succeeded : .failed(.timedOut)
    }

    /// The ledger is the one that was saved the step before.
    private func dropMappings(_ lane: inout Lane) -> Outcome {
        guard lane.isInDomain, perform([.hold(.locked), .dropMappings, .invalidateUntrusted], on: &lane) else {
            return .failed(.other)
        }
        return .succeeded
    }

    private func restoreMappings(_ lane: inout Lane) -> Outcome {
        guard lane.isInDomain else { return .failed(.other) }
        if lane.platform.untrusted.isPutAway, !perform(.restoreMappings, on: &lane) { return .failed(.other) }
        perform(.hold(.unlocked), on: &lane)
        lane.memory.use = .used
        return .succeeded
    }

    // MARK: Lock, evidence, start, stop

    private func lock(_ lane: inout Lane) -> Outcome {
        guard lane.device.isSessionAlive else { return .failed(.connectionLost) }
        guard interface(.request(.lock(DeviceValues.lockRequest), over: DeviceValues.session), &lane) == .configLocked
        else { return .failed(.deviceRefused) }
        lane.memory.locked()
        return .succeeded
    }

    /// Evidence is of the present lock, and comes step by step. What was not collected in it cannot be judged.
    private func show(_ step: UInt8, _ lane: inout Lane) -> Outcome {
        if step != 2 {
            guard lane.device.isSessionAlive else { return .failed(.connectionLost) }
            if step == 1 { stopIfDoubtful(&lane) }
            guard lane.device.tdi == .configLocked, lane.device.isSecure else { return .failed(.deviceRefused) }
        }
        guard lane.memory.evidence == step - 1 else { return .failed(step == 2 ? .policyRefused : .other) }
        lane.memory.evidence = step
        return .succeeded
    }

    /// The trusted entry is opened first, so that the first T=1 finds it; it is closed again unless RUN is confirmed. The
    /// nonce is that of the owner's own lock: somebody else's has another.
    private func accept(_ lane: inout Lane, startFails: Bool) -> Outcome {
        guard lane.device.isSessionAlive else { return .failed(.connectionLost) }
        guard lane.isInDomain else { return .failed(.other) }
        perform([.openTrusted, .hold(.run)], on: &lane)
        let nonce = lane.memory.isLockedUnasked ? DeviceValues.oldNonce : DeviceValues.nonce
        let event = TDI.Event.request(.start(nonce), over: DeviceValues.session)
        guard lane.device.tdi == .configLocked, interface(event, &lane, fails: startFails) == .run else {
            stopIfDoubtful(&lane)
            perform([.hold(.error), .detachTrusted, .invalidateUntrusted], on: &lane)
            return .failed(.deviceRefused)
        }
        if lane.memory.evidence == 3 { lane.memory.evidence = 4 }
        return .succeeded
    }

    private func probe(_ lane: Lane) -> Outcome {
        let routes = routes(of: lane)
        let arrives = routes.trusted.contains(.ownPrivate) && lane.device.tdi == .run && lane.device.isSecure
        return arrives && routes.untrusted.isDisjoint(with: .privates) ? .succeeded : .failed(.notProven)
    }

    // MARK: Resets and proof

    private func resetFunction(_ lane: inout Lane) -> Outcome {
        guard lane.device.isPresent else { return .failed(.deviceGone) }
        functionLevelReset(&lane)
        lane.memory.reset()
        return .succeeded
    }

    private func resetDevice(_ lane: inout Lane) -> Outcome {
        guard lane.device.isPresent else { return .failed(.deviceGone) }
        resetDevice(withAll: &lane)
        lane.memory.reset()
        return .succeeded
    }

    /// State over a live session, where one is owed or can be had; and nothing private within reach, which a device that
    /// sends nothing does not show.
    private func proveReturn(_ lane: Lane) -> Outcome {
        guard lane.device.isPresent else { return .failed(.notProven) }
        if lane.device.isSessionAlive {
            guard lane.device.tdi == .configUnlocked else { return .failed(.notProven) }
        } else if lane.memory.isUnlockOwed {
            return .failed(.notProven)
        }
        let routes = routes(of: lane)
        return routes.untrusted.union(routes.trusted).isDisjoint(with: .privates) ? .succeeded : .failed(.notProven)
    }
}
