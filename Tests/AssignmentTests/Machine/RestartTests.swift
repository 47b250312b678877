import Assignment
import TDISP
import Testing

@Suite struct RestartTests {
    @Test(arguments: Situation.allCases)
    func `an interrupted effect is cut off first, and remembered as the intent`(situation: Situation) {
        let before = situation.state
        let after = Walk(before).on(.restarted(during: before.pending.name))
        switch after.state {
        case .unknown(let now):
            #expect(after.effect == .cut(.first))
            if case .unknown(let earlier) = before {
                #expect(now.intent == earlier.intent)
            } else {
                #expect(now.intent == before.pending.name)
            }
        case .quarantined:
            #expect(after.state == before && after.effect == .none)
        case .available, .attaching, .attached, .quiescing, .locking, .locked, .attesting, .attested, .accepting,
            .confirming, .private, .releasing, .detaching, .failed, .recovering:
            Issue.record("restarted into \(after.state.label)")
        }
    }

    @Test func `a device that says CONFIG_UNLOCKED is reset and proven without STOP`() {
        let walk = Walk.attached.converts().succeeds(until: "locking").on(.restarted(during: .lock)).succeeds
        let answered = walk.on(.answered(.configUnlocked))
        #expect(answered.effectsUntilRest.first == "reset function")
        #expect(!answered.effectsUntilRest.contains("stop"))
        #expect(answered.rests.state.phase == .attached)
    }

    @Test(arguments: [TDIState.configLocked, .run, .error])
    func `a device that says anything else is stopped first, and owes new keys`(state: TDIState) {
        let walk = Walk.attached.on(.restarted(during: .attach)).succeeds.on(.answered(state))
        #expect(walk.effect == .stop)
        #expect(walk.state.lineage.rekeyOwed)
    }

    @Test func `a device that cannot be asked is stopped`() {
        let walk = Walk.attached.on(.restarted(during: .attach)).succeeds
        #expect(walk.fails.effect == .stop)
        #expect(walk.vanishes.effect == .stop)
    }

    @Test func `nothing is converted again after a restart`() {
        let walk = Walk.converted(Situation.convertAgain).on(.restarted(during: .none))
        #expect(walk.rests.state.phase == .attached)
    }

    @Test func `a conversion from the host that was interrupted ends with the host`() {
        let walk = Walk().converts().succeeds(until: "attaching.attach").on(.restarted(during: .attach))
        #expect(walk.succeeds.on(.answered(.configUnlocked)).rests.state.phase == .available)
    }

    @Test func `what is noticed while the device is asked changes where it goes`() {
        let walk = Walk.converted().on(.restarted(during: .none)).observes(.hostdevRemoved)
        #expect(walk.rests.state.phase == .available)
    }
}
