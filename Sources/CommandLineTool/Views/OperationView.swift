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
    /// `done`, `already-there`, `refused`, `failed`, `quarantined`, `journal` or `unrecorded`.
    let end: String
    let phase: String
    let domain: String?
    let domainName: String?
    let epoch: UInt32
    let permittedDMA: String
    let proofs: [ProofView]
    /// Siblings that it took out of private operation.
    let fallen: [String]
    /// What went wrong, when the goal was not reached.
    let error: FailureView?
    /// The same for the exit code and the terminal.
    let failure: Failure?

    private enum CodingKeys: String, CodingKey {
        case device, end, phase, domain, domainName, epoch, permittedDMA, proofs, fallen, error
    }

    init(
        _ device: FunctionAddress, _ end: String, _ state: AssignmentState, domainName: String?, _ failure: Failure?,
        proofs: [Proof] = [], fallen: [String] = []
    ) {
        self.device = device.description
        self.end = end
        phase = state.phase.rawValue
        domain = state.domain?.description
        self.domainName = domainName
        epoch = state.lineage.epoch.rawValue
        permittedDMA = state.permittedDMAWord
        self.proofs = proofs.map { ProofView(claim: $0.claim, result: $0.result.rawValue, seen: $0.seen) }
        self.fallen = fallen
        error = failure.map { FailureView($0, device: device.description) }
        self.failure = failure
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
        case .unrecorded: "unrecorded"
        }
    }
}
