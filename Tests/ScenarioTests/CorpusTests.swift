import Assignment
import Emulator
import Testing

@testable import ScenarioReplay

@Suite struct CorpusTests {
    @Test(arguments: Corpus.files) func `every scenario passes, twice with the same trace`(file: String) async throws {
        let scenario = try Scenario(contentsOfFile: file)
        let first = await ScenarioRunner.run(scenario)
        #expect(first.passed, "\(first.difference?.description ?? "")")
        let second = await ScenarioRunner.run(scenario)
        #expect(first == second)
    }

    @Test func `there are scenarios in every area, each with a title of its own`() throws {
        #expect(Corpus.files.count >= 45)
        let areas = Set(Corpus.files.map { Corpus.name($0).prefix { $0 != "/" } })
        #expect(
            areas == [
                "convert", "crash", "detection", "dma", "error", "faults", "messages", "outcomes", "platforms",
                "recovery",
                "refusals", "release", "sessions", "virtual-functions",
            ])
        let titles = try Corpus.files.map { try Scenario(contentsOfFile: $0).title }
        #expect(Set(titles).count == titles.count)
    }

    @Test func `every safety rule that is enforced has a scenario of its own`() throws {
        let rules = try Set(
            Corpus.files.compactMap { file -> String? in
                if case .rule(let name) = try Scenario(contentsOfFile: file).subject { name } else { nil }
            })
        for rule in SafetyRule.allCases where rule.enforcer != .checker {
            #expect(rules.contains(rule.rawValue), "\(rule.rawValue)")
        }
    }

    @Test func `every event of a host happens in some scenario`() throws {
        var seen: Set<EventName> = []
        for file in Corpus.files {
            for step in try Scenario(contentsOfFile: file).steps { seen.formUnion(step.act.events.map(\.name)) }
        }
        #expect(EventName.allCases.filter { !seen.contains($0) } == [])
    }

    @Test func `every cause of failure occurs in some trace`() async throws {
        var seen: Set<FailureCause.Kind> = []
        for file in Corpus.files {
            let result = await ScenarioRunner.run(try Scenario(contentsOfFile: file))
            for entry in result.trace.entries {
                if case .engine(let step) = entry.kind, let cause = step.cause { seen.insert(cause.kind) }
            }
        }
        #expect(FailureCause.Kind.allCases.filter { !seen.contains($0) } == [])
    }
}

extension Act {
    /// The events that it makes happen, now or later.
    var events: [HostEvent] {
        switch self {
        case .event(let event), .inject(.event(let event)): [event]
        case .inject(.message(let fault)): if case .event(let event) = fault.action { [event] } else { [] }
        case .inject(.effect(let fault)): if case .event(let event) = fault.action { [event] } else { [] }
        case .convert, .release, .recover, .disconnect, .plan, .notices, .observe, .confirm, .restart, .advance, .dma,
            .interrupt, .peer, .check:
            []
        }
    }
}
