internal import Assignment
internal import IOMMU
internal import PCIe
internal import TDISP

// The device, by its own machines, and what happens to it and around it.

extension LaneStepper {
    /// Steps the interface until it has nothing to do, carries out what it asks for, and gives the state it is in then.
    /// `fails`: what it enables or scrubs does not work.
    @discardableResult
    func interface(_ event: TDI.Event, _ lane: inout Lane, fails: Bool = false) -> TDIState {
        var tdi = DeviceValues.interface(lane.device.tdi)
        let wasUnlocked = lane.device.tdi == .configUnlocked
        var events = [event]
        while !events.isEmpty {
            let transition = model.functions.interface(tdi, events.removeFirst())
            tdi = transition.next
            if let outcome = outcome(of: transition.effect, &lane, fails: fails) { events.append(.outcome(outcome)) }
        }
        lane.device.tdi = tdi.state
        if wasUnlocked, tdi.state != .configUnlocked { lane.memory.locked() }
        return tdi.state
    }

    private func outcome(of effect: TDI.Effect, _ lane: inout Lane, fails: Bool) -> TDI.Outcome? {
        switch effect {
        case .none, .answer: return nil
        case .inspect: return .inspected(DeviceValues.lockContext(isKeyed: lane.device.isSecureAtDevice))
        case .prepareLock:
            perform(.clearDeviceCache, on: &lane)
            return .lockPrepared(DeviceValues.nonce, DeviceValues.epoch, DeviceValues.report)
        case .consumeNonce(let nonce, _): return model.functions.consumeNonce(nonce)
        case .start(let epoch): return fails ? .notStarted(epoch) : .started(epoch)
        case .adjust: return .notAdjusted
        case .stop:
            guard !fails else { return .notStopped }
            perform(.clearDeviceCache, on: &lane)
            return .stopped
        case .secure: return .secured
        }
    }

    /// Something happens to a stream at one end. Where it loses its keys, the interfaces bound to it are told.
    func end(_ event: IDEStream.Event, atDevice: Bool, _ lane: inout Lane) {
        let isSecure = atDevice ? lane.device.isSecureAtDevice : lane.device.isSecureAtPort
        let next = model.functions.stream(DeviceValues.streamEnd(isSecure: isSecure), event).next.isSecure
        guard atDevice else {
            lane.device.isSecureAtPort = next
            return
        }
        lane.device.isSecureAtDevice = next
        if isSecure, !next { interface(.incident(.streamInsecure(DeviceValues.stream)), &lane) }
    }

    func loseStream(_ loss: IDEStreamLoss, _ lane: inout Lane) {
        end(.lost(loss), atDevice: true, &lane)
        end(.lost(loss), atDevice: false, &lane)
    }

    /// A write to the command register. Switching bus mastering off breaks a lock.
    func setBusMaster(_ isOn: Bool, _ lane: inout Lane) {
        let wasOn = lane.platform.isBusMaster
        perform(.setBusMaster(isOn), on: &lane)
        if wasOn, !isOn { interface(.incident(.configurationChanged(.busMasterDisabled)), &lane) }
    }

    /// An FLR: the translations it holds go with it, and streams and sessions if it is function 0.
    func functionLevelReset(_ lane: inout Lane) {
        interface(.incident(.functionLevelReset), &lane)
        perform(.clearDeviceCache, on: &lane)
        guard lane.isFunctionZero else { return }
        loseStream(.reset, &lane)
        lane.device.isSessionAlive = false
    }

    func conventionalReset(_ lane: inout Lane) {
        interface(.conventionalReset, &lane)
        loseStream(.reset, &lane)
        lane.device.isSessionAlive = false
        perform(.clearDeviceCache, on: &lane)
    }

    /// One that the manager orders: the fence that the device's DMA put up falls with what put it up.
    func resetDevice(withAll lane: inout Lane) {
        conventionalReset(&lane)
        perform(.clearFence, on: &lane)
        lane.memory.isFenceOwed = false
    }

    // MARK: What happens by itself

    /// Everything that may happen to the device or around it.
    func happen(_ lane: Lane) {
        for happening in LaneLabel.Happening.allCases where lane.device.isPresent || happening.isOfHost {
            if model.hasSiblings, happening.isOfDevice, happening != .functionReset || lane.isFunctionZero { continue }
            var next = lane
            happen(happening, &next)
            if next != lane { add(.happened(happening), next) }
        }
    }

