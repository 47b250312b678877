internal import Assignment
internal import AssignmentService
internal import Attestation

/// The guest's judgement of evidence.
enum Judge {
    /// The built-in verdict.
    static let builtIn: @Sendable (EvidenceCase) -> Judgement = { evidence in
        Judgement(
            accepted: evidence.evidence.nonce == evidence.nonce
                && evidence.domain?.pinnedRoots.contains(evidence.evidence.rootDigest) == true,
            findings: ["nonce and root compared"])
    }
}
