/// A scenario that was made and not written by a person.
public struct ScenarioDraft: Sendable {
    /// The scenario.
    public let scenario: Scenario
    /// The file's text, with comments where something could not be carried over.
    public let text: String
    /// What could not be carried over, one clause each.
    public let losses: [String]
}

/// A scenario while it is made: steps with remarks.
struct ScenarioDrafting {
    private(set) var steps: [Step] = []
    private var remarks: [Int: [String]] = [:]
    private(set) var losses: [String] = []

    /// Adds a step.
    mutating func add(_ step: Step) { steps.append(step) }

    /// A comment above the next step.
    mutating func remark(_ text: String) { remarks[steps.count, default: []].append(text) }

    /// What could not be carried over: a comment above the next step, and told at the end.
    mutating func lose(_ text: String) {
        remark("not carried over: \(text)")
        losses.append(text)
    }

    /// The draft, with comment lines ahead of everything.
    func draft(of scenario: Scenario, preamble: [String]) -> ScenarioDraft {
        let behind = remarks.filter { $0.key >= steps.count }.flatMap(\.value)
        return ScenarioDraft(
            scenario: scenario, text: ScenarioWriter(scenario).text(remarks: remarks, preamble: preamble + behind),
            losses: losses)
    }
}
