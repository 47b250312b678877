import PCIe
import SPDM
import TDISP
import Testing

@Suite struct `DSM responder` {
    private let device = ModelDevice()
    private let all = Set(ModelDevice.everyInterface)
    private let lock = TDISPRequest.lockInterface(TDIFixture.lockRequest).encoded(to: TDIFixture.interfaceID)
    private let state = TDISPRequest.getInterfaceState.encoded(to: TDIFixture.interfaceID)

    private func runAll() throws {
        for requesterID in ModelDevice.everyInterface { try device.run(requesterID) }
    }

    private func decoded(_ bytes: [UInt8]?) throws -> TDISPResponse {
        let bytes = try #require(bytes)
        return try TDISPResponse.decode(bytes.span)
    }

    // MARK: Setting up

    @Test func `interfaces stand in order of their addresses, each once, unlocked`() {
        let twice = ModelDevice.functions() + ModelDevice.functions()
        let dsm = DSM(
            capabilities: ModelDevice.capabilities, functionZero: ModelDevice.functionZero, functions: twice)
        #expect(dsm.interfaces.map(\.address.requesterID) == ModelDevice.everyInterface.sorted())
        #expect(dsm.interfaces.allSatisfy { $0.tdi == .initial && $0.pending == nil })
    }

    @Test func `capabilities promise no more than the DSM keeps, and no less than it must`() {
        let wild = TDISPCapabilities(
            requests: RequestSet([.vendorDefined, .setMMIOAttribute]), lockFlags: .all, outstandingPerInterface: 9,
            outstandingPerDevice: 0)
        let kept = DSM(capabilities: wild, functionZero: ModelDevice.functionZero, functions: []).capabilities
        #expect(kept.requests == RequestSet.mandatory.union(RequestSet([.setMMIOAttribute])))
        #expect(kept.outstandingPerInterface == 1)
        #expect(kept.outstandingPerDevice == 1)
    }

    // MARK: Requests in work

    @Test func `a second request to an interface in work is BUSY, and the first is still answered`() throws {
        device.holds = true
        #expect(device.receive(lock) == nil)
        #expect(try decoded(device.receive(state)) == .error(.busy))
        #expect(try decoded(device.receive(state, over: TDIFixture.sessionB)) == .error(.busy))
        let answers = device.carryOutHeld()
        #expect(answers.map(\.session) == [TDIFixture.sessionA])
        #expect(try decoded(answers.first?.bytes) == .lockInterface(TDIFixture.nonce(1)))
    }

