import Assignment
import PCIe
import TDISP
import Testing

@Suite struct PreconditionTests {
    /// One thing that is wrong, and what the plan says about it.
    struct Fault: Sendable, CustomTestStringConvertible {
        let name: PreconditionName
        let verdict: Precondition.Verdict
        let found: String
        let change: @Sendable (inout Scene) -> Void
        var testDescription: String { "\(name.rawValue): \(found)" }

        init(
            _ name: PreconditionName, _ verdict: Precondition.Verdict, _ found: String,
            _ change: @escaping @Sendable (inout Scene) -> Void
        ) {
            (self.name, self.verdict, self.found, self.change) = (name, verdict, found, change)
        }
    }

    private static let faults: [Fault] = [
        Fault(.deviceAnswers, .violated(.notFound), "configuration reads return all ones") {
            $0.device.present = false
        },
        Fault(.teeIO, .violated(.lacking), "TEE-IO Supported is clear in Device Capabilities") {
            $0.device.teeIO = false
        },
        Fault(.authentication, .met, "serial SN-1, issued under Example Device CA") { _ in },
        Fault(.authentication, .violated(.refused), "certificate 2, notAfter: expired") {
            $0.device.authentication = .refused("certificate 2, notAfter: expired")
        },
        Fault(.authentication, .violated(.lacking), "it does not speak SPDM") { $0.device.authentication = .cannot },
        Fault(.authentication, .unknown, "the platform does not tell: connecting finds out") {
            $0.device.authentication = nil
        },
        Fault(.functionLevelReset, .violated(.lacking), "not FLR capable: its return could not be proven") {
            $0.device.flr = false
        },
        Fault(
            .trafficClass, .violated(.refused),
            "a traffic class beside 0 is in use: LOCK_INTERFACE would be refused"
        ) { $0.device.trafficClassZero = false },
        Fault(
            .addressesDisjoint, .violated(.refused), "BARs or expansion ROM overlap: LOCK_INTERFACE would be refused"
        ) { $0.device.addressesDisjoint = false },
        Fault(
            .phantomFunctions, .violated(.refused), "phantom functions are enabled: LOCK_INTERFACE would be refused"
        ) { $0.device.phantomFunctionsOff = false },
        Fault(.hostDriver, .warned, "nvme is bound: taken off now, given back on release") {
            $0.device.driver = "nvme"
        },
        Fault(.hostDriver, .met, "none bound") { $0.device.driver = nil },
        Fault(.atRest, .warned, "left in attaching, 'connect' without an outcome") {
            $0.assignments[Scene.vf] = Walk().converts().succeeds.state
            $0.device.domain = Walk.web
        },
        Fault(.stateAsRecorded, .violated(.refused), "it answers RUN, recorded: available") { $0.device.state = .run },
        Fault(.stateAsRecorded, .met, "it answers CONFIG_UNLOCKED, recorded: available") {
            $0.device.state = .configUnlocked
        },
        Fault(.owner, .violated(.busy), "a hostdev of database, put there by somebody else") {
            $0.device.domain = Walk.database
        },
        Fault(.owner, .violated(.busy), "already a hostdev of web, put there by somebody else") {
            $0.device.domain = Walk.web
        },
        Fault(.owner, .violated(.busy), "database has it (attached)") {
            $0.assignments[Scene.vf] = .attached(Attached(lineage: Lineage(), owner: Walk.database))
        },
        Fault(.owner, .unknown, "recorded in web, whose definition does not hold it") {
            $0.assignments[Scene.vf] = .attached(Attached(lineage: Lineage(), owner: Walk.web))
        },
        Fault(.rekey, .violated(.refused), "owed before anybody else gets the device") {
            $0.assignments[Scene.vf] = .available(Available(lineage: Lineage(rekeyOwed: true)))
        },
        Fault(.ideStream, .violated(.busy), "0 of 4 left under pci0000:3a") { $0.bridge.ideStreamsLeft = 0 },
        Fault(.ideStream, .violated(.lacking), "0 of 0 left under pci0000:3a") {
            $0.bridge.ideStreams = 0
            $0.bridge.ideStreamsLeft = 0
        },
        Fault(.ideStream, .unknown, "nothing is known of host bridge 'pci0000:3a'") { $0.bridge.name = "pci0000:80" },
        Fault(.virtualFunctions, .violated(.refused), "no VF of 0000:3b:00.0 is enabled") {
            $0.physical.enabledVFs = 0
        },
        Fault(
            .siblings, .warned, "in use: 0000:3b:00.2 (private, database); a reset of the whole device takes them along"
        ) {
            $0 = $0.recorded(Walk().converts(for: Walk.database).rests, at: Scene.sibling)
        },
        Fault(.domainRuns, .violated(.refused), "web does not run") { $0.domains[0].running = false },
        Fault(.policy, .violated(.refused), "policy.yaml:3:1: unknown key 'rots'") {
            $0.policyError = "policy.yaml:3:1: unknown key 'rots'"
        },
        Fault(.policy, .unknown, "no pinned root is shown: the built-in verdict refuses what nobody pins") {
            $0.domains[0].pinnedRoots = []
        },
        Fault(.iommufd, .violated(.lacking), "/dev/iommu is missing") { $0.iommufd = false },
        Fault(.iommufd, .met, "/dev/iommu is there") { $0.iommufd = true },
    ]

