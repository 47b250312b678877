internal import StrictYAML

/// One step of a scenario: an act and what is expected of it.
struct Step: Sendable {
    let act: Act
    /// What happens to the manager while it acts.
    let interruption: Interruption?
    let expectations: [Expectation]
    /// Where the act is written.
    let position: YAMLPosition

    /// Whether the manager dies of it.
    var isDeadly: Bool {
        switch interruption?.kind {
        case .crashBefore, .crashAfter: true
        case .cancelAt, nil: false
        }
    }
}

/// What happens to the manager in the middle of an act.
struct Interruption: Sendable {
    enum Kind: String, CaseIterable, Sendable {
        /// The operator cancels the conversion as the effect starts.
        case cancelAt = "cancel-at"
        /// The manager dies before the effect is carried out.
        case crashBefore = "crash-before"
        /// The manager dies once the effect has been carried out, before it is told.
        case crashAfter = "crash-after"
    }

    let kind: Kind
    /// At this effect, the next time that it starts.
    let effect: PlatformEffect
    let position: YAMLPosition
}

/// What a scenario expects of one function when all steps are done.
struct FinalExpectation: Sendable {
    let device: Place
    let expectations: [Expectation]
}