    @Test func `no more requests are in work than NUM_REQ_ALL`() throws {
        let narrow = ModelDevice(
            capabilities: TDISPCapabilities(lockFlags: .all, outstandingPerDevice: 2))
        narrow.holds = true
        let ids = ModelDevice.everyInterface.map { InterfaceID(requesterID: $0) }
        let request = TDISPRequest.lockInterface(TDIFixture.lockRequest)
        #expect(narrow.receive(request.encoded(to: ids[0])) == nil)
        #expect(narrow.receive(request.encoded(to: ids[1])) == nil)
        #expect(try decoded(narrow.receive(request.encoded(to: ids[2]))) == .error(.busy))
        #expect(try decoded(narrow.receive(TDISPRequest.getVersion.encoded(to: ids[2]))) == .version([.v1_0]))
        #expect(narrow.carryOutHeld().count == 2)
        #expect(
            try decoded(narrow.receive(TDISPRequest.getInterfaceState.encoded(to: ids[2])))
                == .interfaceState(.configUnlocked))
    }

    @Test func `an answer for a session that ended is dropped, and the lock is taken back`() throws {
        device.holds = true
        #expect(device.receive(lock) == nil)
        device.happens(.completed(.inspected(device.context), on: TDIFixture.requesterID))
        device.happens(.deviceIncident(.sessionEnded(TDIFixture.sessionA)))
        let prepared = device.happens(
            .completed(
                .lockPrepared(TDIFixture.nonce(1), TDIFixture.epoch, TDIFixture.report), on: TDIFixture.requesterID))
        #expect(
            prepared
                == .perform([DSM.Work(.stop(.lockWithdrawn(.invalidDeviceConfiguration)), on: TDIFixture.requesterID)]))
        #expect(device.happens(.completed(.stopped, on: TDIFixture.requesterID)) == .discard(.sessionEnded))
        #expect(device.dsm.interface(TDIFixture.requesterID)?.tdi == .initial)
    }

    @Test func `a session that ends before the device was looked at leaves no request in work`() throws {
        for event in [
            DSM.Event.deviceIncident(.sessionEnded(TDIFixture.sessionA)),
            .incident(.sessionEnded(TDIFixture.sessionA), on: ModelDevice.functionZero),
        ] {
            device.holds = true
            #expect(device.receive(lock) == nil)
            device.happens(event)
            #expect(device.dsm.interfaces.allSatisfy { $0.tdi == .initial && $0.pending == nil })
        }
    }

    @Test func `a session that ends while STOP is worked on gets no answer, but the interface is stopped`() throws {
        try device.run()
        device.holds = true
        #expect(device.receive(TDISPRequest.stopInterface.encoded(to: TDIFixture.interfaceID)) == nil)
        device.happens(.deviceIncident(.sessionEnded(TDIFixture.sessionA)))
        #expect(device.happens(.completed(.stopped, on: TDIFixture.requesterID)) == .discard(.sessionEnded))
        #expect(try device.state() == .configUnlocked)
    }

    @Test func `an outcome for an interface that is not there is ignored`() {
        let before = device.dsm
        #expect(device.happens(.completed(.stopped, on: RequesterID(rawValue: 1))) == .none)
        #expect(device.dsm == before)
    }

    // MARK: What happens to several interfaces

    @Test func `FLR of a virtual function takes only that one`() throws {
        try runAll()
        device.happens(.incident(.functionLevelReset, on: ModelDevice.virtualOfZero[1]))
        #expect(device.failed == [ModelDevice.virtualOfZero[1]])
    }

    @Test func `FLR of a physical function takes its virtual functions along`() throws {
        try runAll()
        let effect = device.happens(.incident(.functionLevelReset, on: ModelDevice.secondFunction))
        #expect(device.failed == [ModelDevice.secondFunction, ModelDevice.virtualOfSecond])
        let cause = TDI.Effect.secure(.incident(.functionLevelReset))
        #expect(
            effect
                == .perform([
                    DSM.Work(cause, on: ModelDevice.secondFunction), DSM.Work(cause, on: ModelDevice.virtualOfSecond),
                ]))
    }

    @Test(arguments: [TDI.Incident.functionLevelReset, .configurationChanged(.functionLevelReset)])
    func `FLR of function 0 ends the sessions, and so takes every interface`(_ reset: TDI.Incident) throws {
        try runAll()
        let effect = device.happens(.incident(reset, on: ModelDevice.functionZero))
        #expect(device.failed == all)
        let ended = TDI.Effect.secure(.incident(.sessionEnded(TDIFixture.sessionA)))
        guard case .perform(let work) = effect else {
            Issue.record("no work: \(effect)")
            return
        }
        #expect(
            work.filter { $0.effect == ended }.map(\.interface)
                == [ModelDevice.secondFunction, ModelDevice.virtualOfSecond])
    }

    @Test func `FLR of function 0 answers nobody, because the sessions are gone`() throws {
        try device.run()
        device.holds = true
        #expect(device.receive(TDISPRequest.stopInterface.encoded(to: TDIFixture.interfaceID)) == nil)
        device.happens(.incident(.functionLevelReset, on: ModelDevice.functionZero))
        #expect(device.dsm.interfaces.allSatisfy { $0.pending == nil })
    }

    @Test func `SR-IOV registers of a physical function belong to its virtual functions too`() throws {
        try runAll()
        let write = TrackedChange.lockedCapability(.singleRootIOVirtualization)
        device.happens(.incident(.configurationChanged(write), on: ModelDevice.functionZero))
        #expect(device.failed == Set([ModelDevice.functionZero] + ModelDevice.virtualOfZero))
    }

    @Test func `BARs of a physical function are its own`() throws {
        try runAll()
        device.happens(.incident(.configurationChanged(.baseAddress(0)), on: ModelDevice.functionZero))
        #expect(device.failed == [ModelDevice.functionZero])
    }

    @Test func `registers of the stream concern every interface bound to it, wherever they are written`() throws {
        device.context.streams.append(
            LockContext.Stream(
                id: StreamID(rawValue: 5), isDefault: false, trafficClass: 0, isKeyed: true,
                keySession: TDIFixture.sessionA))
        try runAll()
        let write = TrackedChange.ideStream(StreamID(rawValue: 5))
        device.happens(.incident(.configurationChanged(write), on: ModelDevice.functionZero))
        #expect(device.failed == [])
        let bound = TrackedChange.ideStream(StreamID(rawValue: 1))
        device.happens(.incident(.configurationChanged(bound), on: ModelDevice.functionZero))
        #expect(device.failed == all)
    }

    @Test(arguments: [
        TDI.Incident.streamInsecure(StreamID(rawValue: 1)), .sessionEnded(TDIFixture.sessionA), .linkDown,
        .debugAuthorized, .contextLost, .firmwareForced(TDIFixture.update),
    ]) func `what happens to the device reaches every interface, in order`(_ incident: TDI.Incident) throws {
        try runAll()
        let effect = device.happens(.deviceIncident(incident))
        #expect(device.failed == all)
        let expected = ModelDevice.everyInterface.sorted().map { DSM.Work(.secure(.incident(incident)), on: $0) }
        #expect(effect == .perform(expected))
    }

    @Test func `what only one function meets stays with it`() throws {
        try runAll()
        for incident in [TDI.Incident.poisonedData, .requestFailed, .untrustedTranslation] {
            device.happens(.incident(incident, on: ModelDevice.secondFunction))
            #expect(device.failed == [ModelDevice.secondFunction])
        }
    }

    @Test func `unlocked interfaces are not touched`() throws {
        try device.run()
        let effect = device.happens(.deviceIncident(.linkDown))
        #expect(effect == .perform([DSM.Work(.secure(.incident(.linkDown)), on: TDIFixture.requesterID)]))
        #expect(device.happens(.deviceIncident(.linkDown)) == .none)
    }

    @Test func `a second session that comes and goes does not disturb the first`() throws {
        try runAll()
        #expect(device.happens(.deviceIncident(.sessionEnded(TDIFixture.sessionB))) == .none)
        #expect(device.failed == [])
    }

    @Test func `a conventional reset unlocks all and forgets who waits`() throws {
        try runAll()
        device.happens(.incident(.poisonedData, on: ModelDevice.functionZero))
        device.holds = true
        #expect(device.receive(TDISPRequest.stopInterface.encoded(to: TDIFixture.interfaceID)) == nil)
        device.holds = false
        device.happens(.conventionalReset)
        #expect(device.dsm.interfaces.allSatisfy { $0.tdi == .initial && $0.pending == nil })
    }

    @Test func `a new bus number breaks every lock, and the interfaces answer at their new addresses`() throws {
        try device.run()
        #expect(device.happens(.busRenumbered(0x3B)) == .none)
        device.happens(.busRenumbered(0x40))
        let moved = RequesterID(bus: 0x40, device: 0, function: 1)
        #expect(try device.state(of: moved) == .error)
        #expect(try device.ask(.getInterfaceState) == .error(.invalidInterface))
        #expect(device.dsm.functionZero == RequesterID(bus: 0x40, device: 0, function: 0))
        #expect(device.dsm.interface(RequesterID(rawValue: 0x4010))?.role == .virtual(of: moved))
    }

    @Test func `a device that leaves ERROR by itself does so for one interface`() throws {
        try runAll()
        device.happens(.deviceIncident(.linkDown))
        device.happens(.recoverFromError(ModelDevice.secondFunction))
        #expect(device.failed == all.subtracting([ModelDevice.secondFunction]))
        #expect(try device.state() == .configUnlocked)
    }

    // MARK: Firmware

    @Test func `firmware is updated unless an interface is locked against it`() throws {
        #expect(device.happens(.firmwareUpdateRequested(TDIFixture.update)) == .permitFirmwareUpdate)
        try device.lock()
        #expect(
            device.happens(.firmwareUpdateRequested(TDIFixture.update)) == .refuseFirmwareUpdate(TDIFixture.requesterID)
        )
        _ = try device.ask(.stopInterface)
        try device.lock(
            TDIFixture.requesterID, LockInterfaceRequest(flags: [], defaultStream: StreamID(rawValue: 1)))
        #expect(device.happens(.firmwareUpdateRequested(TDIFixture.update)) == .permitFirmwareUpdate)
        #expect(
            device.happens(.firmwareUpdateRequested(TDIFixture.downgrade))
                == .refuseFirmwareUpdate(TDIFixture.requesterID))
        #expect(try device.state() == .configLocked)
    }
}
