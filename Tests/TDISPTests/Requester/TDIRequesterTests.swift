import PCIe
import TDISP
import Testing
import WireBytes

@Suite struct `TDI requester` {
    private let lock = TDIFixture.lockRequest
    private let nonce = TDIFixture.nonce(1)
    private let busy = TDISPErrorMessage(.busy)
    private let state = TDISPRequest.getInterfaceState

    // MARK: Version first

    @Test func `negotiation asks for the version, then the capabilities`() {
        var script = RequesterScript()
        script.begin(.negotiate)
        script.expectSent(.getVersion)
        script.answer(.version([TDISPVersion(rawValue: 0x11), .v1_0]))
        script.expectSent(.getCapabilities)
        script.answer(.capabilities(ModelDevice.capabilities))
        script.expectFinished(.negotiated(ModelDevice.capabilities))
        #expect(script.requester.negotiated == ModelDevice.capabilities)
    }

    @Test func `a DSM without version 1_0 is left alone`() {
        var script = RequesterScript()
        script.begin(.negotiate)
        script.answer(.version([TDISPVersion(rawValue: 0x20)]))
        script.expectFinished(.failed(.noCommonVersion, .untouched))
        #expect(script.requester.negotiated == nil)
    }

    @Test func `nothing is sent before negotiation`() {
        for operation in Self.operations where operation != .negotiate {
            var script = RequesterScript()
            script.begin(operation)
            script.expectFinished(.failed(.notNegotiated, .untouched))
        }
    }

    @Test func `negotiating again forgets what was agreed`() {
        var script = RequesterScript.negotiated()
        script.begin(.negotiate)
        script.expectSent(.getVersion)
        #expect(script.requester.negotiated == nil)
        script.take(.timedOut)
        script.expectFinished(.failed(.noAnswer(.getVersion), .untouched))
        script.begin(.queryState)
        script.expectFinished(.failed(.notNegotiated, .untouched))
    }

    @Test func `what the DSM does not take is not sent`() {
        let few = TDISPCapabilities(lockFlags: .lockMSIX, outstandingPerDevice: 1)
        var script = RequesterScript.negotiated(TDIRequester.Limits(), few)
        script.begin(.lock(lock))
        script.expectFinished(.failed(.unsupportedFlags([.noFirmwareUpdate, .bindP2P]), .untouched))
        script.begin(.adjust(TDIFixture.bind2))
        script.expectFinished(.failed(.unsupportedRequest(.bindP2PStream), .untouched))
    }

    // MARK: The ways that go well

    @Test func `a lock asks the state before and after, and hands over the nonce`() {
        var script = RequesterScript.negotiated()
        script.begin(.lock(lock))
        script.expectSent(state)
        script.answer(.configUnlocked)
        script.expectSent(.lockInterface(lock))
        script.answer(.lockInterface(nonce))
        #expect(script.effect == .storeNonce(nonce, thenSend: state.encoded(to: TDIFixture.interfaceID)))
        script.answer(.configLocked)
        script.expectFinished(.locked)
    }

    @Test func `a start asks the state before and after, and takes the nonce only to send it`() {
        var script = RequesterScript.negotiated()
        script.begin(.start)
        script.expectSent(state)
        script.answer(.configLocked)
        #expect(script.effect == .provideNonce)
        script.take(.nonce(nonce))
        script.expectSent(.startInterface(nonce))
        script.answer(.startInterface)
        script.expectSent(state)
        script.answer(.run)
        script.expectFinished(.running)
    }

    @Test func `a stop asks the state before and after`() {
        var script = RequesterScript.negotiated()
        script.begin(.stop)
        script.expectSent(state)
        script.answer(.run)
        script.expectSent(.stopInterface)
        script.answer(.stopInterface)
        script.expectSent(state)
        script.answer(.configUnlocked)
        script.expectFinished(.stopped(from: .run))
    }

    @Test func `a revocation sends STOP before anything else`() {
        var script = RequesterScript.negotiated()
        script.begin(.revoke)
        script.expectSent(.stopInterface)
        script.answer(.stopInterface)
        script.answer(.configUnlocked)
        script.expectFinished(.stopped(from: nil))
    }

    @Test(arguments: TDIState.allCases) func `a state query answers the state`(_ answer: TDIState) {
        var script = RequesterScript.negotiated()
        script.begin(.queryState)
        script.expectSent(state)
        script.answer(answer)
        script.expectFinished(.state(answer))
    }

