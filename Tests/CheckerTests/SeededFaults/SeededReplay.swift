@testable import Assignment
@testable import Checker
@testable import ScenarioReplay

extension SeededFault {
    /// The model's engine, for a replay.
    private var engine: Engine {
        let step = model.functions.engine
        return Engine { state, event in
            let taken = step(state, event)
            return AssignmentTransition(taken.state, taken.effect)
        }
    }

    /// What becomes of a counterexample when it is written, read and replayed: with the faulty engine, and with the shipped one.
    func replayed(_ found: HostCounterexample) async throws -> (faulty: ScenarioResult, shipped: ScenarioResult) {
        try await replayed(try ScenarioDraft(found).text, file: "counterexample.yaml")
    }

    /// The same of one that was written.
    func replayed(_ text: String, file: String) async throws -> (faulty: ScenarioResult, shipped: ScenarioResult) {
        let scenario = try Scenario(parsing: text, file: file)
        return (await ScenarioRunner.run(scenario, engine), await ScenarioRunner.run(scenario))
    }
}
