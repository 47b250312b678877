internal import Assignment
internal import Emulator
internal import IOMMU
internal import TDISP

// Scenario files, results and traces use one vocabulary: kebab-case for our own words, the specification's spelling for its.

/// A word of the code as scenario files spell it: `deviceRefused` is `device-refused`.
func kebab(_ word: String) -> String {
    word.reduce(into: "") { text, character in
        text += character.isUppercase ? "-\(character.lowercased())" : String(character)
    }
}

extension RawRepresentable where RawValue == String {
    /// The value as scenario files spell it.
    var word: String { kebab(rawValue) }
}

extension TDIState {
    static let words = allCases.map(\.description) + ["none"]
}

extension Outcome {
    /// `succeeded`, `failed device-refused` or `unknown`.
    var phrase: String {
        switch self {
        case .succeeded: "succeeded"
        case .failed(let reason): "failed \(reason.word)"
        case .unknown: "unknown"
        }
    }

    /// Every outcome that is a trouble.
    static let troubles = FailureReason.allCases.map(Outcome.failed) + [.unknown]
}

extension Observation {
    /// One word; for a state that was answered, the state's name.
    var word: String {
        switch self {
        case .state(let state): state.description
        case .streamInsecure: "stream-insecure"
        case .sessionLost: "session-lost"
        case .deviceGone: "device-gone"
        case .deviceReset: "device-reset"
        case .domainStopped: "domain-stopped"
        case .hostdevRemoved: "hostdev-removed"
        case .driverTimeout: "driver-timeout"
        }
    }

    static let all: [Observation] =
        TDIState.allCases.map(Observation.state) + [
            .streamInsecure, .sessionLost, .deviceGone, .deviceReset, .domainStopped, .hostdevRemoved, .driverTimeout,
        ]
}

extension FailureCause {
    /// For example `stream-insecure`, `unexpected-state ERROR`, `lock failed device-refused`, `interrupted lock`.
    var phrase: String {
        switch self {
        case .unexpectedState(let state): "unexpected-state \(state)"
        case .effectFailed(let effect, let reason): "\(effect.rawValue) \(Outcome.failed(reason).phrase)"
        case .outcomeUnknown(let effect): "\(effect.rawValue) \(Outcome.unknown.phrase)"
        case .interrupted(let effect): "interrupted \(effect.rawValue)"
        case .streamInsecure, .sessionLost, .deviceGone, .deviceReset, .domainStopped, .hostdevRemoved, .driverTimeout,
            .cancelled, .ordered, .foundShut:
            kind.word
        }
    }

    /// The causes without what belongs to them.
    enum Kind: String, CaseIterable {
        case unexpectedState, streamInsecure, sessionLost, deviceGone, deviceReset, domainStopped, hostdevRemoved,
            driverTimeout, effectFailed, outcomeUnknown, cancelled, ordered, interrupted, foundShut
    }

    /// The cause without what belongs to it.
    var kind: Kind {
        switch self {
        case .unexpectedState: .unexpectedState
        case .streamInsecure: .streamInsecure
        case .sessionLost: .sessionLost
        case .deviceGone: .deviceGone
        case .deviceReset: .deviceReset
        case .domainStopped: .domainStopped
        case .hostdevRemoved: .hostdevRemoved
        case .driverTimeout: .driverTimeout
        case .effectFailed: .effectFailed
        case .outcomeUnknown: .outcomeUnknown
        case .cancelled: .cancelled
        case .ordered: .ordered
        case .interrupted: .interrupted
        case .foundShut: .foundShut
        }
    }

    static let phrases = Set(
        [
            FailureCause.streamInsecure, .sessionLost, .deviceGone, .deviceReset, .domainStopped, .hostdevRemoved,
            .driverTimeout, .cancelled, .ordered, .foundShut,
        ].map(\.phrase) + TDIState.allCases.map { FailureCause.unexpectedState($0).phrase }
            + EffectName.effects.map { FailureCause.interrupted($0).phrase } + EffectName.troubles)
}

extension EffectName {
    /// What can start: every name but those of nothing and of a refusal.
    static let effects = allCases.filter { $0 != .none && $0 != .refuse }

    /// Every effect with every outcome that is a trouble.
    static let troubles = effects.flatMap { effect in Outcome.troubles.map { "\(effect.rawValue) \($0.phrase)" } }
}

extension FrameOwner {
    /// `host`, `shared of web1`, `private of web1`.
    func phrase(_ domainNames: [DomainNumber: String]) -> String {
        func name(_ number: DomainNumber) -> String { domainNames[number] ?? "\(number)" }
        return switch self {
        case .host: "host"
        case .shared(let number): "shared of \(name(number))"
        case .private(let number): "private of \(name(number))"
        }
    }
}

extension DMAStop {
    static let words = [
        "not-sent", "device-gone", "foreign-requester", "no-secure-stream", "integrity-check-failed", "address-range",
        "gate", "bus-master-disabled", "not-translated", "pasid", "no-context", "context-of-other", "not-mapped",
        "permission", "no-memory", "ownership",
    ]
}

extension RequestStop {
    /// What stopped it, in one word.
    var word: String {
        switch self {
        case .notSent: "not-sent"
        case .deviceGone: "device-gone"
        case .rejected: "rejected"
        case .refused(.closed): "closed"
        case .refused(.noATS): "no-ats"
        case .refused(.notBound): "not-bound"
        case .refused(.fault(let fault)): fault.check.name
        }
    }

    /// The words that a DMA to memory cannot be stopped by.
    static let words = ["rejected", "closed", "not-bound"]
}
