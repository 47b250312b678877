internal import AssignmentService
internal import Attestation

/// The guest's judgement of evidence.
enum Judge {
    /// The built-in verdict. Policies come in here.
    static let builtIn: @Sendable (EvidenceCase) -> Judgement = { $0.judged(by: BuiltInVerdict()) }
}