    @Test func `a device that is ready meets every precondition`() {
        let plan = Scene().conversion
        #expect(plan.outcome == .go)
        #expect(plan.blocking.isEmpty)
        #expect(
            plan.preconditions.map { "\($0.name.rawValue): \($0.found)" } == [
                "device-exists: accelerator VF, 1d05:0001, under pci0000:3a", "device-answers: it does",
                "tee-io: TEE-IO Supported is set", "dsm: hosted by 0000:3b:00.0",
                "authentication: serial SN-1, issued under Example Device CA", "flr: FLR capable",
                "traffic-class: traffic class 0 only", "addresses-disjoint: disjoint", "phantom-functions: off",
                "host-driver: vfio-pci, which is no function driver", "not-quarantined: it is not",
                "at-rest: at rest: available", "state-as-recorded: not asked: there is no session",
                "owner: nobody has it", "rekey: not owed", "ide-stream: 3 of 4 left under pci0000:3a",
                "virtual-functions: 2 VFs enabled", "siblings: 2, none in use",
                "domain-exists: web (00000000-0000-0011-0000-000000000001)", "domain-runs: web runs",
                "protected-memory: sev-snp, 16384 KiB", "policy: built-in verdict, 1 pinned root",
                "iommufd: not used on platform 'emulated'",
            ])
        #expect(plan.preconditions.filter { $0.verdict != .met }.map(\.name) == [.stateAsRecorded])
    }

    @Test(arguments: faults) func `one fault alone is found, and nothing else is`(fault: Fault) throws {
        let plan = Scene().with(fault.change).conversion
        let precondition = try #require(plan[fault.name])
        #expect(precondition.verdict == fault.verdict)
        #expect(precondition.found == fault.found)
        #expect(plan.blocking.map(\.name) == (precondition.obstacle == nil ? [] : [fault.name]))
        #expect(plan.outcome == precondition.obstacle.map(Plan.Outcome.blocked) ?? .go)
        #expect(precondition.obstacle == nil || precondition.advice != nil)
        #expect(plan.preconditions.count == Scene().conversion.preconditions.count)
    }

    @Test func `a function that is not there leaves nothing to say about it, but the domain is looked at`() {
        let plan = Scene().with { $0.missing = [Scene.vf] }.conversion
        #expect(plan.outcome == .blocked(.notFound))
        #expect(plan.blocking.map(\.found) == ["no function at 0000:3b:00.1"])
        #expect(
            plan.preconditions.map(\.name) == [
                .deviceExists, .domainExists, .domainRuns, .protectedMemory, .policy, .iommufd,
            ])
    }

    @Test func `a domain that is not there is not found`() throws {
        let plan = Scene().admission.plan(convert: Scene.vf, to: DomainID(high: 0, low: 9))
        #expect(plan.outcome == .blocked(.notFound))
        #expect(plan[.domainExists]?.found == "no domain 00000000-0000-0000-0000-000000000009")
        #expect(plan[.domainRuns] == nil)
    }

    @Test func `a device without a DSM lacks one`() {
        let plan = Scene().with { $0.device.dsm = nil }.conversion
        #expect(plan[.dsm]?.verdict == .violated(.lacking))
        #expect(plan.outcome == .blocked(.lacking))
    }

    @Test func `a VF whose physical function is not there is not known to be covered`() {
        #expect(Scene().with { $0.missing = [Scene.pf] }.conversion[.virtualFunctions]?.verdict == .unknown)
    }

    @Test(arguments: [
        (Bool?.some(true), Precondition.Verdict.met), (false, .violated(.refused)), (nil, .unknown),
    ])
    func `a VF of a connected device must be within its stream`(inStream: Bool?, verdict: Precondition.Verdict) {
        let scene = Scene().with {
            $0.device.connected = true
            $0.device.inStream = inStream
            $0.bridge.ideStreamsLeft = 0
        }
        #expect(scene.conversion[.virtualFunctions]?.verdict == verdict)
        #expect(scene.conversion[.ideStream]?.found == "its DSM has one already")
    }

    @Test func `a physical function shows how many VFs it has`() {
        let plan = Scene().admission.plan(convert: Scene.pf, to: Walk.web)
        #expect(plan[.virtualFunctions]?.found == "2 VFs enabled")
    }

    @Test func `a device in quarantine is refused by that, whatever else is wrong`() {
        let put = Walk.converted().observes(.sessionLost).succeeds.fails.fails
        let plan = Scene().recorded(put).with { $0.device.teeIO = false }.conversion
        #expect(plan.outcome == .blocked(.quarantined))
        #expect(plan[.notQuarantined]?.found == "in quarantine: stop-unconfirmed")
        #expect(plan[.notQuarantined]?.rule == .oneOwner)
        #expect(plan.effects.isEmpty)
    }

    @Test func `everything wrong at once is all named at once`() {
        let scene = Scene().with { scene in
            for fault in Self.faults where fault.verdict != .met { fault.change(&scene) }
            scene.bridge.name = "pci0000:3a"
            scene.domains[0].tee = nil
            scene.device.dsm = nil
            scene.device.driver = "nvme"
            scene.device.domain = Walk.database
            scene.iommufd = false
            scene.assignments[Scene.vf] = Walk.converted().observes(.sessionLost).succeeds.fails.fails.state
        }
        let plan = scene.conversion
        #expect(
            Set(plan.blocking.map(\.name)) == [
                .deviceAnswers, .teeIO, .dsm, .functionLevelReset, .trafficClass, .addressesDisjoint, .phantomFunctions,
                .notQuarantined, .owner, .ideStream, .virtualFunctions, .domainRuns, .policy, .iommufd,
            ])
        #expect(plan.outcome == .blocked(.quarantined))
    }

    @Test func `a domain that is no confidential VM: the tool steps aside`() {
        let scene = Scene().with { $0.domains[0].tee = nil }
        #expect(scene.conversion.outcome == .stepsAside)
        #expect(scene.conversion.blocking.isEmpty)
        #expect(
            scene.conversion[.protectedMemory]?.found
                == "web is not a confidential VM: the ordinary device model applies")
    }

    @Test func `a confidential VM without memory has nothing to protect either`() {
        #expect(Scene().with { $0.domains[0].memoryKiB = 0 }.conversion.outcome == .stepsAside)
    }

    @Test func `with nothing to protect, what only a conversion needs stands in nobody's way`() {
        let scene = Scene().with {
            $0.domains[0].tee = nil
            $0.device.teeIO = false
            $0.bridge.ideStreamsLeft = 0
        }
        #expect(scene.conversion.outcome == .stepsAside)
        #expect(scene.with { $0.device.domain = Walk.database }.conversion.outcome == .blocked(.busy))
        #expect(scene.with { $0.device.present = false }.conversion.outcome == .blocked(.notFound))
    }

    @Test func `every name has a sentence of its own, and rules stand behind those that have one`() {
        #expect(Set(PreconditionName.allCases.map(\.sentence)).count == PreconditionName.allCases.count)
        #expect(PreconditionName.owner.rule == .oneOwner)
        #expect(PreconditionName.ideStream.rule == .noTrustedDMAWithoutRun)
        #expect(PreconditionName.trafficClass.rule == nil)
    }

    @Test func `obstacles are ordered as exit codes are`() {
        #expect(Obstacle.allCases.sorted() == [.quarantined, .lacking, .refused, .busy, .notFound])
    }
}
