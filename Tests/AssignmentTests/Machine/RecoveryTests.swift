import Assignment
import TDISP
import Testing

@Suite struct RecoveryTests {
    @Test(arguments: [
        (Observation.state(.error), FailureCause.unexpectedState(.error)), (.streamInsecure, .streamInsecure),
        (.sessionLost, .sessionLost), (.deviceGone, .deviceGone), (.deviceReset, .deviceReset),
        (.domainStopped, .domainStopped), (.hostdevRemoved, .hostdevRemoved), (.driverTimeout, .driverTimeout),
    ])
    func `what ends private operation is kept as the cause, all the way`(observation: Observation, cause: FailureCause)
    {
        let fallen = Walk.converted().observes(observation)
        #expect(fallen.effect == .cut(.first))
        #expect(fallen.cause == cause)
        #expect(fallen.fails.fails.succeeds.fails.fails.state.label == "quarantined")
        #expect(fallen.fails.succeeds.fails.cause == cause)
    }

    @Test func `without standing orders a fallen device rests in shared operation`() {
        let fallen = Walk.converted().observes(.state(.error))
        #expect(
            fallen.effectsUntilRest == [
                "cut 0", "stop", "reset function", "connect", "compare-identity", "restore-configuration",
                "prove-return",
                "restore-mappings", "bind-guest-driver",
            ])
        #expect(fallen.rests.state.phase == .attached)
    }

    @Test func `with standing orders it is converted again from scratch, in a new epoch`() {
        let fallen = Walk.converted(StandingOrders(convertAgain: true)).observes(.state(.error))
        #expect(
            fallen.effectsUntilRest.dropFirst(7).prefix(3) == ["restore-mappings", "connect", "unbind-guest-driver"])
        #expect(fallen.rests.state.phase == .private)
        #expect(fallen.rests.state.lineage.epoch == LockEpoch(rawValue: 2))
        #expect(fallen.rests.state.lineage.recoveries == 1)
    }

    @Test func `past the limit it rests instead of being converted again`() {
        var walk = Walk.converted(StandingOrders(convertAgain: true, recoveryLimit: 2))
        for _ in 0..<2 {
            walk = walk.observes(.sessionLost).rests
            #expect(walk.state.phase == .private)
        }
        #expect(walk.observes(.sessionLost).rests.state.phase == .attached)
    }

    @Test func `the counter of recoveries stays at its end`() {
        let worn = Lineage(recoveries: .max)
        let fallen = Walk(.private(Private(lineage: worn, owner: Walk.web))).observes(.sessionLost)
        #expect(fallen.state.lineage.recoveries == .max)
    }

    @Test func `STOP refused over the old session is repeated over a new one`() {
        let fallen = Walk.converted().observes(.sessionLost).succeeds.fails
        #expect(fallen.effectsUntilRest.prefix(3) == ["connect", "stop", "reset function"])
        #expect(fallen.rests.state.phase == .attached)
    }

    @Test func `a conventional reset is the last road, taken once and only when allowed`() {
        let fallen = Walk.converted(Situation.allowReset).observes(.sessionLost)
        let reset = fallen.succeeds.fails.fails
        #expect(reset.effect == .reset(.conventional))
        #expect(reset.fails.state.label == "quarantined")
        #expect(reset.succeeds(until: "recovering3.prove").fails.state.label == "quarantined")
        let spared = Walk.converted().observes(.sessionLost).succeeds.fails.fails
        #expect(spared.state.label == "quarantined")
    }

    @Test func `the domain stops on the way: it is not converted for`() {
        let fallen = Walk.converted(Situation.convertAgain).observes(.sessionLost)
        #expect(fallen.observes(.domainStopped).rests.state.phase == .attached)
        #expect(fallen.succeeds.observes(.domainStopped).rests.state.phase == .attached)
        #expect(fallen.succeeds(until: "recovering1.restore").observes(.domainStopped).rests.state.phase == .attached)
    }

    @Test(arguments: [
        "failed.cut0", "recovering1.stop", "recovering1.connect", "recovering1.prove", "recovering1.restore",
        "recovering1.bind",
    ])
    func `the hostdev is taken out on the way: the device goes to the host, reset and proven`(label: String) {
        let fallen = Walk.converted().observes(.sessionLost).succeeds(until: label).observes(.hostdevRemoved)
        #expect(fallen.rests.state.phase == .available)
        let effects = fallen.effectsUntilRest
        #expect(effects.contains("reset function") || label == "recovering1.connect")
        #expect(effects.suffix(4) == ["prove-return", "detach", "rekey", "return-host-driver"])
    }

    @Test func `a conversion that turned back, proven without a reset, is reset before another owner gets the device`()
    {
        let turned = Walk.attached.converts().succeeds(until: "quiescing.drop").on(.cancel).succeeds
        #expect(turned.state.label == "recovering1.prove")
        #expect(turned.observes(.hostdevRemoved).effect == .reset(.function))
    }

    @Test(arguments: [TDIState.configLocked, .run, .error])
    func `a device that is found locked unasked owes new keys`(state: TDIState) {
        let atHost = Walk().observes(.state(state))
        #expect(atHost.effect == .cut(.first))
        #expect(atHost.effectsUntilRest.suffix(2) == ["rekey", "return-host-driver"])
        let inDomain = Walk.attached.observes(.state(state)).rests
        #expect(inDomain.state.phase == .attached)
        #expect(inDomain.on(.release(to: .available)).effectsUntilRest.suffix(2) == ["rekey", "return-host-driver"])
    }

    @Test(arguments: ["quiescing.drain", "detaching.unbind", "recovering1.prove", "unknown.ask", "quarantined"])
    func `a device that answers ERROR where that is no failure owes new keys all the same`(label: String) throws {
        let neverLocked = Walk.attached
        let walk =
            switch label {
            case "quiescing.drain": neverLocked.converts().succeeds(until: label)
            case "detaching.unbind": neverLocked.on(.release(to: .available))
            case "recovering1.prove": neverLocked.observes(.deviceGone).succeeds(until: label)
            case "quarantined": neverLocked.observes(.deviceGone).fails.fails.fails
            default: neverLocked.on(.restarted(during: .attach)).succeeds
            }
        #expect(walk.state.label == label)
        #expect(!walk.state.lineage.rekeyOwed)
        #expect(walk.observes(.state(.error)).state.lineage.rekeyOwed)
    }

    @Test func `an operator's order runs the whole ladder, with or without another conversion`() {
        let plain = Walk.converted().on(.recover(RecoveryRequest()))
        #expect(plain.cause == .ordered)
        #expect(plain.rests.state.phase == .attached)
        let again = Walk.converted().on(.recover(RecoveryRequest(convertAgain: true)))
        #expect(again.rests.state.phase == .private)
    }

    @Test func `a reset that was held back for its siblings ends in quarantine, never in a larger reset`() {
        let bold = StandingOrders(convertAgain: true, allowConventionalReset: true)
        for orders in [StandingOrders(), bold] {
            let fallen = Walk.attached.converts(for: Walk.web, orders).rests.observes(.sessionLost)
            let put = fallen.succeeds(until: "recovering1.reset").ends(.failed(.siblingsInUse))
            #expect(put.state.quarantineReason == .siblingsInUse)
            #expect(put.effect == .none)
        }
    }

    @Test func `a device that leaves shared operation is cut before it waits for its siblings`() {
        let held = Walk.attached.on(.release(to: .available)).succeeds(until: "detaching.reset")
            .ends(.failed(.siblingsInUse))
        #expect(held.effect == .cut(.first))
        #expect(held.succeeds.state.quarantineReason == .siblingsInUse)
    }

    @Test func `the word about siblings is used up with the reset that it was given for`() {
        let recovering = Walk.converted().on(.recover(RecoveryRequest(convertAgain: true, takeSiblings: true)))
        #expect(recovering.state.lineage.orders.givesUpSiblings)
        #expect(recovering.succeeds(until: "recovering1.reset").state.lineage.orders.givesUpSiblings)
        #expect(!recovering.succeeds(until: "recovering1.connect").state.lineage.orders.givesUpSiblings)
        #expect(!recovering.rests.state.lineage.orders.givesUpSiblings)
        let released = Walk.converted().on(.release(to: .attached, takeSiblings: true))
        #expect(released.state.lineage.orders.givesUpSiblings)
        #expect(!released.rests.state.lineage.orders.givesUpSiblings)
        let detached = Walk.attached.on(.release(to: .available, takeSiblings: true))
        #expect(detached.state.lineage.orders.givesUpSiblings)
        #expect(!detached.rests.state.lineage.orders.givesUpSiblings)
    }

    @Test(arguments: QuarantineReason.allCases) func `every reason for quarantine has a way to it`(
        reason: QuarantineReason
    ) {
        let fallen = Walk.converted().observes(.sessionLost)
        let leaving = Walk.converted().on(.release(to: .available))
        let put =
            switch reason {
            case .cutUnconfirmed: fallen.fails.fails.fails
            case .stopUnconfirmed: fallen.succeeds.fails.fails
            case .resetFailed: fallen.succeeds(until: "recovering1.reset").fails
            case .siblingsInUse: fallen.succeeds(until: "recovering1.reset").ends(.failed(.siblingsInUse))
            case .identityChanged: fallen.succeeds(until: "recovering1.compare").ends(.failed(.identityChanged))
            case .returnNotProven: fallen.succeeds(until: "recovering1.prove").fails
            case .mappingsNotRestored: fallen.succeeds(until: "recovering1.restore").fails.succeeds
            case .detachFailed: leaving.succeeds(until: "detaching.detach").fails.succeeds
            case .needsRekey: leaving.succeeds(until: "detaching.rekey").fails
            case .hostDriverNotReturned: leaving.succeeds(until: "detaching.return").fails.succeeds
            }
        guard case .quarantined(let now) = put.state else {
            Issue.record("ended in \(put.state.label)")
            return
        }
        #expect(now.reason == reason)
        #expect(put.effect == .none)
    }
}