    private static let adjustments: [(TDI.Adjustment, TDISPResponse)] = [
        (.bind(StreamID(rawValue: 2)), .bindP2PStream), (.unbind(StreamID(rawValue: 2)), .unbindP2PStream),
        (.setAttribute(TDIFixture.openPages), .setMMIOAttribute),
    ]

    @Test(arguments: adjustments.indices) func `a change in RUN is one request`(_ index: Int) {
        let (adjustment, response) = Self.adjustments[index]
        var script = RequesterScript.negotiated()
        script.begin(.adjust(adjustment))
        script.expectSent(adjustment.request)
        script.answer(response)
        script.expectFinished(.adjusted)
        script.begin(.adjust(adjustment))
        script.answer(.error(.invalidInterfaceState))
        script.expectFinished(.refused(TDISPErrorMessage(.invalidInterfaceState), in: nil))
    }

    // MARK: Reports

    private func portion(_ bytes: [UInt8], remainder: UInt16) -> TDISPResponse {
        .interfaceReport(InterfaceReportPortion(bytes: bytes, remainder: remainder))
    }

    @Test func `a report is read in portions`() {
        let bytes = TDIFixture.report.encoded()
        #expect(bytes.count == 54)
        var script = RequesterScript.negotiated(TDIRequester.Limits(reportPortion: 40))
        script.begin(.fetchReport)
        script.expectSent(.getInterfaceReport(InterfaceReportQuery(offset: 0, length: 40)))
        script.answer(portion(Array(bytes[..<30]), remainder: 24))
        script.expectSent(.getInterfaceReport(InterfaceReportQuery(offset: 30, length: 24)))
        script.answer(portion(Array(bytes[30...]), remainder: 0))
        script.expectFinished(.report(bytes))
    }

    /// Portions as (length, remainder): all but the last are right.
    private static let badPortions: [[(Int, UInt16)]] = [
        [(0, 54)], [(41, 13)], [(20, 181)], [(20, 34), (0, 34)], [(20, 34), (35, 0)], [(20, 34), (10, 25)],
        [(20, 34), (10, 23)], [(1, 53), (41, 12)],
    ]

    @Test(arguments: badPortions.indices) func `portions that do not add up are a doubt`(_ index: Int) {
        var script = RequesterScript.negotiated(TDIRequester.Limits(reportPortion: 40, reportByteCount: 200))
        script.begin(.fetchReport)
        var offset = 0
        for (length, remainder) in Self.badPortions[index] {
            let query = InterfaceReportQuery(
                offset: UInt16(offset), length: offset == 0 ? 40 : min(40, 54 - UInt16(offset)))
            script.expectSent(.getInterfaceReport(query))
            script.answer(portion(Array(repeating: 0, count: length), remainder: remainder))
            offset += length
        }
        script.expectSent(.stopInterface)
        script.answer(.stopInterface)
        script.answer(.configUnlocked)
        script.expectFinished(.failed(.inconsistentReport, .stopped))
    }

    @Test func `a report that cannot be read is a doubt`() {
        var script = RequesterScript.negotiated()
        script.begin(.fetchReport)
        script.answer(portion(Array(TDIFixture.report.encoded().dropLast()), remainder: 0))
        script.expectSent(.stopInterface)
        script.answer(.stopInterface)
        script.answer(.configUnlocked)
        script.expectFinished(
            .failed(.malformedReport(WireError(.truncated, at: 52, in: "DEVICE_SPECIFIC_INFO")), .stopped))
    }

    @Test func `a DSM that gives one byte at a time is followed to the end`() {
        let bytes = TDIFixture.report.encoded()
        var script = RequesterScript.negotiated()
        script.begin(.fetchReport)
        for index in bytes.indices {
            script.answer(portion([bytes[index]], remainder: UInt16(bytes.count - index - 1)))
        }
        script.expectFinished(.report(bytes))
    }

    @Test func `a report in too many portions is a doubt`() {
        var script = RequesterScript.negotiated(TDIRequester.Limits(reportPortions: 3))
        script.begin(.fetchReport)
        for remainder in [53, 52, 51] as [UInt16] {
            script.answer(portion([0], remainder: remainder))
            script.expectSent(.getInterfaceReport(InterfaceReportQuery(offset: 54 - remainder, length: remainder)))
        }
        script.answer(portion([0], remainder: 50))
        script.expectSent(.stopInterface)
    }

