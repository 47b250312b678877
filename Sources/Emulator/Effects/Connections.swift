public import Assignment
public import PCIe
internal import SPDM
internal import SPDMEndpoints
internal import TDISP

extension HostModel {
    /// Carries out one effect on the connection of a DSM, named by its function 0, through the faults that wait for it.
    public mutating func perform(_ effect: ConnectionEffect, on dsm: FunctionAddress) -> EffectReport {
        switch beginEffect(.connection(effect.name), on: dsm) {
        case .skip(let report): return report
        case .perform(let ending): return endEffect(carryOut(effect, on: dsm), ending)
        }
    }

    private mutating func carryOut(_ effect: ConnectionEffect, on dsm: FunctionAddress) -> EffectReport {
        guard let device = devices[dsm] else {
            return EffectReport(.failed(.deviceGone), "there is no device \(dsm)")
        }
        switch effect {
        case .none, .refuse, .announce:
            return EffectReport(.failed(.unsupported), "\(effect.name.rawValue) is not a platform's business")
        case .connect: return connect(device)
        case .refreshKeys: return refreshKeys(device)
        case .disconnect: return disconnect(device)
        }
    }

    // MARK: Connect

    private mutating func connect(_ device: EmulatedDevice) -> EffectReport {
        guard device.dsm != nil else { return EffectReport(.failed(.unsupported), "the device has no DSM") }
        guard device.isPresent else { return EffectReport(.failed(.deviceGone), "the device does not answer") }
        if let connection = liveConnection(of: device), connection.isSecure(on: device) {
            return EffectReport(.succeeded, "already connected, stream \(connection.stream)")
        }
        _ = disconnect(device)
        guard let bridge = bridge(of: device), let stream = tsm.takeStream(on: bridge) else {
            return EffectReport(.failed(.busy), noStreamLeft(device))
        }
        let connection: TSMConnection
        switch openSession(device, stream) {
        case .success(let opened): connection = opened
        case .failure(let failure):
            tsm.giveBack(stream, on: bridge)
            return EffectReport(.failed(failure.engineReason), "no SPDM session: \(failure)")
        }
        tsm.connections[device.address] = connection
        return bringUp(connection, device)
    }

    private func noStreamLeft(_ device: EmulatedDevice) -> String {
        guard let bridge = bridge(of: device) else { return "the device is under no bridge" }
        return "no IDE stream left under \(bridge.name): \(tsm.streamsInUse(on: bridge)) of \(bridge.ideStreams) in use"
    }

    /// From GET_VERSION to FINISH: the device proves that it holds the key of its certificate chain.
    private mutating func openSession(
        _ device: EmulatedDevice, _ stream: StreamID
    ) -> Result<TSMConnection, RequesterFailure> {
        if case .failure(let failure) = authenticate(device, challenge: nil) { return .failure(failure) }
        switch run(.openSession(SessionWish(.slot(0))), with: device) {
        case .success(.sessionOpened(let opened)):
            return .success(
                TSMConnection(device, stream: stream, session: opened.id, peer: peer(of: device), at: now))
        case .failure(let failure): return .failure(failure)
        case .success: return .failure(RequesterFailure(.keyExchange, .closed))
        }
    }

    /// TDISP version and capabilities, stream registers, keys, Secure at both ends; or everything undone.
    private mutating func bringUp(_ connection: TSMConnection, _ device: EmulatedDevice) -> EffectReport {
        let negotiated = run(.negotiate, on: device.address, device, over: connection)
        guard case .negotiated = negotiated else {
            _ = disconnect(device)
            return report(negotiated)
        }
        configureStream(connection.stream, device)
        switch runStream(.start(.k0), device, over: connection) {
        case .secure:
            guard learnIdentity(of: device, over: connection) else {
                _ = disconnect(device)
                return EffectReport(.failed(.timedOut), "no answer to GET_MEASUREMENTS")
            }
            return EffectReport(.succeeded, "\(connection.summary); stream \(connection.stream) Secure")
        case .closed(let closed):
            let left = disconnect(device)
            let detail = closed.failure?.words ?? "stopped"
            guard closed.isConfirmed, left.outcome == .succeeded else { return EffectReport(.unknown, detail) }
            return EffectReport(.failed(closed.failure?.reason ?? .other), detail)
        case .refreshFailed, nil:
            _ = disconnect(device)
            return EffectReport(.failed(.other), "the stream could not be keyed")
        }
    }

