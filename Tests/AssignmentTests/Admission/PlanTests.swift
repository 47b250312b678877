import Assignment
import Foundation
import IOMMU
import PCIe
import TDISP
import Testing

@Suite struct PlanTests {
    @Test func `a conversion's effects are the machine's own, from the host and from shared operation`() {
        let fresh = Scene().conversion
        #expect(fresh.effects.map(\.label) == Walk().converts().effectsUntilRest)
        #expect(fresh.effects.contains(.attach(Walk.web)))
        #expect(fresh.effects.contains(.lock(LockEpoch(rawValue: 1))))
        #expect(fresh.destination == .private)
        let attached = Scene().recorded(.attached).conversion
        #expect(attached.effects.map(\.label) == Walk.attached.converts().effectsUntilRest)
    }

    @Test func `what blocks a conversion does not hide what it would do`() {
        let plan = Scene().with { $0.device.flr = false }.conversion
        #expect(plan.outcome == .blocked(.lacking))
        #expect(plan.effects.map(\.label) == Walk().converts().effectsUntilRest)
    }

    @Test func `a device in private operation for that domain is already there`() {
        let plan = Scene().recorded(.converted()).conversion
        #expect(plan.outcome == .alreadyThere)
        #expect(plan.effects.isEmpty)
        #expect(plan.destination == .private)
    }

    @Test func `a device in private operation that answers ERROR is not there`() {
        let plan = Scene().recorded(.converted()).with { $0.device.state = .error }.conversion
        #expect(plan.outcome == .blocked(.refused))
        #expect(plan[.stateAsRecorded]?.found == "it answers ERROR, recorded: private")
    }

    @Test func `a device of another domain is refused by the rule`() {
        let plan = Scene().recorded(.converted()).admission.plan(convert: Scene.vf, to: Walk.database)
        #expect(plan.outcome == .blocked(.busy))
        #expect(plan.refusal == Refusal(.ownedByAnother, rule: .oneOwner))
        #expect(plan[.owner]?.rule == .oneOwner)
        #expect(plan[.owner]?.found == "web has it (private)")
    }

    @Test(arguments: [
        (TDIState?.some(.configUnlocked), ["cut 0", "ask-state", "reset function"]),
        (.some(.run), ["cut 0", "ask-state", "stop"]), (nil, ["cut 0", "ask-state", "stop"]),
    ])
    func `a device left in the middle is brought to rest first, by what it would answer`(
        state: TDIState?, first: [String]
    ) {
        let left = Walk.attached.converts().succeeds(until: "locking")
        let plan = Scene().recorded(left).with { $0.device.state = state }.conversion
        #expect(Array(plan.effects.map(\.label).prefix(3)) == first)
        #expect(plan.effects.last == .probePrivate)
        #expect(plan.effects.contains(.lock(LockEpoch(rawValue: 2))))
        #expect(plan.outcome == .go)
    }

    @Test func `a release's effects are the machine's own`() {
        let scene = Scene().recorded(.converted())
        let home = scene.admission.plan(release: Scene.vf, to: .available)
        #expect(home.outcome == .go)
        #expect(home.effects.map(\.label) == Walk.converted().on(.release(to: .available)).effectsUntilRest)
        #expect(home.destination == .available)
        #expect(home.domain == Walk.web)
        let kept = scene.admission.plan(release: Scene.vf, to: .attached)
        #expect(kept.effects.map(\.label) == Walk.converted().on(.release(to: .attached)).effectsUntilRest)
    }

    @Test func `a release is not held up by a domain that stopped or a device that is silent`() {
        let scene = Scene().recorded(.converted()).with {
            $0.domains[0].running = false
            $0.device.present = false
        }
        let plan = scene.admission.plan(release: Scene.vf, to: .available)
        #expect(plan.outcome == .go)
        #expect(plan.preconditions.filter { $0.verdict == .warned }.map(\.name) == [.deviceAnswers, .domainRuns])
    }

    @Test func `a device that is with the host is released already, and has no shared operation to go to`() {
        #expect(Scene().admission.plan(release: Scene.vf, to: .available).outcome == .alreadyThere)
        let plan = Scene().admission.plan(release: Scene.vf, to: .attached)
        #expect(plan.outcome == .blocked(.refused))
        #expect(plan[.assigned]?.found == "it is with the host")
    }

