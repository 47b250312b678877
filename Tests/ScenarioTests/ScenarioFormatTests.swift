import ScenarioReplay
import Testing

@Suite struct ScenarioFormatTests {
    @Test func `a scenario can be read`() throws {
        _ = try Scenario(
            parsing: """
                version: 1
                title: t
                rule: one-owner
                topology: demo
                steps:
                  - convert: accelerator
                    domain: web1
                final:
                  accelerator: {phase: private}
                """, file: "s.yaml")
    }
}
