import PCIe
import SPDM
import TDISP
import Testing

/// What the validator's suite leaves out.
@Suite struct `TDISP beyond conformance` {
    private let device = ModelDevice()
    private let lock = TDISPRequest.lockInterface(TDIFixture.lockRequest)
    private let wholeReport = TDISPRequest.getInterfaceReport(InterfaceReportQuery(offset: 0, length: .max))

    // MARK: ERROR

    @Test func `in ERROR everything but queries and STOP is refused, and STOP leads out`() throws {
        try device.run()
        device.happens(.incident(.poisonedData, on: TDIFixture.requesterID))
        #expect(try device.state() == .error)
        for request in [lock, wholeReport, .startInterface(TDIFixture.nonce(1)), .bindP2PStream(StreamID(rawValue: 2))]
        {
            #expect(try device.ask(request) == .error(.invalidInterfaceState))
        }
        #expect(try device.ask(.getVersion) == .version([.v1_0]))
        #expect(try device.state() == .error)
        #expect(try device.ask(.stopInterface) == .stopInterface)
        #expect(try device.state() == .configUnlocked)
        #expect(try device.ask(.startInterface(try device.lock())) == .startInterface)
    }

    @Test func `entering ERROR destroys the nonce`() throws {
        try device.lock()
        device.happens(.incident(.configurationChanged(.busMasterDisabled), on: TDIFixture.requesterID))
        #expect(
            device.log.last
                == DSM.Work(
                    .secure(.incident(.configurationChanged(.busMasterDisabled))), on: TDIFixture.requesterID))
        #expect(try device.state() == .error)
    }

    // MARK: Peer-to-peer streams and MMIO attributes

    @Test func `a stream is bound once, and unbound once`() throws {
        let two = StreamID(rawValue: 2)
        #expect(try device.ask(.bindP2PStream(two)) == .error(.invalidInterfaceState))
        try device.run()
        #expect(try device.ask(.unbindP2PStream(two)) == .error(.invalidRequest))
        #expect(try device.ask(.bindP2PStream(two)) == .bindP2PStream)
        #expect(try device.ask(.bindP2PStream(two)) == .error(.invalidRequest))
        #expect(try device.ask(.bindP2PStream(TDIFixture.lockRequest.defaultStream)) == .error(.invalidRequest))
        #expect(try device.ask(.unbindP2PStream(two)) == .unbindP2PStream)
        #expect(try device.state() == .run)
    }

    @Test func `a stream that the device cannot bind is refused, and RUN goes on`() throws {
        try device.run()
        device.faults = [.adjust]
        #expect(try device.ask(.bindP2PStream(StreamID(rawValue: 2))) == .error(.invalidRequest))
        #expect(try device.state() == .run)
    }

    @Test func `an attribute changes in RUN, for an updatable range`() throws {
        let fixed = SetMMIOAttributeRequest(firstPage: 0x2000, pageCount: 1, nonTEEMemory: true, rangeID: 2)
        try device.lock()
        #expect(try device.ask(.setMMIOAttribute(TDIFixture.openPages)) == .error(.invalidInterfaceState))
        _ = try device.ask(.stopInterface)
        try device.run()
        #expect(try device.ask(.setMMIOAttribute(TDIFixture.openPages)) == .setMMIOAttribute)
        #expect(try device.ask(.setMMIOAttribute(fixed)) == .error(.invalidRequest))
        #expect(device.log.last == DSM.Work(.adjust(.setAttribute(TDIFixture.openPages)), on: TDIFixture.requesterID))
    }

    // MARK: Codes, versions, interfaces, lengths

    @Test func `vendor-defined, unknown and optional requests that are not taken are unsupported, with their code`()
        throws
    {
        let bare = ModelDevice(
            capabilities: TDISPCapabilities(lockFlags: [], outstandingPerDevice: 1))
        let requests: [TDISPRequest] = [
            .vendorDefined(VendorDefinedMessage(pciVendor: 1, data: [])),
            .unknown(TDISPMessageType(rawValue: 0x8F), []),
            .unknown(TDISPMessageType(rawValue: 0x80), [1, 2]), .unknown(TDISPMessageType(rawValue: 0x03), []),
            .bindP2PStream(StreamID(rawValue: 2)), .unbindP2PStream(StreamID(rawValue: 2)),
            .setMMIOAttribute(TDIFixture.openPages),
        ]
        for request in requests {
            #expect(try bare.ask(request) == .error(.unsupported(request.type)))
        }
        #expect(try device.ask(requests[0]) == .error(.unsupported(.vendorDefined)))
    }

    @Test(arguments: TDIStart.allCases)
    func `version, capabilities and unsupported requests are answered in every state`(
        _ start: TDIStart
    ) throws {
        device.bring(to: start)
        #expect(device.dsm.interface(TDIFixture.requesterID)?.tdi.name == start.name)
        let before = device.dsm
        #expect(try device.ask(.getVersion) == .version(DSM.versions))
        #expect(try device.ask(.getCapabilities) == .capabilities(ModelDevice.capabilities))
        #expect(
            try device.ask(.unknown(TDISPMessageType(rawValue: 0x90), []))
                == .error(
                    .unsupported(TDISPMessageType(rawValue: 0x90))))
        #expect(device.dsm == before)
    }

    @Test func `another version is a mismatch, and the answer is in ours`() throws {
        for version in [0x00, 0x11, 0x20] as [UInt8] {
            let other = TDISPVersion(rawValue: version)
            let bytes = try #require(
                device.receive(TDISPRequest.getInterfaceState.encoded(to: TDIFixture.interfaceID, version: other)))
            #expect(try TDISPHeader.decode(bytes.span).version == .v1_0)
            #expect(try TDISPResponse.decode(bytes.span) == .error(.versionMismatch))
        }
    }

    @Test func `a newer minor version may ask which versions there are`() throws {
        for (version, expected) in [
            (0x1F, TDISPResponse.version([.v1_0])), (0x20, .error(.versionMismatch)), (0x00, .error(.versionMismatch)),
        ] as [(UInt8, TDISPResponse)] {
            let request = TDISPRequest.getVersion.encoded(
                to: TDIFixture.interfaceID, version: TDISPVersion(rawValue: version))
            let bytes = try #require(device.receive(request))
            #expect(try TDISPResponse.decode(bytes.span) == expected)
        }
    }

    @Test func `an interface that is not there is invalid, for every request`() throws {
        let strangers = [
            InterfaceID(requesterID: RequesterID(rawValue: 0x1234)),
            InterfaceID(requesterID: TDIFixture.requesterID, segment: 3),
        ]
        for interfaceID in strangers {
            for request in [.getVersion, .getCapabilities, lock, .getInterfaceState, .stopInterface] {
                #expect(try device.ask(request, of: interfaceID) == .error(.invalidInterface))
            }
        }
    }

    @Test func `an answer repeats the interface as the request named it, also when it comes later`() throws {
        let named = InterfaceID(requesterID: TDIFixture.requesterID, segment: 0)
        #expect(try device.ask(.getVersion, of: named) == .version([.v1_0]))
        guard case .lockInterface = try device.ask(lock, of: named) else {
            Issue.record("not locked")
            return
        }
    }

    @Test func `a length that does not fit is an invalid request, before version, interface and state are looked at`()
        throws
    {
        let requests = MessageSamples.requests.map(\.0).filter {
            DSM.optionalRequests.union(.mandatory).contains($0.type)
        }
        for request in requests {
            let bytes = request.encoded(
                to: InterfaceID(requesterID: RequesterID(rawValue: 0)), version: TDISPVersion(rawValue: 0x20))
            for length in 0..<bytes.count {
                let answer = try #require(device.receive(Array(bytes.prefix(length))))
                #expect(try TDISPResponse.decode(answer.span) == .error(.invalidRequest), "\(request) \(length)")
            }
            let long = try #require(device.receive(bytes + [0]))
            #expect(try TDISPResponse.decode(long.span) == .error(.invalidRequest))
        }
    }

    @Test func `the checks come in order: length, version, code, interface, state`() throws {
        let nowhere = InterfaceID(requesterID: RequesterID(rawValue: 0))
        let two = TDISPVersion(rawValue: 0x20)
        func answer(_ bytes: [UInt8]) throws -> TDISPResponse {
            let answer = try #require(device.receive(bytes))
            return try TDISPResponse.decode(answer.span)
        }
        let unknown = TDISPRequest.unknown(TDISPMessageType(rawValue: 0x8F), [])
        let start = TDISPRequest.startInterface(TDIFixture.nonce(1))
        #expect(try answer(start.encoded(to: nowhere, version: two).dropLast()) == .error(.invalidRequest))
        #expect(try answer(unknown.encoded(to: nowhere, version: two)) == .error(.versionMismatch))
        #expect(try answer(unknown.encoded(to: nowhere)) == .error(.unsupported(unknown.type)))
        #expect(try answer(start.encoded(to: nowhere)) == .error(.invalidInterface))
        #expect(try answer(start.encoded(to: TDIFixture.interfaceID)) == .error(.invalidInterfaceState))
    }

    // MARK: Sessions

    @Test func `TDISP in clear is dropped`() {
        let request = TDISPRequest.getVersion.encoded(to: TDIFixture.interfaceID)
        #expect(device.receive(request, over: nil) == nil)
        #expect(device.happens(.received(request, over: nil)) == .discard(.notSecured))
    }

    @Test func `another session may look, but not act`() throws {
        let nonce = try device.lock()
        for request in [wholeReport, .startInterface(nonce), .stopInterface] {
            #expect(try device.ask(request, over: TDIFixture.sessionB) == .error(.invalidRequest))
        }
        #expect(try device.ask(.getInterfaceState, over: TDIFixture.sessionB) == .interfaceState(.configLocked))
        #expect(try device.ask(.startInterface(nonce)) == .startInterface)
        for request in [wholeReport, .stopInterface, .bindP2PStream(StreamID(rawValue: 2))] {
            #expect(try device.ask(request, over: TDIFixture.sessionB) == .error(.invalidRequest))
        }
        #expect(try device.state() == .run)
    }

    @Test func `a session that did not key the stream cannot lock`() throws {
        #expect(try device.ask(lock, over: TDIFixture.sessionB) == .error(.invalidRequest))
        #expect(try device.state() == .configUnlocked)
    }

    @Test func `when the locking session ends, another session stops the interface`() throws {
        try device.run()
        device.happens(.deviceIncident(.sessionEnded(TDIFixture.sessionA)))
        #expect(try device.ask(.getInterfaceState, over: TDIFixture.sessionB) == .interfaceState(.error))
        #expect(try device.ask(.stopInterface, over: TDIFixture.sessionB) == .stopInterface)
        #expect(try device.state() == .configUnlocked)
    }

    // MARK: Nonces

    @Test func `a nonce from before another LOCK does not start`() throws {
        let old = try device.lock()
        _ = try device.ask(.stopInterface)
        let new = try device.lock()
        #expect(try device.ask(.startInterface(old)) == .error(.invalidNonce))
        #expect(try device.ask(.startInterface(new)) == .startInterface)
    }

    @Test func `the right nonce starts after a wrong one`() throws {
        let nonce = try device.lock()
        #expect(try device.ask(.startInterface(TDIFixture.nonce(0x80))) == .error(.invalidNonce))
        #expect(try device.ask(.startInterface(nonce)) == .startInterface)
    }

    @Test func `the nonce of one interface does not start another`() throws {
        let first = try device.lock()
        let other = ModelDevice.virtualOfSecond
        try device.lock(other)
        #expect(
            try device.ask(.startInterface(first), of: InterfaceID(requesterID: other)) == .error(.invalidNonce))
        #expect(try device.state(of: other) == .configLocked)
    }

    @Test(arguments: [
        (ModelDevice.Fault.entropy, TDISPErrorCode.insufficientEntropy), (.quiesce, .unspecified),
    ]) func `a lock that cannot be prepared is refused and leaves nothing behind`(
        _ fault: ModelDevice.Fault, _ error: TDISPErrorCode
    ) throws {
        device.faults = [fault]
        #expect(try device.ask(lock) == .error(error))
        #expect(try device.state() == .configUnlocked)
        device.faults = []
        try device.lock()
    }

    // MARK: Reports

    @Test func `the report has the same bytes in CONFIG_LOCKED and RUN`() throws {
        let nonce = try device.lock()
        let locked = try device.ask(wholeReport)
        device.report.deviceSpecificInfo = [1, 2, 3]
        _ = try device.ask(.startInterface(nonce))
        #expect(try device.ask(wholeReport) == locked)
        #expect(
            locked == .interfaceReport(InterfaceReportPortion(bytes: TDIFixture.report.encoded(), remainder: 0)))
    }

    @Test func `a report query for nothing is refused`() throws {
        try device.lock()
        let nothing = TDISPRequest.getInterfaceReport(InterfaceReportQuery(offset: 0, length: 0))
        #expect(try device.ask(nothing) == .error(.invalidRequest))
    }
}

extension ModelDevice {
    /// Brings 3b:00.1 into a state, with its effect held where the state waits for one.
    func bring(to start: TDIStart) {
        let events = start.events
        for event in events {
            switch event {
            case .request(.lock(let lock), let session): hold(.lockInterface(lock), session)
            case .request(.start(let nonce), let session): hold(.startInterface(nonce), session)
            case .request(.stop, let session): hold(.stopInterface, session)
            case .request(.adjust(let adjustment), let session): hold(adjustment.request, session)
            case .request(.report, _), .request(.state, _): break
            case .outcome(let outcome): happens(.completed(outcome, on: TDIFixture.requesterID))
            case .incident(let incident): happens(.incident(incident, on: TDIFixture.requesterID))
            case .conventionalReset: happens(.conventionalReset)
            case .recoverFromError: happens(.recoverFromError(TDIFixture.requesterID))
            }
        }
    }

    private func hold(_ request: TDISPRequest, _ session: SessionID) {
        holds = true
        _ = receive(request.encoded(to: TDIFixture.interfaceID), over: session)
    }
}