    @Test func `a release of what is not there is not found`() {
        let plan = Scene().with { $0.missing = [Scene.vf] }.admission.plan(release: Scene.vf, to: .available)
        #expect(plan.outcome == .blocked(.notFound))
        #expect(plan.preconditions.map(\.name) == [.deviceExists])
    }

    @Test func `a release out of quarantine is refused`() {
        let put = Walk.converted().observes(.sessionLost).succeeds.fails.fails
        let plan = Scene().recorded(put).admission.plan(release: Scene.vf, to: .available)
        #expect(plan.outcome == .blocked(.quarantined))
    }

    @Test func `new keys that are owed are asked about before the release`() {
        func rekey(_ change: (inout Scene) -> Void, to rest: Rest = .available) -> Precondition? {
            Scene().recorded(.converted()).with(change).admission.plan(release: Scene.vf, to: rest)[.rekey]
        }
        let locked: (inout Scene) -> Void = { $0 = $0.recorded(.converted(), at: Scene.sibling) }
        #expect(rekey { _ in }?.found == "owed: no sibling is locked, so they can be had")
        #expect(rekey(locked)?.verdict == .warned)
        #expect(rekey(locked)?.found.contains("0000:3b:00.2 (private, web) would fall") == true)
        #expect(
            rekey {
                locked(&$0)
                $0.refreshesKeys = true
            }?.found == "owed: the platform refreshes them live")
        #expect(rekey(locked, to: .attached)?.found == "owed when its owner changes, which it does not")
        let neverLocked = Scene().recorded(.attached).admission.plan(release: Scene.vf, to: .available)
        #expect(neverLocked[.rekey]?.found == "not owed")
    }

    // MARK: What shares its fate

    @Test func `siblings are all functions of the device, with what they are doing`() {
        let plan = Scene().recorded(Walk().converts(for: Walk.database).rests, at: Scene.sibling).conversion
        #expect(plan.siblings.map(\.address) == [Scene.pf, Scene.sibling])
        #expect(plan.siblings.map(\.phase) == [.available, .private])
        #expect(plan.siblings.map(\.domainName) == [nil, "database"])
        #expect(plan.siblings.map(\.isInUse) == [false, true])
        #expect(plan.siblings.map(\.mayBeLocked) == [false, true])
    }

    @Test func `functions of one slot are siblings even without a DSM`() {
        let plan = Scene().with {
            $0.device.dsm = nil
            $0.physical.dsm = nil
            $0.other.dsm = nil
        }.conversion
        #expect(plan.siblings.map(\.address) == [Scene.pf, Scene.sibling])
    }

    @Test func `what a device answers counts for more than what is recorded`() {
        let scene = Scene().recorded(Walk().converts(for: Walk.database).rests, at: Scene.sibling)
        #expect(!scene.with { $0.other.state = .configUnlocked }.conversion.siblings[1].mayBeLocked)
        #expect(Scene().with { $0.other.state = .error }.conversion.siblings[1].mayBeLocked)
    }

    @Test func `the blast radius of each violence is listed`() {
        let scene = Scene().recorded(Walk().converts(for: Walk.database).rests, at: Scene.sibling)
        func takes(_ plan: Plan) -> [[FunctionAddress]] { plan.blastRadius.map { $0.takes.map(\.address) } }
        #expect(scene.conversion.blastRadius.map(\.cause) == [.functionReset, .conventionalReset, .reconnect])
        #expect(takes(scene.conversion) == [[], [Scene.pf, Scene.sibling], [Scene.sibling]])
        #expect(
            takes(scene.admission.plan(convert: Scene.pf, to: Walk.web)) == [
                [Scene.vf, Scene.sibling], [Scene.vf, Scene.sibling], [Scene.sibling],
            ])
    }

    @Test func `a plan says how the platform would cut, and whom its last cut takes along`() {
        let scene = Scene().recorded(Walk().converts(for: Walk.database).rests, at: Scene.sibling)
        let plan = scene.with { $0.cuts = PlatformProfile.tdxConnect.cuts }.conversion
        #expect(plan.cuts.map(\.means) == [.stop, .forcedError, .streamDisabled])
        #expect(plan.blastRadius.last?.cause == .lastCut)
        #expect(plan.blastRadius.last?.takes.map(\.address) == [Scene.sibling])
    }

    /// The physical function and one virtual function in private operation, each for another domain.
    private var shared: Scene {
        Scene().recorded(.converted(), at: Scene.pf).recorded(
            Walk().converts(for: Walk.database).rests, at: Scene.sibling)
    }

    @Test(arguments: [Rest.available, .attached])
    func `a release that resets the physical function is refused while a virtual one is locked`(_ rest: Rest) {
        let plan = shared.admission.plan(release: Scene.pf, to: rest)
        #expect(plan.outcome == .blocked(.refused))
        #expect(plan.blocking.map(\.name) == [.siblings])
        #expect(plan[.siblings]?.found.hasSuffix("out of private operation: 0000:3b:00.2 (private, database)") == true)
        #expect(plan[.siblings]?.advice?.contains("--take-siblings") == true)
    }

    @Test func `a recovery that resets the physical function is refused while a virtual one is locked`() {
        let plan = shared.admission.plan(recover: Scene.pf)
        #expect(plan.outcome == .blocked(.refused))
        #expect(plan.blocking.map(\.name) == [.siblings])
        #expect(plan.effects.contains(.reset(.function)))
    }

    @Test func `a recovery that may come to a reset of the whole device is refused while a sibling is locked`() {
        let scene = shared.recorded(.converted())
        let bold = RecoveryRequest(allowConventionalReset: true)
        #expect(scene.admission.plan(recover: Scene.vf, bold)[.siblings]?.obstacle == .refused)
        let told = RecoveryRequest(allowConventionalReset: true, takeSiblings: true)
        #expect(scene.admission.plan(recover: Scene.vf, told)[.siblings]?.verdict == .warned)
    }

    @Test func `told to take siblings along, a release and a recovery begin and list them`() {
        let release = shared.admission.plan(release: Scene.pf, to: .available, takeSiblings: true)
        let recovery = shared.admission.plan(recover: Scene.pf, RecoveryRequest(takeSiblings: true))
        for plan in [release, recovery] {
            #expect(plan.outcome == .go)
            #expect(plan[.siblings]?.verdict == .warned)
            #expect(plan[.siblings]?.found.contains("0000:3b:00.2 (private, database)") == true)
        }
    }

    @Test func `a virtual function is released and recovered beside locked siblings`() {
        let admission = shared.recorded(.converted()).admission
        #expect(admission.plan(release: Scene.vf, to: .available).outcome == .go)
        #expect(admission.plan(recover: Scene.vf).outcome == .go)
    }

    @Test func `coming out of shared operation resets as well, a conversion does not`() {
        let locked = Scene().recorded(Walk().converts(for: Walk.database).rests, at: Scene.sibling)
        let attached = locked.recorded(.attached, at: Scene.pf)
        #expect(attached.admission.plan(release: Scene.pf, to: .available)[.siblings]?.obstacle == .refused)
        #expect(locked.admission.plan(convert: Scene.pf, to: Walk.web)[.siblings]?.verdict == .warned)
    }

    @Test func `a conversion of function 0 beside a locked sibling says beforehand where it would wait if it fell`() {
        let locked = Scene().recorded(Walk().converts(for: Walk.database).rests, at: Scene.sibling)
        let spares = locked.admission.plan(convert: Scene.pf, to: Walk.web)[.siblings]
        #expect(spares?.found.contains("waits in quarantine (siblings-in-use)") == true)
        let takes = locked.admission.plan(
            convert: Scene.pf, to: Walk.web, orders: StandingOrders(allowConventionalReset: true))[.siblings]
        #expect(takes?.verdict == .warned)
        #expect(takes?.found.contains("siblings-in-use") == false)
    }

    @Test func `a conversion of what was left in the middle is refused when its reset takes siblings along`() {
        let left = shared.recorded(Walk.attached.converts().succeeds(until: "locking"), at: Scene.pf)
        let plan = left.admission.plan(convert: Scene.pf, to: Walk.web)
        #expect(plan[.siblings]?.obstacle == .refused)
        #expect(plan[.siblings]?.advice == "release the siblings first")
    }

    @Test func `a device that was cut and that nobody recorded is brought home by its recovery, which the plan shows`()
    {
        let scene = Scene().with { scene in
            scene.device.domain = Walk.web
            scene.device.state = .configUnlocked
            scene.device.isShut = true
        }
        #expect(!scene.device.isUnrecordedGuest(.initial))
        let plan = scene.admission.plan(recover: Scene.vf)
        #expect(plan.outcome == .go && plan.domain == Walk.web && plan.destination == .attached)
        #expect(plan.effects.map(\.label).prefix(3) == ["cut 0", "ask-state", "reset function"])
        #expect(scene.conversion[.owner]?.advice == "tdispctl recover 0000:3b:00.1, which brings it home in web first")
        let release = scene.admission.plan(release: Scene.vf, to: .available)
        #expect(release[.assigned]?.advice == "tdispctl recover 0000:3b:00.1")
    }

    @Test func `a device in RUN that nobody recorded is adopted by its recovery, which the plan shows`() {
        let scene = Scene().with {
            $0.device.domain = Walk.web
            $0.device.state = .run
        }
        let plan = scene.admission.plan(recover: Scene.vf)
        #expect(plan.outcome == .go && plan.domain == Walk.web && plan.destination == .attached)
        #expect(plan.effects.first?.name == .cut && plan.effects.contains(.stop))
    }

    @Test func `siblings in RUN that nobody recorded fall with the operator's word only`() {
        let scene = Scene().with {
            $0.device.domain = Walk.web
            $0.device.state = .run
            $0.other.domain = Walk.database
            $0.other.state = .run
        }
        let admission = scene.admission
        #expect(admission.plan(recover: Scene.vf).outcome == .blocked(.refused))
        #expect(admission.plan(recover: Scene.vf, besides: [Scene.sibling]).outcome == .go)
        #expect(admission.plan(recover: Scene.vf, RecoveryRequest(takeSiblings: true)).outcome == .go)
        #expect(admission.plan(convert: Scene.pf, to: Walk.web)[.siblings]?.verdict == .violated(.refused))
    }

    @Test func `functions that fell together are recovered in one call, without a word for those that it names`() {
        let fallen = Walk.converted().observes(.sessionLost)
        let admission = Scene().recorded(fallen, at: Scene.pf).recorded(fallen).admission
        #expect(admission.plan(recover: Scene.pf).outcome == .blocked(.refused))
        #expect(admission.plan(recover: Scene.pf, besides: [Scene.pf, Scene.vf]).outcome == .go)
        let sound = Scene().recorded(fallen, at: Scene.pf).recorded(.converted()).admission
        #expect(sound.plan(recover: Scene.pf, besides: [Scene.vf]).outcome == .blocked(.refused))
    }

    @Test func `a device that was interrupted, or found shut, is brought home by its recovery, which the plan shows`() {
        let shut = Scene().recorded(.converted()).with {
            $0.device.isShut = true
        }
        let plan = shut.admission.plan(recover: Scene.vf)
        #expect(plan.outcome == .go && plan.effects.first?.name == .cut)
    }

    @Test func `function 0 takes locked functions along that are not its virtual ones`() {
        let plan = shared.with { $0.other.physicalFunction = nil }.admission.plan(release: Scene.pf, to: .available)
        #expect(plan.outcome == .blocked(.refused))
        #expect(plan.blastRadius[0].takes.map(\.address) == [Scene.vf, Scene.sibling])
    }

    @Test func `a conversion takes a stream only when its DSM has none`() {
        let streams = Scene().conversion.streams
        #expect(streams?.before == 3 && streams?.after == 2 && streams?.total == 4)
        #expect(Scene().with { $0.device.connected = true }.conversion.streams?.after == 3)
        #expect(Scene().recorded(.converted()).admission.plan(release: Scene.vf, to: .available).streams?.after == 3)
        #expect(Scene().with { $0.bridge.name = "pci0000:80" }.conversion.streams == nil)
    }

    @Test func `a plan can be written down and read back`() throws {
        let plan = Scene().recorded(.converted(), at: Scene.sibling).with { $0.device.flr = false }.conversion
        #expect(try JSONDecoder().decode(Plan.self, from: JSONEncoder().encode(plan)) == plan)
    }
}