    func happen(_ happening: LaneLabel.Happening, _ lane: inout Lane) {
        switch happening {
        case .streamLost: loseStream(.integrityCheckFailed, &lane)
        case .streamDisabledAtPort: end(.disable, atDevice: false, &lane)
        case .sessionLost:
            guard lane.device.isSessionAlive else { return }
            lane.device.isSessionAlive = false
            loseStream(.sessionEnded, &lane)
            interface(.incident(.sessionEnded(DeviceValues.session)), &lane)
        case .sessionLostAtHost:
            guard lane.device.isSessionAlive else { return }
            lane.device.isSessionAlive = false
            end(.lost(.sessionEnded), atDevice: false, &lane)
        case .deviceGone:
            conventionalReset(&lane)
            lane.device.isPresent = false
        case .deviceReturned:
            lane.device.isPresent = true
            // The system enumerates it, as when it started: what was not given away is the host's, unless it is held closed.
            if lane.hasHostDriver, !lane.platform.standing.isSilent { giveToHost(&lane) }
        case .functionReset: functionLevelReset(&lane)
        case .conventionalReset: conventionalReset(&lane)
        case .contextLost: interface(.incident(.contextLost), &lane)
        case .poisonedData: interface(.incident(.poisonedData), &lane)
        case .busMasterCleared: interface(.incident(.configurationChanged(.busMasterDisabled)), &lane)
        case .ownRecovery: interface(.recoverFromError, &lane)
        case .hostdevRemoved: if lane.isInDomain { removeFromDomain(&lane) }
        case .lockedUnasked:
            let lock = TDI.Event.request(.lock(DeviceValues.lockRequest), over: DeviceValues.session)
            guard lane.device.isSessionAlive, lane.device.tdi == .configUnlocked else { return }
            // The engine owes nothing for a lock that it did not ask for.
            var memory = lane.memory
            memory.isLockedUnasked = interface(lock, &lane) == .configLocked
            lane.memory = memory
        case .privateDMAFaulted:
            guard lane.device.tdi == .run, lane.device.isSecure else { return }
            if model.profile.fencesAfterFault, !routes(of: lane).trusted.isEmpty { lane.memory.isFenceOwed = true }
            perform(.faultTrusted, on: &lane)
        case .untrustedPageResponse: hear(.untrusted, over: DeviceValues.stream, &lane)
        case .strayPageResponse: hear(.trusted, over: DeviceValues.otherStream, &lane)
        case .startReplayed:
            interface(.request(.start(DeviceValues.oldNonce), over: DeviceValues.session), &lane)
        }
    }

    /// An answer to a page request arrives. In RUN the device asks with T=1 over its own stream, and that is how it is
    /// answered.
    private func hear(_ tBit: TBit, over stream: StreamID, _ lane: inout Lane) {
        let rules = TrafficRules.Interface(DeviceValues.interface(lane.device.tdi))
        switch model.functions.pageResponse(tBit, stream, rules) {
        case .accept: lane.memory.isMisled = lane.device.tdi == .run
        case .reject: break
        case .violate(let incident): interface(.incident(incident), &lane)
        }
    }

    // MARK: What is noticed

    /// Whatever is so may be noticed. A notice that changes what is under way overtakes the pending effect, which has
    /// been carried out or never is.
    func notice(_ lane: Lane) {
        for observation in observations(of: lane) { notice(observation, lane) }
        noticeConnection(lane)
    }

    private func notice(_ observation: Observation, _ lane: Lane) {
        let before = state(lane)
        let step = model.functions.engine(before, .observed(observation))
        guard step.state != before || step.effect != .none else { return }
        let event = AssignmentEvent.observed(observation)
        if number(step.state) != lane.assignment || step.effect != .none {
            feed(event, to: lane, .noticed(observation, isCarriedOut: false))
        }
        if lane.manager == .running { overtake(observation, lane) }
    }

    /// The pending effect was carried out, and before its outcome is heard something is noticed that asks for another.
    func overtake(_ observation: Observation, _ lane: Lane) {
        let before = state(lane)
        let event = AssignmentEvent.observed(observation)
        guard before.pending != .none, model.functions.engine(before, event).effect != .none else { return }
        for ended in orderly(before.pending, lane) where ended.lane != lane {
            feed(event, to: ended.lane, .noticed(observation, isCarriedOut: true), ended.condition)
        }
    }

    private func observations(of lane: Lane) -> [Observation] {
        var found: [Observation] = []
        if lane.device.isSessionAlive { found.append(.state(lane.device.tdi)) }
        if !lane.device.isPresent { found.append(.deviceGone) }
        if model.hasFaults, lane.isInDomain { found.append(.domainStopped) }
        if !lane.isInDomain, expectsHostdev(state(lane)) { found.append(.hostdevRemoved) }
        if model.hasFaults, lane.hasGuestDriver { found.append(.driverTimeout) }
        if model.hasFaults, lane.isInDomain, !lane.device.isSessionAlive { found.append(.deviceReset) }
        return found
    }

    /// Whether the engine takes the device for one that the hypervisor has in a VM.
    private func expectsHostdev(_ state: AssignmentState) -> Bool {
        guard state.domain != nil else { return false }
        switch state {
        case .available, .attaching, .detaching: return false
        case .attached, .quiescing, .locking, .locked, .attesting, .attested, .accepting, .confirming, .private,
            .releasing, .failed, .recovering, .quarantined, .unknown:
            return true
        }
    }
}

extension LaneLabel.Happening {
    /// Whether it may happen while the device is not there.
    var isOfHost: Bool { self == .deviceReturned || self == .hostdevRemoved }
}
