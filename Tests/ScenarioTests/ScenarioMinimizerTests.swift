import Testing

@testable import ScenarioReplay

@Suite struct ScenarioMinimizerTests {
    /// What fails: a device that somebody poisons is not private any more.
    private let planted = """
        - convert: nvme
          domain: db1
        - advance: 5ms
        - inject: {effect: save-ledger, occurrence: 1, of: accelerator/vf0, event: {link-down: nvme}}
        - convert: accelerator/vf0
          domain: web1
          recovery-limit: 1
          expect: {end: done, state: RUN, epoch: 1}
        - check: accelerator
          expect: {phase: available}
        - event: {poisoned-data: accelerator/vf0}
        - notices: accelerator/vf0
          expect: {cause: unexpected-state ERROR, state: CONFIG_UNLOCKED, phase: private}
        - advance: 1s
        """

    @Test func `a failing scenario shrinks to the steps and words that fail`() async throws {
        let scenario = try Scenario(
            parsing: scenarioText(steps: planted, final: "accelerator/vf0: {phase: private, epoch: 1}"),
            file: "s.yaml")
        let smaller = try #require(await ScenarioMinimizer.minimize(scenario))
        #expect(
            smaller.scenario.text == """
                version: 1
                title: a test
                rule: one-owner
                topology: demo
                steps:
                  - convert: accelerator/vf0
                    domain: web1
                  - event: {poisoned-data: accelerator/vf0}
                  - notices: accelerator/vf0
                    expect: {phase: private}
                final:
                  accelerator/vf0: {}

                """)
        #expect(smaller.failure == "phase: expected private, saw attached")
        #expect(smaller.replays > smaller.scenario.stepCount)
        let again = try #require(await ScenarioMinimizer.minimize(scenario))
        #expect(again.scenario == smaller.scenario)
        #expect(again.replays == smaller.replays)
    }

    @Test func `what fails in the end keeps what it looks at there`() async throws {
        let scenario = try Scenario(
            parsing: scenarioText(
                steps: "- advance: 1s\n- advance: 2s",
                final: "accelerator: {phase: available, driver: none, t1: none}\n  nvme: {phase: available}"),
            file: "s.yaml")
        let smaller = try #require(await ScenarioMinimizer.minimize(scenario))
        #expect(smaller.scenario.stepCount == 1)
        #expect(smaller.scenario.text.hasSuffix("final:\n  accelerator: {driver: none}\n"))
    }

    @Test func `a scenario that does not fail has nothing to be made smaller`() async throws {
        let scenario = try Scenario(parsing: scenarioText(steps: "- advance: 1s"), file: "s.yaml")
        #expect(await ScenarioMinimizer.minimize(scenario) == nil)
    }
}
