internal import Assignment
internal import StrictYAML

/// How a replay went. It can be written as JSON.
public struct ScenarioResult: Hashable, Sendable, Codable {
    /// The scenario's file as it was given.
    public let file: String
    /// Its title.
    public let title: String
    /// The rule or the clause that it is about.
    public let subject: String
    /// Whether everything came as expected, and no safety rule was broken.
    public let passed: Bool
    /// How many steps it has.
    public let stepCount: Int
    /// The first difference; nil when it passed.
    public let difference: Difference?
    /// What became of a counterexample; nil for any other scenario.
    public let counterexample: Counterexample?
    /// What a counterexample that broke no rule says and what did not happen, one clause each.
    public let unmet: [String]
    /// What happened, up to the first difference.
    public let trace: Trace

    /// What becomes of a counterexample.
    public enum Counterexample: String, Hashable, Sendable, Codable {
        /// The rule is broken as it says.
        case reproduced
        /// Something else came of it: another rule is broken, or an expectation is not met.
        case different
        /// No rule was broken.
        case gone
    }

    /// What was expected and what was seen instead.
    public struct Difference: Hashable, Sendable, Codable {
        /// The file of the expectation.
        public let file: String
        /// Its line, from 1.
        public let line: Int
        /// Its column, from 1.
        public let column: Int
        /// The step, from 1; nil: when all steps were done.
        public let step: Int?
        /// What is looked at: the key of the expectation, or the name of the safety rule.
        public let aspect: String
        /// What was expected.
        public let expected: String
        /// What was seen.
        public let seen: String
        /// The last that happened before it, one line each.
        public let context: [String]
    }

    init(_ scenario: Scenario, trace: Trace, difference: Difference?, unmet: [String] = []) {
        file = scenario.file
        title = scenario.title
        subject = scenario.subject.description
        passed = difference == nil
        stepCount = scenario.stepCount
        self.difference = difference
        self.unmet = unmet
        counterexample =
            scenario.isCounterexample
            ? difference.map { $0.aspect == scenario.subject.description ? .reproduced : .different } ?? .gone : nil
        self.trace = trace
    }

    /// One line: `passed  FILE: title`, or `failed  FILE:LINE: title`; below it what became of a counterexample.
    public var summary: String {
        let line = difference.map { "failed  \($0.file):\($0.line): \(title)" } ?? "passed  \(file): \(title)"
        return ([line] + verdict.map { "  " + $0 }).joined(separator: "\n")
    }

    /// What became of a counterexample, in words.
    private var verdict: [String] {
        switch counterexample {
        case nil: []
        case .reproduced: ["the counterexample reproduces: \(subject) is broken"]
        case .different: ["the counterexample does not reproduce: something else comes of it than \(subject) broken"]
        case .gone: ["the counterexample no longer reproduces: no rule was broken"] + unmet
        }
    }
}

extension ScenarioResult.Difference {
    /// Whether a safety rule was broken, rather than an expectation not met.
    var isRule: Bool { SafetyRule(rawValue: aspect) != nil }
}

extension ScenarioResult.Difference: CustomStringConvertible {
    /// Several lines: where, what was expected, what was seen, and what had happened last.
    public var description: String {
        let place = step.map { "step \($0)" } ?? "in the end"
        let lines = [
            "\(file):\(line):\(column): \(place), \(aspect)", "  expected  \(expected)", "  seen      \(seen)",
        ]
        return (lines + context.map { "  before    \($0)" }).joined(separator: "\n")
    }
}

extension ScenarioResult.Difference {
    /// A difference that can be pointed at.
    init(
        at position: YAMLPosition, step: Int?, aspect: String, expected: String, seen: String, context: [String] = []
    ) {
        self.init(
            file: position.file, line: position.line, column: position.column, step: step, aspect: aspect,
            expected: expected, seen: seen, context: context)
    }
}
