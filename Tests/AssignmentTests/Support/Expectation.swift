import Assignment

/// What one cell of a table says.
///
/// | cell | next state | effect |
/// |---|---|---|
/// | `.` | the same | none |
/// | `~` | the same phase and step, something it carries changed | none |
/// | `!word` | the same | refuse, for the reason that the word stands for |
/// | `cut` | failed, first cut | cut 0 |
/// | a label | phase and step | the one that ``Expectation/effects`` gives for it |
enum Expectation {
    case unchanged
    case carried
    case refused(Refusal)
    case entered(String)

    init?(_ cell: String) {
        switch cell {
        case ".": self = .unchanged
        case "~": self = .carried
        case "cut": self = .entered("failed.cut0")
        default:
            if cell.hasPrefix("!") {
                guard let refusal = Self.refusals[String(cell.dropFirst())] else { return nil }
                self = .refused(refusal)
            } else {
                guard Self.effects[cell] != nil else { return nil }
                self = .entered(cell)
            }
        }
    }

    private static let refusals = [
        "busy": Refusal(.busy),
        "there": Refusal(.alreadyThere),
        "owned": Refusal(.ownedByAnother, rule: .oneOwner),
        "unassigned": Refusal(.notAssigned),
        "none": Refusal(.nothingToRecover),
        "put-away": Refusal(.quarantined, rule: .oneOwner),
    ]

    /// What is different, or nil when the transition is as expected.
    func difference(_ before: AssignmentState, _ after: AssignmentTransition) -> String? {
        let isRight =
            switch self {
            case .unchanged: after.state == before && after.effect == .none
            case .carried: after.state != before && after.state.label == before.label && after.effect == .none
            case .refused(let refusal): after.state == before && after.effect == .refuse(refusal)
            case .entered(let label): after.state.label == label && after.effect.label == Self.effects[label]
            }
        return isRight ? nil : "expected \(self), got \(after.state.label) and \(after.effect.label)"
    }

    /// The effect that each state starts when it is entered.
    static let effects = Dictionary(
        uniqueKeysWithValues: legend.split(separator: "\n").map { line in
            let halves = line.split(separator: "|").map { $0.split(separator: " ").joined(separator: " ") }
            return (halves[0], halves[1])
        })

    private static let legend = """
        available              | none
        attaching.release      | release-host-driver
        attaching.connect      | connect
        attaching.attach       | attach
        attached               | none
        quiescing.connect      | connect
        quiescing.unbind       | unbind-guest-driver
        quiescing.drain        | drain-dma
        quiescing.save         | save-ledger
        quiescing.drop         | drop-mappings
        locking                | lock
        locked                 | collect-evidence
        attesting              | appraise
        attested               | reconfirm
        accepting              | accept
        confirming.bind        | bind-guest-driver
        confirming.probe       | probe-private
        private                | none
        releasing.unbind       | unbind-guest-driver
        releasing.cut          | cut 0
        releasing.stop         | stop
        releasing.reset        | reset function
        releasing.connect      | connect
        releasing.compare      | compare-identity
        releasing.configure    | restore-configuration
        releasing.prove        | prove-return
        releasing.restore      | restore-mappings
        releasing.bind         | bind-guest-driver
        detaching.unbind       | unbind-guest-driver
        detaching.reset        | reset function
        detaching.connect      | connect
        detaching.compare      | compare-identity
        detaching.prove        | prove-return
        detaching.detach       | detach
        detaching.rekey        | rekey
        detaching.return       | return-host-driver
        failed.cut0            | cut 0
        failed.cut1            | cut 1
        failed.cut2            | cut 2
        away.cut0              | cut 0
        away.cut1              | cut 1
        away.cut2              | cut 2
        recovering1.stop       | stop
        recovering1.reset      | reset function
        recovering1.connect    | connect
        recovering1.compare    | compare-identity
        recovering1.adopt      | adopt-identity
        recovering1.configure  | restore-configuration
        recovering1.prove      | prove-return
        recovering1.pause      | pause
        recovering1.restore    | restore-mappings
        recovering1.bind       | bind-guest-driver
        recovering2.session  | connect
        recovering2.stop       | stop
        recovering2.reset      | reset function
        recovering2.connect    | connect
        recovering2.compare    | compare-identity
        recovering2.configure  | restore-configuration
        recovering2.prove      | prove-return
        recovering2.restore    | restore-mappings
        recovering2.bind       | bind-guest-driver
        recovering3.device     | reset conventional
        recovering3.connect    | connect
        recovering3.compare    | compare-identity
        recovering3.configure  | restore-configuration
        recovering3.prove      | prove-return
        recovering3.restore    | restore-mappings
        recovering3.bind       | bind-guest-driver
        quarantined            | none
        unknown.cut0           | cut 0
        unknown.cut1           | cut 1
        unknown.cut2           | cut 2
        unknown.ask            | ask-state
        """
}

/// Compares a whole table with the machine: every situation, every column. One line for each cell that differs.
func differences(
    _ table: TransitionTable, _ event: (String, AssignmentState) -> AssignmentEvent?
) -> [String] {
    var found = table.problems(states: Situation.allCases.map(\.rawValue))
    for situation in Situation.allCases {
        let before = situation.state
        for column in table.columns {
            let place = "\(situation.rawValue) x \(column): "
            guard var cell = table.cell(situation.rawValue, column) else { continue }
            if cell == "=" { cell = table.cell(situation.rawValue, "failed") ?? cell }
            guard let expectation = Expectation(cell), let event = event(column, before) else {
                found.append(place + "'\(cell)' means nothing")
                continue
            }
            let after = AssignmentMachine.step(before, event)
            if let difference = expectation.difference(before, after) { found.append(place + difference) }
        }
    }
    return found
}