    // MARK: BUSY

    @Test func `BUSY is waited for, longer each time, and then taken as a refusal`() {
        var script = RequesterScript.negotiated(TDIRequester.Limits(busyRetries: 3))
        script.begin(.queryState)
        for retry in 1...3 as ClosedRange<UInt8> {
            script.answer(.error(busy))
            #expect(script.effect == .wait(retry: retry))
            script.take(.waited)
            script.expectSent(state)
        }
        script.answer(.error(busy))
        script.expectFinished(.refused(busy, in: nil))
    }

    @Test func `each request has its own retries`() {
        var script = RequesterScript.negotiated(TDIRequester.Limits(busyRetries: 1))
        script.begin(.lock(lock))
        script.answer(.error(busy))
        script.take(.waited)
        script.answer(.configUnlocked)
        script.answer(.error(busy))
        #expect(script.effect == .wait(retry: 1))
        script.take(.waited)
        script.expectSent(.lockInterface(lock))
    }

    @Test func `a busy START asks for the nonce again`() {
        var script = RequesterScript.negotiated()
        script.begin(.start)
        script.answer(.configLocked)
        script.take(.nonce(nonce))
        script.answer(.error(busy))
        script.take(.waited)
        #expect(script.effect == .provideNonce)
        script.take(.nonce(nonce))
        script.expectSent(.startInterface(nonce))
    }

    @Test func `a LOCK that is busy to the end is refused, once the state says that nothing happened`() {
        var script = RequesterScript.negotiated(TDIRequester.Limits(busyRetries: 0))
        script.begin(.lock(lock))
        script.answer(.configUnlocked)
        script.answer(.error(busy))
        script.expectSent(state)
        script.answer(.configUnlocked)
        script.expectFinished(.refused(busy, in: .configUnlocked))
    }

    // MARK: Refusals

    @Test func `a refused LOCK leaves the interface unlocked, and that is confirmed`() {
        let refusal = TDISPErrorMessage(.invalidDeviceConfiguration)
        var script = RequesterScript.negotiated()
        script.begin(.lock(lock))
        script.answer(.configUnlocked)
        script.answer(.error(refusal))
        script.expectSent(state)
        script.answer(.configUnlocked)
        script.expectFinished(.refused(refusal, in: .configUnlocked))
    }

    @Test func `a refused START stays locked, and that is confirmed`() {
        let refusal = TDISPErrorMessage(.invalidNonce)
        var script = RequesterScript.negotiated()
        script.begin(.start)
        script.answer(.configLocked)
        script.take(.nonce(nonce))
        script.answer(.error(refusal))
        script.answer(.configLocked)
        script.expectFinished(.refused(refusal, in: .configLocked))
    }

    @Test(arguments: [TDIState.configLocked, .run, .error]) func `a refused LOCK that changed the state is a doubt`(
        _ after: TDIState
    ) {
        let refusal = TDISPErrorMessage(.unspecified)
        var script = RequesterScript.negotiated()
        script.begin(.lock(lock))
        script.answer(.configUnlocked)
        script.answer(.error(refusal))
        script.answer(after)
        script.expectSent(.stopInterface)
        script.answer(.stopInterface)
        script.answer(.configUnlocked)
        script.expectFinished(.failed(.unexpectedError(refusal, to: .lockInterface), .stopped))
    }

    @Test func `a DSM that refuses STOP in CONFIG_UNLOCKED is believed when it says it is unlocked`() {
        var script = RequesterScript.negotiated()
        script.begin(.stop)
        script.answer(.configUnlocked)
        script.answer(.error(.invalidInterfaceState))
        script.expectSent(state)
        script.answer(.configUnlocked)
        script.expectFinished(.stopped(from: .configUnlocked))
    }

    // MARK: Wrong states

    @Test(arguments: [TDIState.configLocked, .run, .error]) func `what is not unlocked is not locked, nor touched`(
        _ before: TDIState
    ) {
        var script = RequesterScript.negotiated()
        script.begin(.lock(lock))
        script.answer(before)
        script.expectFinished(.failed(.wrongState(before, expected: .configUnlocked), .untouched))
    }

    @Test(arguments: [TDIState.configUnlocked, .run, .error]) func `what is not locked is not started, but stopped`(
        _ before: TDIState
    ) {
        var script = RequesterScript.negotiated()
        script.begin(.start)
        script.answer(before)
        script.expectSent(.stopInterface)
        script.answer(.stopInterface)
        script.answer(.configUnlocked)
        script.expectFinished(.failed(.wrongState(before, expected: .configLocked), .stopped))
    }

