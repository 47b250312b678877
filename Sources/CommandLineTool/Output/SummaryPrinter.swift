internal import Assignment
internal import AssignmentService
internal import EmulatorProcess
internal import PCIe
internal import TDISP

/// The last words of an operation: where the device is, what its DMA may reach, what was proven, what to do next.
struct SummaryPrinter {
    let session: Session
    let options: GlobalOptions

    func print(
        _ results: [OperationResult], _ views: [OperationView], _ verb: Operation.Verb,
        _ fallen: [FallenSibling]
    ) async throws {
        switch options.output {
        case .json: Console.out(try JSONEnvelope(kind: "OperationList", views).text)
        case .table:
            for result in results where result.reachedItsGoal { Console.out(text(result, verb)) }
            for sibling in fallen { Console.out(sibling.sentence + "\n") }
        }
    }

    private func text(_ result: OperationResult, _ verb: Operation.Verb) -> String {
        let state = result.state
        let domain = session.name(of: state.domain) ?? "no domain"
        var lines = ["\(result.device) is \(state.phase.sentence(domain: domain))"]
        func add(_ name: String, _ value: String) { lines.append("  \(name.padded(to: 10)) \(value)") }
        add("DMA", state.permittedDMASentence(domain: domain))
        if state.lineage.epoch != .none { add("epoch", "\(state.lineage.epoch)") }
        for proof in result.proofs {
            add(proof.result.word, proof.claim + (proof.seen.isEmpty ? "" : ": \(proof.seen)"))
        }
        add("next", next(result, verb))
        return lines.joined(separator: "\n") + "\n"
    }

    private func next(_ result: OperationResult, _ verb: Operation.Verb) -> String {
        switch verb {
        case .convert: "tdispctl routes \(result.device); tdispctl release \(result.device)"
        case .release, .recover: "tdispctl show \(result.device)"
        }
    }
}

extension OperationResult {
    /// Whether the device is where the operation was to bring it.
    var reachedItsGoal: Bool {
        switch end {
        case .done, .alreadyThere: true
        case .refused, .failed, .quarantined, .journal, .unrecorded: false
        }
    }
}

extension Proof.Result {
    /// One word for a table.
    var word: String {
        switch self {
        case .proven: "proven"
        case .disproven: "DISPROVEN"
        case .notProven: "not proven"
        }
    }
}
