import Assignment
import Checker
import Foundation
import IOMMU
import Testing

@Suite struct `Host system` {
    private static func model(_ profile: RoutingProfile = .standard, vms: Int = 1) -> CheckerModel {
        CheckerModel(
            profile, vms: vms, faults: 0, hasCrashes: false, hasConversions: false,
            orders: [CheckerModel.allOrders[0]], recoveries: [])
    }

    private func search(
        _ model: CheckerModel, devices: Int = 1, cores: Int = 1
    ) async throws -> SearchResult<HostSystem<UInt64>> {
        let automaton = try LaneAutomaton(model)
        let system = try #require(HostSystem<UInt64>(automaton, devices: devices))
        return await Search(system, cores: cores).runToRest()
    }

    // MARK: One device

    @Test(arguments: RoutingProfile.all)
    func `one device and one VM, whatever goes wrong once: no rule is broken, and all ways end`(
        profile: RoutingProfile
    ) async throws {
        let model = CheckerModel(
            profile, faults: 1, hasCrashes: false, hasConversions: false, orders: [CheckerModel.allOrders[0]],
            recoveries: [RecoveryRequest()])
        let system = try #require(HostSystem<UInt64>(try LaneAutomaton(model), devices: 1))
        for cores in [1, 2] {
            let result = await Search(system, cores: cores).runToRest()
            #expect(result.end == .complete)
            #expect(result.counterexample == nil)
            let (states, transitions) = (result.progress.states, result.progress.transitions)
            let row = "| `\(profile)` | \(states) | \(transitions) | \(try #require(result.stepsToRest)) |"
            #expect(try Self.document.get().contains { $0 == row }, "Docs/Checker.md is out of date: \(row)")
        }
    }

    /// What the project says of the checker.
    private static let document = Result {
        let root = URL(filePath: #filePath).pathComponents.dropLast(4).joined(separator: "/")
        return try String(contentsOfFile: root + "/Docs/Checker.md", encoding: .utf8).split(separator: "\n")
    }

    @Test func `pages are converted at any time while a device is assigned: no rule is broken`() async throws {
        var model = Self.model()
        model.hasConversions = true
        let result = try await search(model)
        #expect(result.end == .complete)
    }

    @Test func `a function whose FLR leaves the session alone: no rule is broken`() async throws {
        var model = Self.model()
        model.isFunctionZero = false
        model.faults = 1
        let result = try await search(model)
        #expect(result.end == .complete)
    }

    // MARK: Several

    @Test func `two devices by themselves are the square of one; folded, half of that`() async throws {
        let one = try await search(Self.model()).progress.states
        let two = try await search(Self.model(), devices: 2).progress.states
        #expect(two == one * (one + 1) / 2)
    }

    @Test func `two cores find what one finds`() async throws {
        let one = try await search(Self.model(), devices: 2)
        let two = try await search(Self.model(), devices: 2, cores: 2)
        #expect(one.progress.states == two.progress.states)
        #expect(one.progress.transitions == two.progress.transitions)
        #expect(one.stepsToRest == two.stepsToRest)
    }

    @Test func `a second VM adds ways and breaks nothing`() async throws {
        let one = try await search(Self.model(), devices: 2), two = try await search(Self.model(vms: 2), devices: 2)
        #expect(two.end == .complete)
        #expect(two.progress.states > one.progress.states)
    }

    @Test func `a page changes only when no device of the VM holds that up`() throws {
        var model = Self.model()
        model.hasConversions = true
        let automaton = try LaneAutomaton(model)
        let one = try #require(HostSystem<UInt64>(automaton, devices: 1))
        let two = try #require(HostSystem<UInt64>(automaton, devices: 2))
        let width = UInt64(Int.bitWidth - (automaton.count - 1).leadingZeroBitCount)
        let mask = ((1 as UInt64) << width) - 1
        var (offered, held) = (0, 0)
        for word in words(of: two, atMost: 20_000) {
            let page = (word >> (2 * width)) << width
            let alone = [word & mask, word >> width & mask].map { completes(one, $0 | page) }
            #expect(completes(two, word) == alone.allSatisfy { $0 })
            if completes(two, word) { offered += 1 }
            if alone[0] != alone[1] { held += 1 }
        }
        #expect(offered > 0)
        #expect(held > 0)
    }

    private func words(of system: HostSystem<UInt64>, atMost limit: Int) -> [UInt64] {
        var (found, seen, next) = (system.initial, Set(system.initial), 0)
        var steps = Steps<UInt64>()
        while next < found.count, found.count < limit {
            steps.removeAll()
            system.appendFoldedSteps(from: found[next], to: &steps)
            for index in 0..<steps.count where seen.insert(steps[index].target).inserted {
                found.append(steps[index].target)
            }
            next += 1
        }
        return found
    }

    private func completes(_ system: HostSystem<UInt64>, _ word: UInt64) -> Bool {
        var steps = Steps<UInt64>()
        system.appendSteps(from: word, to: &steps)
        return (0..<steps.count).contains { system.label(steps[$0].label) == .vm(0, .complete) }
    }

    @Test func `a word that is too short is refused`() throws {
        let automaton = try LaneAutomaton(Self.model())
        #expect(HostSystem<UInt64>(automaton, devices: 10) == nil)
        #expect(HostSystem<UInt128>(automaton, devices: 10) != nil)
        #expect(HostSystem<UInt64>(automaton, devices: 0) == nil)
    }

    // MARK: Words and labels

    @Test func `the representative does not depend on the order of devices`() throws {
        let automaton = try LaneAutomaton(Self.model())
        let system = try #require(HostSystem<UInt64>(automaton, devices: 2))
        var steps = Steps<UInt64>()
        system.appendSteps(from: 0, to: &steps)
        #expect(steps.count == 2)
        #expect(steps[0].target != steps[1].target)
        #expect(system.representative(of: steps[0].target) == system.representative(of: steps[1].target))
        #expect("\(system.label(steps[1].label))".hasPrefix("device 1: convert"))
    }

    @Test func `a counterexample is the shortest way, in words`() async throws {
        let fault = SeededFault { functions in
            SeededFault.engine(&functions) { before, event, step in
                guard before.phase == .attaching, event.isSuccess(of: .requireConnection) else { return step }
                return EngineStep(before, .lock(before.lineage.epoch))
            }
        }
        let found = try #require(try await fault.found())
        let steps = found.steps.map { "\($0.what)" }
        #expect(found.violation.rule == .nothingOutlivesAnEpoch)
        #expect(steps.count == 3)
        #expect(steps.first?.hasPrefix("device 0: convert for VM 0") == true)
        #expect(steps.dropFirst() == ["device 0: release-host-driver orderly", "device 0: connect orderly"])
        // Retold: each step has the engine's state before it, and behind it where the rule was not broken yet.
        #expect(found.steps.map { $0.before?.phase } == [.available, .attaching, .attaching])
        #expect(found.steps.map { $0.after?.phase } == [.attaching, .attaching, nil])
    }
}