    @Test(arguments: [TDIState.configUnlocked, .configLocked, .error])
    func `a start that did not lead to RUN is stopped`(
        _ after: TDIState
    ) {
        var script = RequesterScript.negotiated()
        script.begin(.start)
        script.answer(.configLocked)
        script.take(.nonce(nonce))
        script.answer(.startInterface)
        script.answer(after)
        script.expectSent(.stopInterface)
        script.answer(.stopInterface)
        script.answer(.configUnlocked)
        script.expectFinished(.failed(.wrongState(after, expected: .run), .stopped))
    }

    @Test func `without a nonce there is no start, and a lock without a nonce is of no use`() {
        var script = RequesterScript.negotiated()
        script.begin(.start)
        script.answer(.configLocked)
        script.take(.nonceMissing)
        script.expectSent(.stopInterface)
        script.answer(.stopInterface)
        script.answer(.configUnlocked)
        script.expectFinished(.failed(.nonceMissing, .stopped))
    }

    // MARK: STOP

    @Test func `STOP is repeated, within bounds, until the state says unlocked`() {
        var script = RequesterScript.negotiated(TDIRequester.Limits(stopAttempts: 3))
        script.begin(.revoke)
        script.answer(.error(.unspecified))
        script.answer(.error)
        script.expectSent(.stopInterface)
        script.take(.timedOut)
        script.expectSent(.stopInterface)
        script.answer(.stopInterface)
        script.answer(.configUnlocked)
        script.expectFinished(.stopped(from: nil))
    }

    @Test func `an interface that cannot be stopped is reported in the state it says`() {
        var script = RequesterScript.negotiated(TDIRequester.Limits(stopAttempts: 1))
        script.begin(.stop)
        script.answer(.run)
        script.answer(.error(.unspecified))
        script.answer(.error)
        script.expectFinished(.failed(.wrongState(.error, expected: .configUnlocked), .notStopped(.error)))
    }

    @Test func `an unanswered STOP leaves the outcome unknown`() {
        var script = RequesterScript.negotiated(TDIRequester.Limits(stopAttempts: 2))
        script.begin(.stop)
        script.take(.timedOut)
        script.expectSent(.stopInterface)
        script.take(.timedOut)
        script.expectSent(.stopInterface)
        script.answer(.stopInterface)
        script.take(.timedOut)
        script.expectFinished(.outcomeUnknown(of: .getInterfaceState, after: nil))
    }

    // MARK: What nobody waits for

    @Test func `an operation is not begun while another runs, and that goes on`() {
        var script = RequesterScript.negotiated()
        script.begin(.lock(lock))
        let running = script.requester
        for operation in Self.operations {
            #expect(
                TDIRequester.step(running, .begin(operation))
                    == TDIRequester.Transition(running, .finish(.failed(.operationRunning, .untouched))))
        }
    }

    @Test func `events that nobody waits for change nothing`() {
        var waiting = RequesterScript.negotiated()
        waiting.begin(.start)
        let awaitingResponse = waiting.requester
        waiting.answer(.error(busy))
        let backingOff = waiting.requester
        waiting.take(.waited)
        waiting.answer(.configLocked)
        let awaitingNonce = waiting.requester
        let late = TDIRequester.Event.received(
            TDISPResponse.interfaceState(.run).encoded(from: TDIFixture.interfaceID))
        let unexpected: [(TDIRequester, [TDIRequester.Event])] = [
            (RequesterScript.negotiated().requester, [late, .timedOut, .waited, .nonce(nonce), .nonceMissing]),
            (awaitingResponse, [.waited, .nonce(nonce), .nonceMissing]),
            (backingOff, [late, .timedOut, .nonce(nonce), .nonceMissing]),
            (awaitingNonce, [late, .timedOut, .waited]),
        ]
        for (requester, events) in unexpected {
            for event in events {
                #expect(TDIRequester.step(requester, event) == TDIRequester.Transition(requester, .none))
            }
        }
    }

    static let operations: [TDIRequester.Operation] = [
        .negotiate, .lock(TDIFixture.lockRequest), .fetchReport, .start, .stop, .revoke, .queryState,
        .adjust(TDIFixture.bind2),
    ]
}