    /// Register blocks at both ends: stream number, default, requester IDs of the other end.
    mutating func configureStream(_ stream: StreamID, _ device: EmulatedDevice) {
        time += latencies.configurationWrite
        let requesters = device.functions.map(\.address.requesterID)
        device.rootPort.configure(
            stream,
            requesters: RequesterAssociation(
                base: device.address.requesterID, limit: requesters.max() ?? device.address.requesterID,
                segmentBase: UInt8(truncatingIfNeeded: device.address.segment)))
        guard let block = device.streamBlock else { return }
        var control = StreamControl(streamID: stream, isEnabled: false)
        if device.description.flaws.contains(.trafficClass) { control.trafficClass = 1 }
        let port = device.rootPort.address.requesterID
        for write in block.setting(RequesterAssociation(base: port, limit: port)) + [block.setting(control)] {
            self.write(write, to: device.functions[0], of: device)
        }
    }

    /// A device that nobody holds may be another one than last time; one that is held may not, and is compared later.
    /// False if it does not say who it is.
    private mutating func learnIdentity(of device: EmulatedDevice, over connection: TSMConnection) -> Bool {
        let isHeld = device.functions.contains { software[$0.address]?.domain != nil }
        guard !isHeld || tsm.knownIdentities[device.address] == nil else { return true }
        guard case .success(let identity) = askIdentity(of: device, over: connection) else { return false }
        tsm.knownIdentities[device.address] = identity
        return true
    }

    // MARK: Keys

    private mutating func refreshKeys(_ device: EmulatedDevice) -> EffectReport {
        guard let connection = liveConnection(of: device) else { return .noConnection }
        guard connection.isSecure(on: device) else {
            return EffectReport(.failed(.connectionLost), "stream \(connection.stream) is not Secure")
        }
        switch runStream(.refresh, device, over: connection) {
        case .secure(let keySet):
            return EffectReport(.succeeded, "stream \(connection.stream) uses key set \(keySet.rawValue)")
        case .refreshFailed(let failure):
            return EffectReport(.failed(failure.reason), "\(failure.words); the old keys stand")
        case .closed(let closed):
            return EffectReport(.unknown, "\(closed.failure?.words ?? "stopped"); the stream is down")
        case nil: return EffectReport(.failed(.other), "the stream is not up")
        }
    }

    // MARK: Disconnect

    /// Stops the stream and ends the session. A device that does not answer any more loses its keys when it is
    /// reset or spoken to again; the report says what it did not confirm.
    mutating func disconnect(_ device: EmulatedDevice) -> EffectReport {
        guard let connection = tsm.connections.removeValue(forKey: device.address) else {
            return EffectReport(.succeeded, "was not connected")
        }
        var unconfirmed: [String] = []
        _ = runStream(.stop, device, over: connection)
        if case .closed(let closed) = connection.ide, !closed.isConfirmed {
            unconfirmed.append("the stop of stream \(connection.stream) is not confirmed")
        }
        if !connection.isAlive {
            unconfirmed.append("the session was lost before")
        } else if case .failure(let failure) = run(
            .endSession(connection.session, clearsNegotiatedState: false), with: device)
        {
            unconfirmed.append("\(failure.request): \(failure.reason)")
        }
        connection.peer.requester.endAll()
        clearStream(connection.stream, device)
        if let bridge = bridge(of: device) { tsm.giveBack(connection.stream, on: bridge) }
        return EffectReport(
            .succeeded,
            unconfirmed.isEmpty
                ? "stream \(connection.stream) stopped, session ended"
                : "ended at our end only: \(unconfirmed.joined(separator: ", "))")
    }

    private mutating func clearStream(_ stream: StreamID, _ device: EmulatedDevice) {
        device.rootPort.release()
        guard device.isPresent, let block = device.block(of: stream) else { return }
        write(block.setting(StreamControl(rawValue: 0)), to: device.functions[0], of: device)
    }
}

extension EmulatedDevice {
    /// The stream block that the platform uses.
    fileprivate var streamBlock: SelectiveStreamBlock? { (try? IDECapability(in: functions[0].registers.space))?.block }
}

extension IDERequester.Failure {
    /// The reason that the engine gets.
    fileprivate var reason: FailureReason {
        switch self {
        case .otherDevice: .identityChanged
        case .notCapable: .unsupported
        case .busy: .busy
        case .keyRefused, .refused, .notSecure: .deviceRefused
        case .timedOut, .outcomeUnknown: .timedOut
        case .sessionLost, .streamLost: .connectionLost
        case .noKey, .hostFailed: .other
        }
    }
}
