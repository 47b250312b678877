internal import Assignment
internal import AssignmentService
internal import Emulator

/// How an act ended.
enum End: String, CaseIterable, Sendable {
    /// As it was meant to.
    case done
    /// A plan: nothing stands in the way.
    case go
    /// The device already was where it was to be brought; nothing was changed.
    case alreadyThere = "already-there"
    /// There is nothing to protect; nothing was changed.
    case stepsAside = "steps-aside"
    /// A precondition does not hold; nothing was begun.
    case blocked
    /// The engine said no; nothing was changed.
    case refused
    /// Something failed; the device is back at rest.
    case failed
    /// The device was put away.
    case quarantined
    /// The journal could not be written.
    case journal
    /// The last step is not in the journal.
    case unrecorded
    /// The manager died.
    case crashed
    /// There was nothing to be brought to rest.
    case nothingToDo = "nothing-to-do"

    init(_ end: OperationResult.End) {
        switch end {
        case .done: self = .done
        case .alreadyThere: self = .alreadyThere
        case .refused: self = .refused
        case .failed: self = .failed
        case .quarantined: self = .quarantined
        case .journal: self = .journal
        case .unrecorded: self = .unrecorded
        }
    }

    init(_ outcome: Plan.Outcome) {
        switch outcome {
        case .go: self = .go
        case .alreadyThere: self = .alreadyThere
        case .stepsAside: self = .stepsAside
        case .blocked: self = .blocked
        }
    }
}

/// The state of a stream, both ends taken together.
enum StreamWord: String, CaseIterable {
    /// Both ends are Secure.
    case secure
    /// It is set up, and at least one end is Insecure.
    case insecure
    /// None is set up.
    case none

    init(_ view: StreamView) {
        if view.stream == nil {
            self = .none
        } else {
            self = view.isDeviceSecure && view.isRootPortSecure ? .secure : .insecure
        }
    }
}

extension Trouble {
    /// For example `lock failed device-refused`, `noticed session-lost`, `cancelled`.
    var phrase: String {
        switch what {
        case .effect(let effect, let outcome): "\(effect.rawValue) \(outcome.phrase)"
        case .noticed(let observation): "noticed \(observation.word)"
        case .connection(let loss): "connection \(loss.rawValue)"
        case .foundShut: FailureCause.foundShut.phrase
        case .cancelled: "cancelled"
        }
    }

    static let phrases = Set(
        EffectName.troubles + Observation.all.map { "noticed \($0.word)" }
            + ConnectionLoss.allCases.map { "connection \($0.rawValue)" } + [
                "cancelled", "none", FailureCause.foundShut.phrase,
            ])
}

extension OperationResult.End {
    /// What went wrong first, if anything did.
    var trouble: Trouble? {
        switch self {
        case .failed(let trouble): trouble
        case .quarantined(_, let trouble): trouble
        case .done, .alreadyThere, .refused, .journal, .unrecorded: nil
        }
    }

    /// Why it was refused or put away.
    var reason: String? {
        switch self {
        case .refused(let refusal): refusal.reason.word
        case .quarantined(let reason, _): reason.rawValue
        case .done, .alreadyThere, .failed, .journal, .unrecorded: nil
        }
    }

    /// The rule that a refusal names.
    var rule: SafetyRule? {
        switch self {
        case .refused(let refusal): refusal.rule
        case .done, .alreadyThere, .failed, .quarantined, .journal, .unrecorded: nil
        }
    }
}
