import Assignment
import IOMMU
import Testing

@testable import Checker

/// States of one device that are alike are taken for one, and nothing that is asked of a search is answered otherwise.
@Suite struct `Lane likeness` {
    private static func model(vms: Int = 1, faults: Int = 0, crashes: Bool = false) -> CheckerModel {
        CheckerModel(
            vms: vms, faults: faults, hasCrashes: crashes, hasConversions: false,
            orders: [CheckerModel.allOrders[0]], recoveries: [RecoveryRequest()])
    }

    private func search(
        _ automaton: LaneAutomaton, devices: Int
    ) async throws -> SearchResult<HostSystem<UInt64>> {
        await Search(try #require(HostSystem<UInt64>(automaton, devices: devices))).runToRest()
    }

    // MARK: The same verdict

    @Test(arguments: [(1, 1, false), (1, 1, true), (2, 0, false)])
    func `fewer states, the same verdict and the same bound on the steps to rest`(
        devices: Int, faults: Int, crashes: Bool
    ) async throws {
        let automaton = try LaneAutomaton(Self.model(faults: faults, crashes: crashes))
        let folded = try automaton.minimised()
        #expect(folded.foldedCount * 2 < automaton.count)
        #expect(folded.count == automaton.count)
        let all = try await search(automaton, devices: devices), few = try await search(folded, devices: devices)
        #expect(all.end == .complete)
        #expect(few.end == .complete)
        #expect(few.progress.states * 3 < all.progress.states)
        #expect(few.stepsToRest == all.stepsToRest)
    }

    @Test func `what two devices can do is what their likes can do, step by step`() throws {
        let automaton = try LaneAutomaton(Self.model(vms: 2)).minimised()
        let system = try #require(HostSystem<UInt64>(automaton, devices: 2))
        var (real, folded) = (Steps<UInt64>(), Steps<UInt64>())
        var word = system.initial[0]
        var seed = UInt64(1)
        for _ in 0..<20_000 {
            real.removeAll()
            folded.removeAll()
            system.appendSteps(from: word, to: &real)
            let representative = system.representative(of: word)
            system.appendFoldedSteps(from: representative, to: &folded)
            let targets = (0..<real.count).map { system.representative(of: real[$0].target) }
            #expect(
                Set(targets).union([representative])
                    == Set((0..<folded.count).map { folded[$0].target })
                    .union([representative]))
            #expect(system.isResting(word) == system.isResting(representative))
            seed = seed.spread
            word = real.count == 0 ? system.initial[0] : real[Int(seed % UInt64(real.count))].target
        }
    }

    @Test func `lanes of one class are alike in all that is asked of them`() throws {
        let automaton = try LaneAutomaton(Self.model(vms: 2, faults: 1))
        let folded = try automaton.minimised()
        for lane in 0..<folded.count {
            let like = Int(folded.representatives[lane])
            #expect(folded.vms[lane] == folded.vms[like])
            #expect(folded.isResting[lane] == folded.isResting[like])
        }
        let again = try folded.minimised()
        #expect(again.foldedCount == folded.foldedCount)
    }

    @Test func `whoever watches may end it`() throws {
        let automaton = try LaneAutomaton(Self.model())
        let error = #expect(throws: LaneAutomaton.Unfinished.self) { try automaton.minimised { .time } }
        #expect(error?.end == .time)
    }

    // MARK: VMs

    @Test func `of VMs that are alike the names are folded`() async throws {
        let automaton = try LaneAutomaton(Self.model(vms: 2))
        #expect(automaton.renamings.map(\.names) == [[1, 0]])
        let partners = try #require(automaton.renamings.first).lanes
        for (lane, partner) in partners.enumerated() { #expect(Int(partners[Int(partner)]) == lane) }
        #expect(partners.enumerated().contains { $0.offset != Int($0.element) })
        let three = try LaneAutomaton(Self.model(vms: 3))
        #expect(three.renamings.count == 5)

        let folded = try await search(automaton, devices: 1)
        let one = try await search(try LaneAutomaton(Self.model()), devices: 1)
        #expect(folded.progress.states == one.progress.states)
        #expect(folded.stepsToRest == one.stepsToRest)
    }

    @Test func `VMs that are not treated alike are not taken for each other`() throws {
        var model = Self.model(vms: 2)
        let favoured = CheckerModel.domain(0)
        let shipped = model.functions.engine
        model.functions.engine = { state, event in
            if case .convert(let domain, _) = event, domain != favoured {
                return EngineStep(state, .refuse(Refusal(.busy)))
            }
            return shipped(state, event)
        }
        let automaton = try LaneAutomaton(model)
        #expect(automaton.renamings.isEmpty)
    }

    // MARK: What several share

    @Test func `two devices share one fault: never do both take one`() async throws {
        let automaton = try LaneAutomaton(Self.model(faults: 1))
        let system = try #require(HostSystem<UInt64>(automaton, devices: 2))
        var steps = Steps<UInt64>()
        system.appendSteps(from: 0, to: &steps)
        let found = steps.first { system.isFault($0.label) }
        let fault = try #require(found)
        steps.removeAll()
        system.appendSteps(from: fault.target, to: &steps)
        #expect(steps.count > 0)
        for index in 0..<steps.count { #expect(!system.isFault(steps[index].label)) }
    }

    @Test func `the manager dies for all devices at once`() throws {
        let automaton = try LaneAutomaton(Self.model(faults: 1, crashes: true))
        let system = try #require(HostSystem<UInt64>(automaton, devices: 2))
        var steps = Steps<UInt64>()
        system.appendSteps(from: 0, to: &steps)
        var deaths = 0
        for index in 0..<steps.count {
            switch system.label(steps[index].label) {
            case .together(let labels):
                #expect(labels.count == 2)
                for label in labels { #expect(label.isRestart) }
                deaths += 1
            case .device(_, let label): #expect(!label.isRestart)
            case .vm: break
            }
        }
        #expect(deaths > 0)
        for lane in 0..<automaton.count where automaton.graph.spent[lane] != UInt32(lane) {
            #expect(!automaton.graph.parts(of: lane, in: 0).isEmpty, "lane \(lane) cannot take part in a death")
        }
    }
}

extension HostSystem {
    /// Whether a fault of one device was taken with it.
    fileprivate func isFault(_ label: UInt32) -> Bool {
        if case .device(_, let label) = self.label(label) { label.isFault } else { false }
    }
}
