import Assignment

/// A step in one line: what went in, where it led, what was begun.
private func stepLine(event: String, detail: String, from old: String?, to new: String, begun: String?) -> String {
    var line = detail.isEmpty ? event : "\(event): \(detail)"
    if let old, old != new { line += "; \(old) -> \(new)" }
    if let begun { line += "; \(begun)" }
    return line
}

extension AssignmentStep {
    /// The step in one line, for a function whose recorded phase was `phase`.
    func line(from phase: String?) -> String {
        stepLine(
            event: event.line, detail: detail, from: phase, to: state.phase.rawValue, begun: effect.line)
    }
}

extension ConnectionStep {
    /// The step in one line, for a connection whose recorded state was `name`.
    func line(from name: String?) -> String {
        stepLine(event: event.line, detail: detail, from: name, to: state.name.rawValue, begun: effect.line)
    }
}

extension AssignmentEvent {
    var kind: HistoryEntry.Kind {
        switch self {
        case .convert, .release, .recover, .cancel: .request
        case .finished, .answered: .outcome
        case .observed, .restarted, .foundShut: .observation
        }
    }

    var line: String {
        switch self {
        case .convert(let domain, let orders): "convert for domain \(domain)" + orders.line
        case .release(let rest, let takes): "release to \(rest.rawValue)" + words([(takes, "its siblings may fall")])
        case .recover(let request): "recover" + request.line
        case .cancel: "cancel"
        case .finished(let effect, let outcome): "\(effect.rawValue) \(outcome.line)"
        case .answered(let state): "the device answered \(state)"
        case .observed(let observation): observation.line
        case .restarted(let effect): "the manager restarted during \(effect.rawValue)"
        case .foundShut: "found shut by the platform; nobody recorded why"
        }
    }
}

/// What was said besides, each behind a comma.
private func words(_ words: [(said: Bool, String)]) -> String { words.filter(\.said).map { ", \($0.1)" }.joined() }

extension StandingOrders {
    fileprivate var line: String {
        words([
            (convertAgain, "again after a recovery"), (allowConventionalReset, "the whole device may be reset"),
            (convertAgain, "at most \(recoveryLimit) times in a row"),
        ])
    }
}

extension RecoveryRequest {
    fileprivate var line: String {
        words([
            (fromQuarantine, "out of quarantine"), (convertAgain, "and convert again"),
            (acceptIdentity, "another identity is accepted"),
            (allowConventionalReset, "the whole device may be reset"), (takeSiblings, "its siblings may fall"),
        ])
    }
}

extension Observation {
    fileprivate var line: String {
        switch self {
        case .state(let state): "the device is in \(state)"
        case .streamInsecure: "the IDE stream left Secure"
        case .sessionLost: "the SPDM session ended"
        case .deviceGone: "the device does not answer"
        case .deviceReset: "someone reset the device"
        case .domainStopped: "the domain stopped"
        case .hostdevRemoved: "someone took the device out of the domain"
        case .driverTimeout: "the guest's driver does not answer"
        }
    }
}

extension Outcome {
    fileprivate var line: String {
        switch self {
        case .succeeded: "succeeded"
        case .failed(let reason): "failed (\(reason.rawValue))"
        case .unknown: "has an unknown outcome"
        }
    }
}

extension Refusal {
    fileprivate var line: String { "refused (\(reason.rawValue)" + (rule.map { ", rule \($0.rawValue)" } ?? "") + ")" }
}

extension AssignmentEffect {
    /// What was begun; nil when nothing was.
    var line: String? {
        if case .refuse(let refusal) = self { return refusal.line }
        return self == .none ? nil : "begun: \(name.rawValue)"
    }
}

extension ConnectionEvent {
    var kind: HistoryEntry.Kind {
        switch self {
        case .require, .rekey, .disconnect: .request
        case .finished: .outcome
        case .lost, .restarted: .observation
        }
    }

    var line: String {
        switch self {
        case .require: "connection required"
        case .rekey: "new keys required"
        case .disconnect(_, let force): force ? "disconnect, by force" : "disconnect"
        case .finished(let effect, let outcome): "\(effect.rawValue) \(outcome.line)"
        case .lost(let loss): "connection lost (\(loss.rawValue))"
        case .restarted(let alive): "the manager restarted; the connection is \(alive ? "alive" : "gone")"
        }
    }
}

extension ConnectionEffect {
    /// What was begun; nil when nothing was.
    var line: String? {
        if case .refuse(let refusal) = self { return refusal.line }
        return self == .none ? nil : "begun: \(name.rawValue)"
    }
}
