import Assignment
import Checker
import IOMMU
import Testing

@Suite struct `Lane automaton` {
    @Test func `size`() async throws {
        let clock = ContinuousClock()
        let start = clock.now
        let model = CheckerModel(faults: 0, hasCrashes: false)
        let automaton = try #require(LaneAutomaton(model))
        print("lanes \(automaton.count) edges \(automaton.edgeCount) \(clock.now - start)")
    }
}
