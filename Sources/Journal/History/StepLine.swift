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
        case .convert(let domain, _): "convert for domain \(domain)"
        case .release(let rest, let takes): "release to \(rest.rawValue)\(takes ? ", its siblings may fall" : "")"
        case .recover(let request): "recover\(request.takeSiblings ? ", its siblings may fall" : "")"
        case .cancel: "cancel"
        case .finished(let effect, let outcome): "\(effect.rawValue) \(outcome.line)"
        case .answered(let state): "the device answered \(state)"
        case .observed(let observation): observation.line
        case .restarted(let effect): "the manager restarted during \(effect.rawValue)"
        case .foundShut: "found shut by the platform; nobody recorded why"
        }
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
