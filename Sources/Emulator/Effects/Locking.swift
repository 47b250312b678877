internal import Assignment
internal import IOMMU
internal import PCIe
internal import TDISP

// LOCK, START, STOP and the questions around them: each is TDISP over the session.

extension HostModel {
    mutating func lock(_ function: EmulatedFunction, _ device: EmulatedDevice, _ epoch: LockEpoch) -> EffectReport {
        guard let connection = liveConnection(of: device) else { return .noConnection }
        let tdi = function.address
        if connection[tdi].negotiated == nil {
            let result = run(.negotiate, on: tdi, device, over: connection)
            guard case .negotiated = result else { return report(result) }
        }
        let flags = connection[tdi].negotiated?.lockFlags.intersection(memory.profile.platform.lockFlags) ?? []
        setATS(memory.profile.cell(.translation, .run, .trusted).isOpen, of: function, device)
        let request = LockInterfaceRequest(flags: flags, defaultStream: connection.stream)
        let result = run(.lock(request), on: tdi, device, over: connection)
        guard let lock = tsm.locks[tdi], case .locked = result else { return report(result) }
        tsm.locks[tdi] = TSMLock(
            epoch: epoch.rawValue, session: lock.session, stream: lock.stream, nonce: lock.nonce, report: nil)
        return EffectReport(.succeeded, result.words, state: .configLocked)
    }

    mutating func reconfirm(
        _ function: EmulatedFunction, _ device: EmulatedDevice, _ epoch: LockEpoch
    ) -> EffectReport {
        guard let connection = liveConnection(of: device) else { return .noConnection }
        let tdi = function.address
        guard let lock = tsm.locks[tdi], lock.epoch == epoch.rawValue, let judged = lock.report else {
            return EffectReport(.failed(.other), "no report of epoch \(epoch) was collected")
        }
        let state = run(.queryState, on: tdi, device, over: connection)
        guard state == .state(.configLocked) else { return report(state, expecting: .configLocked) }
        guard connection.isSecure(on: device) else {
            return EffectReport(.failed(.connectionLost), "the stream is not Secure", state: .configLocked)
        }
        let result = run(.fetchReport, on: tdi, device, over: connection)
        guard case .report(let bytes) = result else { return report(result) }
        guard bytes == judged else {
            return EffectReport(.failed(.notProven), "the report has changed", state: .configLocked)
        }
        return EffectReport(.succeeded, "CONFIG_LOCKED, report unchanged", state: .configLocked)
    }

    /// The trusted table entry is opened first, so that the first T=1 finds it; it is closed again unless RUN is
    /// confirmed.
    mutating func accept(_ function: EmulatedFunction, _ device: EmulatedDevice, _ epoch: LockEpoch) -> EffectReport {
        guard let connection = liveConnection(of: device) else { return .noConnection }
        let tdi = function.address
        guard let lock = tsm.locks[tdi], lock.epoch == epoch.rawValue, lock.nonce != nil else {
            return EffectReport(.failed(.other), "there is no lock of epoch \(epoch) to start")
        }
        guard let domain = software[tdi]?.domain.flatMap({ domains[$0] }), domain.isRunning else {
            return EffectReport(.failed(.hypervisor), "no running domain holds the function")
        }
        do throws(MappingError) {
            try memory.openTrusted(tdi, for: domain)
        } catch {
            memory.cutTrusted(tdi)
            return EffectReport(.failed(.other), "private pages cannot be mapped: \(error)")
        }
        // START may work without an answer: what it opened must be known before it goes out.
        software[tdi]?.lastPrivatePage = domain.lastPrivateRingPage
        let result = run(.start, on: tdi, device, over: connection)
        guard result == .running else {
            memory.cutTrusted(tdi)
            return report(result)
        }
        return EffectReport(.succeeded, "trusted table entry open, \(result.words)", state: .run)
    }

