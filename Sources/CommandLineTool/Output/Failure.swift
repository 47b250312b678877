public import Assignment

/// An error as an operator gets it: what happened, which rule, where the device is now, and what to do next.
public struct Failure: Error, Hashable, Sendable {
    /// The exit code.
    public var status: ExitStatus
    /// What happened, one clause.
    public var message: String
    /// The step that failed, when one did.
    public var step: EffectName?
    /// The rule that was or would have been broken.
    public var rule: SafetyRule?
    /// What was seen: the platform's own words.
    public var seen: String?
    /// Where the device is now.
    public var place: String?
    /// What to do next.
    public var next: String?
    /// Whether it is the journal that cannot be used: what needs none can be done all the same.
    var isOfJournal = false

    /// Creates a failure.
    public init(
        _ status: ExitStatus, _ message: String, step: EffectName? = nil, rule: SafetyRule? = nil, seen: String? = nil,
        place: String? = nil, next: String? = nil
    ) {
        self.status = status
        self.message = message
        self.step = step
        self.rule = rule
        self.seen = seen
        self.place = place
        self.next = next
    }

    /// The lines for a terminal, without a trailing newline.
    public var text: String {
        var lines = ["tdispctl: \(message)"]
        func add(_ name: String, _ value: String?) {
            if let value, !value.isEmpty { lines.append("  \(name.padded(to: 7)) \(value)") }
        }
        add("step", step.map { "\($0.rawValue) (\($0.sentence))" })
        add("rule", rule.map { "\($0.rawValue): \($0.definition)" })
        add("seen", seen)
        add("now", place)
        add("next", next)
        return lines.joined(separator: "\n")
    }
}

extension String {
    /// The text with spaces behind it up to `width` characters.
    func padded(to width: Int) -> String {
        let missing = width - count
        return missing > 0 ? self + String(repeating: " ", count: missing) : self
    }
}
