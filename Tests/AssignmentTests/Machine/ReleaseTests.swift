import Assignment
import TDISP
import Testing

@Suite struct ReleaseTests {
    private static let home = [
        "unbind-guest-driver", "cut 0", "stop", "reset function", "connect", "compare-identity",
        "restore-configuration",
        "prove-return",
    ]

    @Test func `to shared operation: mappings and driver come back after the proof, the keys stay`() {
        let walk = Walk.converted().on(.release(to: .attached))
        #expect(walk.effectsUntilRest == Self.home + ["restore-mappings", "bind-guest-driver"])
        #expect(walk.rests.state.phase == .attached)
        #expect(walk.rests.state.lineage.rekeyOwed)
    }

    @Test func `to the host: out of the domain, new keys, host driver`() {
        let walk = Walk.converted().on(.release(to: .available))
        #expect(walk.effectsUntilRest == Self.home + ["detach", "rekey", "return-host-driver"])
        #expect(walk.succeeds(until: "detaching.detach").effect == .detach(Walk.web))
        #expect(walk.rests.state == .available(Available(lineage: Lineage(epoch: LockEpoch(rawValue: 1)))))
    }

    @Test func `of a device that was locked before and is attached now: who it is is asked, and new keys are owed`() {
        let walk = Walk.converted().on(.release(to: .attached)).rests.on(.release(to: .available))
        #expect(
            walk.effectsUntilRest == [
                "unbind-guest-driver", "reset function", "connect", "compare-identity", "prove-return", "detach",
                "rekey",
                "return-host-driver",
            ])
        let swapped = walk.succeeds(until: "detaching.compare").ends(.failed(.identityChanged))
        #expect(swapped.effect == .cut(.first))
        let compared = swapped.succeeds(until: "recovering1.compare").ends(.failed(.identityChanged))
        #expect(compared.state.quarantineReason == .identityChanged)
    }

    @Test func `of a device that was never locked: no keys are owed`() {
        let walk = Walk.attached.on(.release(to: .available))
        #expect(
            walk.effectsUntilRest == [
                "unbind-guest-driver", "reset function", "prove-return", "detach", "return-host-driver",
            ])
    }

    @Test func `once it is out of the domain, nobody owns it`() {
        let walk = Walk.converted().on(.release(to: .available))
        #expect(walk.succeeds(until: "detaching.detach").state.domain == Walk.web)
        #expect(walk.succeeds(until: "detaching.rekey").state.domain == nil)
    }

    @Test(arguments: [
        Observation.streamInsecure, .sessionLost, .deviceReset, .deviceGone, .driverTimeout, .domainStopped,
        .hostdevRemoved,
    ])
    func `trouble before the cut: the guest is no longer waited for`(observation: Observation) {
        let walk = Walk.converted().on(.release(to: .attached)).observes(observation)
        #expect(walk.effect == .cut(.first))
        #expect(walk.state.phase == .failed)
        #expect(walk.rests.state.phase == (observation == .hostdevRemoved ? .available : .attached))
    }

    @Test func `the hostdev is taken out after the cut: it ends with the host`() {
        let walk = Walk.converted().on(.release(to: .attached)).succeeds(until: "releasing.stop")
        #expect(walk.observes(.hostdevRemoved).rests.state.phase == .available)
        let bound = walk.succeeds(until: "releasing.bind").observes(.hostdevRemoved)
        #expect(bound.effect == .reset(.function))
        #expect(bound.rests.state.phase == .available)
    }

    @Test func `the hostdev is taken out while the guest is asked for its driver: it is not asked any more`() {
        let walk = Walk.attached.on(.release(to: .available)).observes(.hostdevRemoved)
        #expect(walk.effect == .reset(.function))
        #expect(walk.rests.state.phase == .available)
    }

    @Test(arguments: ["detaching.detach", "detaching.rekey", "detaching.return"])
    func `ERROR behind the proof is a failure, not an expected step`(label: String) {
        let walk = Walk.converted().on(.release(to: .available)).succeeds(until: label)
        #expect(walk.observes(.state(.error)).effect == .cut(.first))
        #expect(walk.observes(.state(.error)).rests.state.phase == .available)
        #expect(walk.observes(.state(.error)).effectsUntilRest.suffix(2) == ["rekey", "return-host-driver"])
    }
}
