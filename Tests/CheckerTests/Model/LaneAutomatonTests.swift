import Assignment
import Checker
import IOMMU
import Testing

@Suite struct `Lane automaton` {
    /// All that can go wrong once, on the way of one order.
    private static func model(_ profile: RoutingProfile = .standard, faults: Int? = 0) -> CheckerModel {
        CheckerModel(
            profile, faults: faults, hasCrashes: false, orders: [CheckerModel.allOrders[0]],
            recoveries: [RecoveryRequest()])
    }

    @Test(arguments: RoutingProfile.all) func `without faults no device breaks a rule`(profile: RoutingProfile) throws {
        var model = Self.model(profile)
        model.hasConversions = profile == .standard || profile.vTOM != nil
        let automaton = try LaneAutomaton(model)
        #expect(automaton.violationsFound == [])
        #expect(automaton.count > 100)
        #expect(!automaton.isPartial)
    }

    private static let broad = try? LaneAutomaton(CheckerModel(faults: 1, hasConversions: false))

    @Test func `every phase is reached`() throws {
        let automaton = try #require(Self.broad)
        #expect(Set(automaton.assignments.map(\.phase)) == Set(Phase.allCases))
    }

    @Test func `an outcome that comes too late changes nothing, in any state that was met`() throws {
        let automaton = try #require(Self.broad)
        for state in automaton.assignments {
            for effect in EffectName.allCases where effect != state.pending.name {
                for outcome in [Outcome.succeeded, .failed(.deviceRefused), .unknown] {
                    let step = AssignmentMachine.step(state, .finished(effect, outcome))
                    #expect(step.state == state, "\(state.phase), late outcome of \(effect)")
                    #expect(step.effect == .none)
                }
            }
        }
    }

    @Test func `two builds of one model are the same`() throws {
        let first = try LaneAutomaton(Self.model())
        let second = try LaneAutomaton(Self.model())
        #expect(first.count == second.count)
        #expect(first.edgeCount == second.edgeCount)
    }

    @Test func `a limit on states is kept`() {
        let error = #expect(throws: LaneAutomaton.Unfinished.self) { try LaneAutomaton(Self.model(), limit: 100) }
        #expect(error?.end == .memory)
        #expect(error.map { $0.found > 100 } == true)
    }

    @Test func `whoever watches may end it`() {
        let error = #expect(throws: LaneAutomaton.Unfinished.self) {
            try LaneAutomaton(Self.model()) { $0 < 300 ? nil : .interrupted }
        }
        #expect(error?.end == .interrupted)
        #expect(error.map { $0.judged >= 300 && $0.found >= $0.judged } == true)
    }

    @Test func `more faults reach more states`() throws {
        var counts: [Int] = []
        for faults in [0, 1] {
            var model = Self.model(faults: faults)
            model.hasConversions = false
            counts.append(try LaneAutomaton(model).count)
        }
        #expect(counts[0] < counts[1])
    }
}
