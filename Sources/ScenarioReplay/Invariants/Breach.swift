internal import Assignment

/// A safety rule that was seen broken.
struct Breach: Hashable, Sendable {
    let rule: SafetyRule
    /// What was seen, one clause.
    let seen: String

    init(_ rule: SafetyRule, _ seen: String) {
        self.rule = rule
        self.seen = seen
    }
}
