public import Assignment

/// A rule that was broken.
public struct Violation: Hashable, Sendable {
    /// Which rule.
    public let rule: SafetyRule
    /// What broke it, in words.
    public let detail: String

    /// Creates a violation.
    public init(_ rule: SafetyRule, _ detail: String) {
        self.rule = rule
        self.detail = detail
    }
}

extension Violation: CustomStringConvertible {
    /// The rule's name and what broke it.
    public var description: String { "\(rule.rawValue): \(detail)" }
}
