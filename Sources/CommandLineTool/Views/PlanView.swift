internal import Assignment
internal import PCIe

/// A plan as JSON.
struct PlanView: Encodable {
    /// One precondition.
    struct ConditionView: Encodable {
        let name: String
        let verdict: String
        let found: String
        let advice: String?
        let rule: String?

        init(_ condition: Precondition) {
            name = condition.name.rawValue
            verdict = condition.verdict.mark
            found = condition.found
            advice = condition.advice
            rule = condition.rule?.rawValue
        }
    }

    /// Who is taken along by what.
    struct RadiusView: Encodable {
        let cause: String
        let takes: [String]

        init(_ radius: BlastRadius) {
            cause = radius.cause.rawValue
            takes = radius.takes.map(\.address.description)
        }
    }

    let device: String
    let domain: String?
    let domainName: String?
    /// `go`, `already-there`, `steps-aside` or `blocked`.
    let outcome: String
    let preconditions: [ConditionView]
    let effects: [String]
    let destination: String
    let blastRadius: [RadiusView]
    let cuts: [CutView]
    let streamsBefore: Int?
    let streamsAfter: Int?
    let error: FailureView?

    init(_ plan: Assignment.Plan, _ session: Session) {
        device = plan.device.description
        domain = plan.domain?.description
        domainName = session.name(of: plan.domain)
        outcome = plan.outcome.word
        preconditions = plan.preconditions.map(ConditionView.init)
        effects = plan.effects.map(\.name.rawValue)
        destination = plan.destination.rawValue
        blastRadius = plan.blastRadius.map(RadiusView.init)
        cuts = plan.cuts.map(CutView.init)
        streamsBefore = plan.streams?.before
        streamsAfter = plan.streams?.after
        error = session.failure(of: plan).map { FailureView($0, device: plan.device.description) }
    }
}

extension Assignment.Plan.Outcome {
    /// The outcome's stable name.
    var word: String {
        switch self {
        case .go: "go"
        case .alreadyThere: "already-there"
        case .stepsAside: "steps-aside"
        case .blocked: "blocked"
        }
    }
}
