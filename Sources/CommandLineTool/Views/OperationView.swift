internal import Assignment
internal import AssignmentService
internal import PCIe

/// What an operation on one device came to, as JSON.
struct OperationView: Encodable {
    /// One thing that was looked at.
    struct ProofView: Encodable {
        let claim: String
        let result: String
        let seen: String
    }

    let device: String
    /// `done`, `already-there`, `refused`, `failed`, `quarantined` or `journal`.
    let end: String
    let phase: String
    let domain: String?
    let domainName: String?
    let epoch: UInt32
    let permittedDMA: String
    let proofs: [ProofView]
    /// What went wrong, when the goal was not reached.
    let error: FailureView?

    init(_ result: OperationResult, domainName: String?) {
        device = result.device.description
        end = result.end.word
        phase = result.state.phase.rawValue
        domain = result.state.domain?.description
        self.domainName = domainName
        epoch = result.state.lineage.epoch.rawValue
        permittedDMA = result.state.phase.permittedDMA.rawValue
        proofs = result.proofs.map { ProofView(claim: $0.claim, result: $0.result.rawValue, seen: $0.seen) }
        error = Failure(result, domainName: domainName).map { FailureView($0, device: result.device.description) }
    }
}

extension OperationResult.End {
    /// The end's stable name.
    var word: String {
        switch self {
        case .done: "done"
        case .alreadyThere: "already-there"
        case .refused: "refused"
        case .failed: "failed"
        case .quarantined: "quarantined"
        case .journal: "journal"
        }
    }
}