    mutating func stop(_ function: EmulatedFunction, _ device: EmulatedDevice) -> EffectReport {
        guard let connection = liveConnection(of: device) else { return .noConnection }
        let tdi = function.address
        if memory.profile.platform == .armCCA, software[tdi]?.hasMappedRegisters == true {
            return EffectReport(.failed(.busy), "UNLOCK refused (RMI_ERROR_GRANULE): BAR pages are mapped in the Realm")
        }
        let result = run(.stop, on: tdi, device, over: connection)
        if case .stopped = result {
            tsm.locks[tdi] = nil
            if stopsFirst { memory.cutTrusted(tdi) }
            setATS(true, of: function, device)
            dropPeers(of: tdi)
            clearFence(of: function)
        } else if software[tdi]?.isStopBelieved == true {
            software[tdi]?.isStopBelieved = false
            return EffectReport(.succeeded, "UNLOCK reported as done", state: .configUnlocked)
        }
        return report(result)
    }

    /// Lifts the fence of the function's VM once its TDI is CONFIG_UNLOCKED, as a host does that unbinds a TDI which ran
    /// (ASID_FENCE_CLEAR). A fence is of a VM and not of a device: one that another device's DMA put up falls with it, and
    /// that device is stopped by the cut that its own fault calls for.
    mutating func clearFence(of function: EmulatedFunction) {
        guard let domain = domainNumber(of: function.address) else { return }
        memory.clearFence(of: domain, for: function.address)
        toldFences[function.address.segment]?.remove(domain)
    }

    mutating func askState(_ function: EmulatedFunction, _ device: EmulatedDevice) -> EffectReport {
        guard let connection = liveConnection(of: device) else { return .noConnection }
        return report(run(.queryState, on: function.address, device, over: connection))
    }

    // MARK: Reports

    /// The connection of a device's DSM, if its session lives as far as the TSM knows.
    func liveConnection(of device: EmulatedDevice) -> TSMConnection? {
        guard let connection = tsm.connections[device.address], connection.isAlive else { return nil }
        return connection
    }

    /// A requester's result as an effect's report.
    func report(_ result: TDIRequester.Result, expecting expected: TDIState? = nil) -> EffectReport {
        switch result {
        case .negotiated, .report, .adjusted: EffectReport(.succeeded, result.words)
        case .locked: EffectReport(.succeeded, result.words, state: .configLocked)
        case .running: EffectReport(.succeeded, result.words, state: .run)
        case .stopped: EffectReport(.succeeded, result.words, state: .configUnlocked)
        case .state(let state):
            expected == nil || expected == state
                ? EffectReport(.succeeded, result.words, state: state)
                : EffectReport(.failed(.deviceRefused), "\(state) instead of \(expected ?? state)", state: state)
        case .refused(let error, let state):
            EffectReport(.failed(error.code == .busy ? .busy : .deviceRefused), result.words, state: state)
        case .failed(_, .notStopped(let state)): EffectReport(.unknown, result.words, state: state)
        case .failed(let failure, .stopped):
            EffectReport(.failed(failure.reason), result.words, state: .configUnlocked)
        case .failed(let failure, .untouched): EffectReport(.failed(failure.reason), result.words)
        case .outcomeUnknown: EffectReport(.unknown, result.words)
        }
    }
}

extension EffectReport {
    /// What is asked needs a session, and there is none.
    static let noConnection = EffectReport(.failed(.connectionLost), "the DSM has no live session")
}

extension TSMConnection {
    /// Whether its stream is Secure at both ends.
    func isSecure(on device: EmulatedDevice) -> Bool { device.isSecure(stream) && device.rootPort.isSecure }
}

extension TDIRequester.Failure {
    /// The reason that the engine gets.
    fileprivate var reason: FailureReason {
        switch self {
        case .noAnswer: .timedOut
        case .operationRunning: .busy
        case .unsupportedFlags, .unsupportedRequest, .noCommonVersion: .unsupported
        case .wrongState, .malformedResponse, .wrongVersion, .wrongInterface, .unexpectedResponse, .unexpectedError,
            .inconsistentReport, .malformedReport:
            .deviceRefused
        case .notNegotiated, .nonceMissing: .other
        }
    }
}
