import PCIe
import SPDM
import TDISP
import Testing

@Suite struct `TDI machine` {
    private let owner = TDIFixture.sessionA

    private func after(_ start: TDIStart, _ events: TDI.Event...) -> TDI {
        events.reduce(start.tdi) { TDI.step($0, $1).next }
    }

    private func locked(flags: LockFlags, report: InterfaceReport = TDIFixture.report) -> TDI {
        let request = LockInterfaceRequest(flags: flags, defaultStream: StreamID(rawValue: 1))
        return after(
            .unlocked, .request(.lock(request), over: owner), .outcome(.inspected(TDIFixture.context)),
            .outcome(.lockPrepared(TDIFixture.nonce(1), TDIFixture.epoch, report)))
    }

    private func running(flags: LockFlags, report: InterfaceReport = TDIFixture.report) -> TDI {
        let events: [TDI.Event] = [
            .request(.start(TDIFixture.nonce(1)), over: owner), .outcome(.nonceConsumed(TDIFixture.epoch)),
            .outcome(.started(TDIFixture.epoch)),
        ]
        return events.reduce(locked(flags: flags, report: report)) { TDI.step($0, $1).next }
    }

    // MARK: LOCK

    @Test func `a lock keeps its terms, its session, its epoch and its report, and answers with the nonce`() throws {
        let transition = TDI.step(
            TDIStart.locking.tdi, .outcome(.lockPrepared(TDIFixture.nonce(1), TDIFixture.epoch, TDIFixture.report)))
        let lock = try #require(transition.next.lock)
        #expect(
            lock
                == TDILock(
                    epoch: TDIFixture.epoch, session: owner, request: TDIFixture.lockRequest, report: TDIFixture.report)
        )
        #expect(transition.effect == .answer(.lockInterface(TDIFixture.nonce(1))))
    }

    @Test func `the terms of a lock are what is prepared`() {
        let transition = TDI.step(TDIStart.inspecting.tdi, .outcome(.inspected(TDIFixture.context)))
        #expect(transition.effect == .prepareLock(TDIFixture.lockRequest))
    }

    @Test func `a lock that something broke meanwhile is undone and then refused`() {
        let broken = TDI.step(TDIStart.locking.tdi, .incident(.configurationChanged(.baseAddress(1))))
        #expect(broken.effect == .none)
        let prepared = TDI.step(
            broken.next, .outcome(.lockPrepared(TDIFixture.nonce(1), TDIFixture.epoch, TDIFixture.report)))
        #expect(prepared.effect == .stop(.lockWithdrawn(.invalidDeviceConfiguration)))
        #expect(prepared.next.name == .stopping)
        #expect(prepared.next.state == .configUnlocked)
        let stopped = TDI.step(prepared.next, .outcome(.stopped))
        #expect(stopped == TDI.Transition(.initial, .answer(.error(.invalidDeviceConfiguration))))
    }

    @Test func `a lock whose report does not fit into the messages is undone and refused`() {
        var report = TDIFixture.report
        report.deviceSpecificInfo = Array(repeating: 0, count: 65_536 - 20 - 32)
        #expect(report.byteCount == 65_536)
        let prepared = TDI.step(
            TDIStart.locking.tdi, .outcome(.lockPrepared(TDIFixture.nonce(1), TDIFixture.epoch, report)))
        #expect(prepared.effect == .stop(.lockWithdrawn(.unspecified)))
        report.deviceSpecificInfo.removeLast()
        let fits = TDI.step(
            TDIStart.locking.tdi, .outcome(.lockPrepared(TDIFixture.nonce(1), TDIFixture.epoch, report)))
        #expect(fits.next.name == .locked)
    }

    @Test(arguments: LockCheck.allCases.dropFirst(4).dropLast()) func `a lock that fails a check stays unlocked`(
        _ check: LockCheck
    ) {
        let (request, context) = LockCheckFixture.failing(check)
        let asked = after(.unlocked, .request(.lock(request), over: owner))
        let transition = TDI.step(asked, .outcome(.inspected(context)))
        #expect(transition == TDI.Transition(.initial, .answer(.error(check.error))))
    }

    // MARK: START

    @Test func `START compares the nonce that was shown with the one of this epoch`() {
        let transition = TDI.step(TDIStart.locked.tdi, .request(.start(TDIFixture.nonce(9)), over: owner))
        #expect(transition.effect == .consumeNonce(TDIFixture.nonce(9), of: TDIFixture.epoch))
    }

    @Test func `a wrong nonce stays locked, and the right one may still start`() {
        let wrong = after(
            .locked, .request(.start(TDIFixture.nonce(9)), over: owner), .outcome(.nonceRejected(TDIFixture.epoch)))
        #expect(wrong == TDIStart.locked.tdi)
        let right = [
            TDI.Event.request(.start(TDIFixture.nonce(1)), over: owner), .outcome(.nonceConsumed(TDIFixture.epoch)),
            .outcome(.started(TDIFixture.epoch)),
        ].reduce(wrong) { TDI.step($0, $1).next }
        #expect(right == TDIStart.run.tdi)
    }

    @Test func `a start that cannot be enabled ends in ERROR, not in CONFIG_LOCKED without a nonce`() {
        let failed = TDI.step(TDIStart.starting.tdi, .outcome(.notStarted(TDIFixture.epoch)))
        #expect(failed.effect == .secure(.startFailed))
        let secured = TDI.step(failed.next, .outcome(.secured))
        #expect(secured.effect == .answer(.error(.unspecified)))
        #expect(secured.next.name == .error)
    }

    @Test func `what breaks a start is secured at once, and the START is refused`() {
        for start in [TDIStart.checkingNonce, .starting] {
            let failed = TDI.step(start.tdi, .incident(.linkDown))
            #expect(failed.effect == .secure(.incident(.linkDown)))
            let late = TDI.step(failed.next, .outcome(.started(TDIFixture.epoch)))
            #expect(late == TDI.Transition(failed.next, .none))
            let secured = TDI.step(failed.next, .outcome(.secured))
            #expect(secured.effect == .answer(.error(.invalidInterfaceState)))
            #expect(secured.next.state == .error)
        }
    }

    // MARK: RUN

    @Test func `a bound stream is watched, until it is unbound`() {
        let two = StreamID(rawValue: 2)
        let bound = after(.adjusting, .outcome(.adjusted))
        #expect(bound.boundStreams == [StreamID(rawValue: 1), two])
        #expect(TDI.step(bound, .incident(.streamInsecure(two))).effect == .secure(.incident(.streamInsecure(two))))
        #expect(
            TDI.step(bound, .request(.adjust(.bind(two)), over: owner)).effect == .answer(.error(.invalidRequest)))
        let asked = TDI.step(bound, .request(.adjust(.unbind(two)), over: owner))
        #expect(asked.effect == .adjust(.unbind(two)))
        #expect(TDI.step(asked.next, .incident(.streamInsecure(two))).next.state == .error)
        let unbound = TDI.step(asked.next, .outcome(.adjusted))
        #expect(unbound == TDI.Transition(TDIStart.run.tdi, .answer(.unbindP2PStream)))
    }

    @Test func `a stream is bound only if the lock asked for it and ATS is on`() {
        let bind = TDI.Event.request(.adjust(TDIFixture.bind2), over: owner)
        var report = TDIFixture.report
        report.info.remove(.ats)
        #expect(TDI.step(running(flags: .bindP2P), bind).effect == .adjust(TDIFixture.bind2))
        #expect(TDI.step(running(flags: []), bind).effect == .answer(.error(.invalidRequest)))
        #expect(TDI.step(running(flags: .bindP2P, report: report), bind).effect == .answer(.error(.invalidRequest)))
    }

    private static let changes: [(SetMMIOAttributeRequest, Bool)] = [
        (SetMMIOAttributeRequest(firstPage: 0x1000, pageCount: 16, nonTEEMemory: true, rangeID: 0), true),
        (SetMMIOAttributeRequest(firstPage: 0x100F, pageCount: 1, nonTEEMemory: false, rangeID: 0), true),
        (SetMMIOAttributeRequest(firstPage: 0x100F, pageCount: 2, nonTEEMemory: true, rangeID: 0), false),
        (SetMMIOAttributeRequest(firstPage: 0x0FFF, pageCount: 1, nonTEEMemory: true, rangeID: 0), false),
        (SetMMIOAttributeRequest(firstPage: 0x1000, pageCount: 0, nonTEEMemory: true, rangeID: 0), false),
        (SetMMIOAttributeRequest(firstPage: 0x1000, pageCount: .max, nonTEEMemory: true, rangeID: 0), false),
        (SetMMIOAttributeRequest(firstPage: .max, pageCount: .max, nonTEEMemory: true, rangeID: 0), false),
        (SetMMIOAttributeRequest(firstPage: 0x1000, pageCount: 1, nonTEEMemory: true, rangeID: 1), false),
        (SetMMIOAttributeRequest(firstPage: 0x2000, pageCount: 1, nonTEEMemory: true, rangeID: 2), false),
    ]

    @Test(arguments: changes) func `an attribute changes only for pages inside an updatable range`(
        _ change: SetMMIOAttributeRequest, _ isTaken: Bool
    ) {
        let transition = TDI.step(TDIStart.run.tdi, .request(.adjust(.setAttribute(change)), over: owner))
        #expect(transition.effect == (isTaken ? .adjust(.setAttribute(change)) : .answer(.error(.invalidRequest))))
        guard isTaken else { return }
        #expect(
            TDI.step(transition.next, .outcome(.adjusted))
                == TDI.Transition(TDIStart.run.tdi, .answer(.setMMIOAttribute)))
    }

    @Test func `a change that the device cannot make leaves RUN as it was`() {
        let refused = TDI.step(TDIStart.adjusting.tdi, .outcome(.notAdjusted))
        #expect(refused == TDI.Transition(TDIStart.run.tdi, .answer(.error(.invalidRequest))))
    }

    // MARK: Incidents that depend on the lock

    @Test func `an MSI-X write breaks a lock only if the table is locked`() {
        var report = TDIFixture.report
        report.ranges = [report.ranges[0]]
        let write = TDI.Event.incident(.configurationChanged(.msiX))
        #expect(TDI.step(locked(flags: .lockMSIX), write).next.state == .error)
        let open = locked(flags: [], report: report)
        #expect(TDI.step(open, write) == TDI.Transition(open, .none))
    }

    private static let updates: [(LockFlags, FirmwareUpdate, Bool)] = [
        (.noFirmwareUpdate, TDIFixture.update, true), (.noFirmwareUpdate, TDIFixture.downgrade, true),
        ([], TDIFixture.update, false), ([], TDIFixture.downgrade, true),
    ]

    @Test(arguments: updates) func `firmware forced onto the device breaks a lock that forbids it`(
        _ flags: LockFlags, _ update: FirmwareUpdate, _ breaks: Bool
    ) {
        for tdi in [locked(flags: flags), running(flags: flags)] {
            #expect(tdi.forbids(update) == breaks)
            #expect((TDI.step(tdi, .incident(.firmwareForced(update))).next.state == .error) == breaks)
        }
    }

    @Test(arguments: TDIStart.allCases) func `only an interface that is being locked or is locked forbids an update`(
        _ start: TDIStart
    ) {
        let forbidding: Set<TDIStart> = [.locking, .locked, .checkingNonce, .starting, .run, .adjusting]
        #expect(start.tdi.forbids(TDIFixture.update) == forbidding.contains(start))
    }

    private static let watched: [TrackedChange] = [
        .memorySpaceDisabled, .busMasterDisabled, .bist, .baseAddress(5), .expansionROM,
        .functionLevelReset, .extendedTag, .phantomFunctions, .noSnoop, .tagRequester, .powerStateLosingContext,
        .unclassifiable,
    ]

    private static let lockedCapabilities = TrackedChange.LockedCapability.allCases.map(TrackedChange.lockedCapability)

    @Test(arguments: watched + lockedCapabilities)
    func `a change of a watched register breaks a lock`(_ change: TrackedChange) {
        for start in [TDIStart.locked, .run] {
            let transition = TDI.step(start.tdi, .incident(.configurationChanged(change)))
            #expect(transition.effect == .secure(.incident(.configurationChanged(change))))
            #expect(transition.next.name == .failing)
        }
    }

    // MARK: STOP, ERROR and resets

    @Test func `STOP is answered when everything is scrubbed, not before`() {
        for start in [TDIStart.locked, .run, .error] {
            let asked = TDI.step(start.tdi, .request(.stop, over: owner))
            #expect(asked.effect == .stop(.requested))
            #expect(asked.next.state == start.tdi.state)
            #expect(TDI.step(asked.next, .outcome(.stopped)) == TDI.Transition(.initial, .answer(.stopInterface)))
        }
    }

    @Test func `a STOP that cannot scrub ends in ERROR, and may be tried again`() {
        let failed = TDI.step(TDIStart.stopping.tdi, .outcome(.notStopped))
        #expect(failed.effect == .secure(.stopFailed))
        let secured = TDI.step(failed.next, .outcome(.secured))
        #expect(secured.effect == .answer(.error(.unspecified)))
        #expect(secured.next.state == .error)
        #expect(TDI.step(secured.next, .request(.stop, over: owner)).effect == .stop(.requested))
    }

    @Test func `a conventional reset answers nobody and ends unlocked`() {
        for start in TDIStart.allCases where start != .unlocked && start != .inspecting {
            let reset = TDI.step(start.tdi, .conventionalReset)
            #expect(reset.effect == .stop(.reset))
            #expect(TDI.step(reset.next, .outcome(.stopped)) == TDI.Transition(.initial, .none))
        }
    }

    @Test func `a reset that cannot scrub ends in ERROR`() {
        let reset = TDI.step(TDIStart.run.tdi, .conventionalReset).next
        let failed = TDI.step(reset, .outcome(.notStopped))
        #expect(failed.effect == .secure(.stopFailed))
        #expect(TDI.step(failed.next, .outcome(.secured)).effect == .none)
    }

    @Test func `a device may leave ERROR by itself, but not before it is scrubbed`() {
        let recovering = TDI.step(TDIStart.error.tdi, .recoverFromError)
        #expect(recovering.effect == .stop(.ownDecision))
        #expect(recovering.next.state == .error)
        #expect(TDI.step(recovering.next, .outcome(.stopped)) == TDI.Transition(.initial, .none))
    }

    @Test func `the first violation is the one that is remembered`() {
        let failing = after(.run, .incident(.poisonedData), .incident(.linkDown))
        #expect(failing == after(.run, .incident(.poisonedData)))
        let locking = after(.locking, .incident(.linkDown), .incident(.debugAuthorized))
        #expect(locking == after(.locking, .incident(.linkDown)))
    }

    @Test(arguments: TDIStart.allCases) func `the interface knows its session while one locks or locked it`(
        _ start: TDIStart
    ) {
        let without: Set<TDIStart> = [.unlocked, .stopping, .failing, .error]
        #expect(start.tdi.session == (without.contains(start) ? nil : owner))
    }
}
