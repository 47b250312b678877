import Assignment
import TDISP
import Testing

@Suite struct ConversionTests {
    private static let straight = [
        "unbind-guest-driver", "drain-dma", "save-ledger", "drop-mappings", "lock", "collect-evidence", "appraise",
        "reconfirm", "accept", "bind-guest-driver", "probe-private",
    ]

    @Test func `from the host it takes the device over, then goes the straight way to private`() {
        let walk = Walk().converts()
        #expect(walk.effectsUntilRest == ["release-host-driver", "connect", "attach"] + Self.straight)
        #expect(walk.rests.state.phase == .private)
        #expect(walk.rests.state.domain == Walk.web)
    }

    @Test func `from shared operation it connects, then goes the straight way to private`() {
        let walk = Walk.attached.converts()
        #expect(walk.effectsUntilRest == ["connect"] + Self.straight)
        #expect(walk.rests.state.phase == .private)
    }

    @Test func `its effects name the domain and the lock epoch`() {
        let first = Walk().converts(for: Walk.database)
        #expect(first.succeeds(until: "attaching.attach").effect == .attach(Walk.database))
        #expect(first.succeeds(until: "locking").effect == .lock(LockEpoch(rawValue: 1)))
        #expect(first.succeeds(until: "locked").effect == .collectEvidence(LockEpoch(rawValue: 1)))
        #expect(first.succeeds(until: "attesting").effect == .appraise(LockEpoch(rawValue: 1)))
        #expect(first.succeeds(until: "attested").effect == .reconfirm(LockEpoch(rawValue: 1)))
        #expect(first.succeeds(until: "accepting").effect == .accept(LockEpoch(rawValue: 1)))
        let second = first.rests.on(.release(to: .attached)).rests.converts(for: Walk.database)
        #expect(second.succeeds(until: "locking").effect == .lock(LockEpoch(rawValue: 2)))
    }

    @Test func `until LOCK no new keys are owed, from LOCK on they are`() {
        let walk = Walk().converts()
        #expect(!walk.succeeds(until: "quiescing.drop").state.lineage.rekeyOwed)
        #expect(walk.succeeds(until: "locking").state.lineage.rekeyOwed)
    }

    @Test func `a new order replaces the standing orders and counts recoveries afresh`() {
        let fallen = Walk.converted().observes(.sessionLost).rests
        #expect(fallen.state.lineage.recoveries == 1)
        let orders = StandingOrders(convertAgain: true, allowConventionalReset: true, recoveryLimit: 7)
        let ordered = fallen.converts(for: Walk.web, orders).state.lineage
        #expect(ordered.recoveries == 0)
        #expect(ordered.orders == orders)
    }

    @Test(arguments: ["locking", "locked", "attesting", "attested", "accepting", "confirming.bind", "confirming.probe"])
    func `one that began in the domain and fails ends there, mappings and driver back`(label: String) {
        let failed = Walk.attached.converts().succeeds(until: label).fails
        #expect(
            failed.effectsUntilRest == [
                "cut 0", "stop", "reset function", "connect", "compare-identity", "restore-configuration",
                "prove-return",
                "restore-mappings", "bind-guest-driver",
            ])
        #expect(failed.rests.state.phase == .attached)
    }

    @Test(arguments: ["locking", "locked", "attesting", "attested", "accepting", "confirming.bind", "confirming.probe"])
    func `one that began at the host and fails ends there, under new keys`(label: String) {
        let failed = Walk().converts().succeeds(until: label).fails
        #expect(
            failed.effectsUntilRest == [
                "cut 0", "stop", "reset function", "connect", "compare-identity", "restore-configuration",
                "prove-return",
                "detach", "rekey", "return-host-driver",
            ])
        #expect(
            failed.rests.state == .available(Available(lineage: Lineage(epoch: LockEpoch(rawValue: 1), recoveries: 1))))
    }

    @Test func `one whose cut fails too remembers where it came from when an operator frees the device`() {
        let put = Walk().converts().succeeds(until: "attaching.attach").vanishes.fails.fails.fails
        #expect(put.state.label == "quarantined")
        #expect(put.on(.recover(RecoveryRequest(fromQuarantine: true))).rests.state.phase == .available)
    }

    @Test(arguments: ["attaching.attach", "quiescing.drain", "locked", "confirming.probe"])
    func `one whose hostdev is taken out ends with the host`(label: String) {
        let failed = Walk().converts().succeeds(until: label).observes(.hostdevRemoved)
        #expect(failed.effect == .cut(.first))
        #expect(failed.rests.state.phase == .available)
        let attached = Walk.attached.converts().succeeds(until: "quiescing.drain").observes(.hostdevRemoved)
        #expect(attached.rests.state.phase == .available)
    }

    @Test func `a cancelled one ends by its own effect's failure when that fails first`() throws {
        let failed = Walk.attached.converts().succeeds(until: "locked").on(.cancel).fails
        #expect(failed.cause == .effectFailed(.collectEvidence, .deviceRefused))
        let turned = Walk.attached.converts().succeeds(until: "locked").on(.cancel).succeeds
        #expect(turned.cause == .cancelled)
    }

    @Test func `one that follows a recovery and finds no connection gives the guest its driver back`() {
        let fallen = Walk.converted(StandingOrders(convertAgain: true)).observes(.sessionLost)
        let again = fallen.succeeds(until: "quiescing.connect").fails
        #expect(again.effectsUntilRest == ["bind-guest-driver"])
        #expect(again.rests.state.phase == .attached)
    }

    @Test func `a guest that keeps its driver keeps its device in shared operation`() {
        let kept = Walk().converts().succeeds(until: "quiescing.unbind").fails
        #expect(kept.state.label == "detaching.unbind")
        #expect(kept.fails.state == .attached(Attached(lineage: kept.state.lineage, owner: Walk.web)))
    }
}

extension Walk {
    /// What went wrong first, where the state carries it.
    var cause: FailureCause? {
        switch state {
        case .failed(let now): now.cause
        case .recovering(let now): now.cause
        case .available, .attaching, .attached, .quiescing, .locking, .locked, .attesting, .attested, .accepting,
            .confirming, .private, .releasing, .detaching, .quarantined, .unknown:
            nil
        }
    }
}
