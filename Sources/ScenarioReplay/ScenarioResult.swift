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
    /// What happened, up to the first difference.
    public let trace: Trace

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

    init(_ scenario: Scenario, trace: Trace, difference: Difference?) {
        file = scenario.file
        title = scenario.title
        subject = scenario.subject.description
        passed = difference == nil
        stepCount = scenario.stepCount
        self.difference = difference
        self.trace = trace
    }

    /// One line: `passed  FILE: title`, or `failed  FILE:LINE: title`.
    public var summary: String {
        guard let difference else { return "passed  \(file): \(title)" }
        return "failed  \(difference.file):\(difference.line): \(title)"
    }
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
