/// Who judges evidence. The built-in verdict is one; a policy is another.
///
/// A verifier is pure: what it needs to know stands in evidence and expectations. It gives every reason at once.
public protocol Verifier: Sendable {
    /// Judges the evidence of one lock epoch.
    func appraise(_ evidence: Evidence, against expectations: Expectations) -> Verdict
}
