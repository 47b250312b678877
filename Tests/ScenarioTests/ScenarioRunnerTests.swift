import Foundation
import ScenarioReplay
import Testing

@Suite struct ScenarioRunnerTests {
    @Test func `an end that does not come is shown at its line with what was seen`() async throws {
        let difference = try #require(
            await difference(
                steps: """
                    - plan: accelerator
                      domain: web1
                      expect: {end: go}
                    - convert: accelerator
                      domain: web1
                      expect:
                        phase: private
                        end: refused
                    """))
        #expect(difference.file == "s.yaml")
        #expect(difference.line == 13)
        #expect(difference.column == 12)
        #expect(difference.step == 2)
        #expect(difference.aspect == "end")
        #expect(difference.expected == "refused")
        #expect(difference.seen == "done")
        #expect(difference.context.last == "0000:3b:00.0 confirming -> private: rests")
        #expect(
            "\(difference)".hasPrefix(
                """
                s.yaml:13:12: step 2, end
                  expected  refused
                  seen      done
                  before    0000:3b:00.0
                """))
    }

    @Test func `an act that expects no end must reach it`() async throws {
        let difference = try #require(await difference(steps: "- convert: network\n  domain: web1"))
        #expect(difference.line == 6)
        #expect(difference.expected == "done")
        #expect(difference.seen == "blocked")
    }

    @Test(arguments: [
        ("effects: [attach]", "attach", "release-host-driver, connect, attach, return-host-driver"),
        (
            "effects-in-order: [attach, connect]", "in this order: attach, connect",
            "release-host-driver, connect, attach, return-host-driver"
        ),
        (
            "no-effects: [lock, connect]", "none of lock, connect",
            "release-host-driver, connect, attach, return-host-driver"
        ),
        ("sent: {KEY_PROG: 5, QUERY: 1}", "KEY_PROG 5, QUERY 1", "KEY_PROG 6, QUERY 1"),
        ("trouble: attach failed busy", "attach failed busy", "attach failed hypervisor"),
        ("says: enough", "a text with 'enough'", "injected fault"),
        ("cause: ordered", "ordered", "none"),
        ("blocked: [owner]", "owner", "none"),
        ("phase: private", "private", "available"),
        ("t0: none", "none", "host"),
        ("driver: vfio-pci", "vfio-pci", "accel"),
        ("epoch: 1", "1", "0"),
    ]) func `each expectation says what it wanted and what there was`(
        expectation: String, expected: String, seen: String
    ) async throws {
        let difference = try #require(
            await difference(
                steps: """
                    - inject: {effect: attach, fail: hypervisor}
                    - convert: accelerator
                      domain: web1
                      expect:
                        end: failed
                        \(expectation)
                    """))
        #expect(difference.line == 11)
        #expect(difference.expected == expected)
        #expect(difference.seen == seen)
    }

    @Test func `what is wrong in the end is shown without a step`() async throws {
        let difference = try #require(
            await difference(steps: "- advance: 1ms", final: "accelerator: {phase: available, t1: host}"))
        #expect(difference.step == nil)
        #expect(difference.aspect == "t1")
        #expect(difference.line == 8)
    }

    @Test func `a fault that never happens fails the scenario`() async throws {
        let difference = try #require(await difference(steps: "- inject: {effect: lock, fail: busy}"))
        #expect(difference.aspect == "inject")
        #expect(difference.line == 6)
    }

    @Test func `a crash at an effect that never starts fails the scenario`() async throws {
        let difference = try #require(
            await difference(
                steps: """
                    - release: accelerator
                      to: available
                      crash-before: stop
                      expect: {end: already-there}
                    """))
        #expect(difference.aspect == "crash-before")
        #expect(difference.line == 8)
        #expect(difference.expected == "stop starts")
    }

    @Test func `a DMA that arrives elsewhere is shown with what it reached`() async throws {
        let difference = try #require(
            await difference(
                steps: """
                    - dma: accelerator
                      t: 0
                      address: 1MiB
                      expect: {stopped-by: gate}
                    """))
        #expect(difference.aspect == "stopped-by")
        #expect(difference.seen == "none")
    }

    @Test func `a result tells its story in one line and as JSON`() async throws {
        let text = scenarioText(
            steps: "- convert: accelerator\n  domain: web1", final: "accelerator: {phase: attached}")
        let result = await ScenarioRunner.run(try Scenario(parsing: text, file: "s.yaml"))
        #expect(result.summary == "failed  s.yaml:9: a test")
        #expect(result.subject == "one-owner")
        let json = try JSONEncoder().encode(result)
        #expect(try JSONDecoder().decode(ScenarioResult.self, from: json) == result)
    }

    @Test func `a trace holds neither nonces nor keys nor sessions: another seed gives the same`() async throws {
        func trace(seed: Int) async throws -> Trace {
            let text = scenarioText(
                steps:
                    "- convert: accelerator\n  domain: web1\n- event: {session-lost: accelerator}\n- notices: accelerator",
                final: "accelerator: {phase: attached}")
            let seeded = text.replacingOccurrences(of: "topology: demo", with: "topology: demo\nseed: \(seed)")
            let result = await ScenarioRunner.run(try Scenario(parsing: seeded, file: "s.yaml"))
            #expect(result.passed)
            return result.trace
        }
        #expect(try await trace(seed: 1) == trace(seed: 99))
    }
}
