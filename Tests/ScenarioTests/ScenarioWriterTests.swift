import Emulator
import StrictYAML
import Testing

@testable import ScenarioReplay

@Suite struct ScenarioWriterTests {
    @Test(arguments: Corpus.files) func `what is written of a scenario is read as the same scenario`(
        file: String
    ) throws {
        let scenario = try Scenario(contentsOfFile: file)
        let text = scenario.text
        let again = try Scenario(parsing: text, file: file)
        #expect(again == scenario, "\(text)")
        #expect(again.text == text)
        let wide = text.split(separator: "\n").filter { $0.count > 120 && !$0.hasPrefix("title: ") }
        #expect(wide == [])
    }

    @Test func `what is written looks as if a person had written it`() throws {
        let text = """
            version: 1
            title: a device of the host falls, and is told so
            breaks: revoke-first
            topology: demo
            platform: sev-tio
            seed: 7
            steps:
              - inject: {effect: lock, occurrence: 2, of: accelerator/vf0, unknown: done}
              - convert: accelerator/vf0
                domain: web1
                recovery-limit: 0
                unplanned: true
                crash-after: lock
                expect: {end: crashed, sent: {LOCK_INTERFACE: 1}}
              - restart: accelerator/vf0
              - advance: 250ms
              - event: {pages-converted: web1, from: 0x1000, size: 64KiB, to: shared}
              - observe: accelerator/vf0
                noticed: ERROR
                expect:
                  cause: unexpected-state ERROR
                  effects-in-order: [cut, stop, reset, compare-identity, restore-configuration, prove-return, restore-mappings,
                    bind-guest-driver]
            final:
              accelerator/vf0: {phase: attached, t1: "private of web1, shared of web1"}

            """
        #expect(try Scenario(parsing: text, file: "s.yaml").text == text)
    }

    @Test(arguments: Corpus.topologies) func `what is written of a topology is read as the same topology`(
        file: String
    ) throws {
        let topology = try Topology(contentsOfFile: file)
        let text = YAMLTree.document(topology.entries)
        #expect(try Topology(parsing: text, file: file) == topology, "\(text)")
        #expect(text.contains("root-port") == false)
    }

    @Test func `places that a reader would not choose are written`() throws {
        var topology = Topology.uniform(devices: 2)
        topology.devices[1].name = "other"
        topology.devices[1].memoryRanges = [Topology.MemoryRange(register: 0, address: 0x40_0000_0000)]
        let text = YAMLTree.document(topology.entries)
        #expect(try Topology(parsing: text, file: "t.yaml") == topology, "\(text)")
    }

    @Test func `remarks stand above their steps, and a preamble above all`() throws {
        let scenario = try Scenario(parsing: scenarioText(steps: "- advance: 1s\n- advance: 2s"), file: "s.yaml")
        let text = ScenarioWriter(scenario).text(remarks: [1: ["nothing", "much"]], preamble: ["why", "", "not"])
        #expect(text.hasPrefix("# why\n#\n# not\nversion: 1\n"))
        #expect(text.contains("  - advance: 1s\n  # nothing\n  # much\n  - advance: 2s\n"))
        #expect(try Scenario(parsing: text, file: "s.yaml") == scenario)
    }

    @Test(arguments: ["two: words", "a # b", "[x]", "null", "- x", "it's \"so\"", "tab\tbed", "ends:", "yes, no"])
    func `a title that YAML would read as something else is written in quotes`(title: String) throws {
        var scenario = try Scenario(parsing: scenarioText(steps: "- advance: 1s"), file: "s.yaml")
        scenario.title = title
        #expect(try Scenario(parsing: scenario.text, file: "s.yaml").title == title)
    }

    @Test func `scenarios that differ in what they say are not equal`() throws {
        let scenario = try Scenario(parsing: scenarioText(steps: "- advance: 1s"), file: "s.yaml")
        let moved = try Scenario(parsing: "# moved\n" + scenarioText(steps: "- advance: 1s"), file: "t.yaml")
        let other = try Scenario(parsing: scenarioText(steps: "- advance: 2s"), file: "s.yaml")
        #expect(scenario == moved)
        #expect(scenario != other)
    }
}
