internal import Assignment
internal import PCIe

/// A plan for a person: what was found, what will be done, who is taken along.
struct PlanPrinter {
    let session: Session
    let options: GlobalOptions

    init(_ session: Session, _ options: GlobalOptions) {
        self.session = session
        self.options = options
    }

    /// Prints plans. Throws ``Failures`` when one of them cannot begin, after all are printed.
    func print(_ plans: [Assignment.Plan]) throws {
        switch options.output {
        case .json: Console.outJSON("PlanList", plans.map { PlanView($0, session) })
        case .table: for plan in plans { Console.out(text(plan)) }
        }
        let failures = plans.compactMap { plan in
            session.failure(of: plan).map { (device: plan.device.description, failure: $0) }
        }
        if !failures.isEmpty { throw Failures(all: failures, areShown: options.output == .json) }
    }

    private func text(_ plan: Assignment.Plan) -> String {
        var text = "\(plan.device)\(session.name(of: plan.domain).map { " -> \($0)" } ?? "")\n"
        var table = TextTable("", "PRECONDITION", "FOUND")
        for condition in plan.preconditions {
            table.add(condition.verdict.mark, condition.name.sentence, condition.found)
        }
        text += table.text.indented
        if plan.outcome == .go, !plan.effects.isEmpty {
            text += "  effects, in order\n"
            for (index, effect) in plan.effects.enumerated() {
                text += "  \("\(index + 1)".leftPadded(to: 4)). \(effect.name.sentence)\n"
            }
            text += "  then it is \(plan.destination.rawValue)\n"
        }
        if !plan.cuts.isEmpty {
            text += "  if it must be cut: \(plan.cuts.map(\.sentence).joined(separator: "; else "))\n"
        }
        for radius in plan.blastRadius where !radius.takes.isEmpty {
            let taken = radius.takes.map {
                "\($0.address) (\($0.phase.rawValue)\($0.domainName.map { ", \($0)" } ?? ""))"
            }
            text += "  \(radius.cause.sentence) takes along: \(taken.joined(separator: ", "))\n"
        }
        if let streams = plan.streams {
            text +=
                "  IDE streams free under \(streams.bridge): \(streams.before) of \(streams.total) now, \(streams.after) afterwards\n"
        }
        return text
    }
}

extension Precondition.Verdict {
    /// One word for a table.
    var mark: String {
        switch self {
        case .met: "ok"
        case .warned: "note"
        case .unknown: "?"
        case .violated: "NO"
        case .stepsAside: "aside"
        }
    }
}

extension BlastRadius.Cause {
    /// What is done, as the subject of a sentence.
    var sentence: String {
        switch self {
        case .functionReset: "its function level reset"
        case .conventionalReset: "a reset of the whole device"
        case .lastCut: "its platform's last cut"
        case .reconnect: "a new connection"
        }
    }
}

extension String {
    /// Every line two columns further in.
    var indented: String {
        split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? "" : "  \($0)" }.joined(
            separator: "\n")
    }

    /// The text with spaces before it up to `width` characters.
    func leftPadded(to width: Int) -> String {
        count < width ? String(repeating: " ", count: width - count) + self : self
    }
}
