internal import StrictYAML

/// One step of a scenario: an act and what is expected of it.
struct Step: Equatable, Sendable {
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

    /// A step of a scenario that is not written yet.
    init(_ act: Act, _ interruption: Interruption? = nil, expecting expectations: [Expectation] = []) {
        self.init(act: act, interruption: interruption, expectations: expectations, position: .unwritten)
    }

    init(act: Act, interruption: Interruption?, expectations: [Expectation], position: YAMLPosition) {
        self.act = act
        self.interruption = interruption
        self.expectations = expectations
        self.position = position
    }

    static func == (left: Step, right: Step) -> Bool {
        left.act == right.act && left.interruption == right.interruption && left.expectations == right.expectations
    }
}

extension YAMLPosition {
    /// Of what is not written in any file yet.
    static let unwritten = YAMLPosition(file: "", line: 1, column: 1)
}

/// What happens to the manager in the middle of an act.
struct Interruption: Equatable, Sendable {
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

    static func == (left: Interruption, right: Interruption) -> Bool {
        left.kind == right.kind && left.effect == right.effect
    }
}

/// What a scenario expects of one function when all steps are done.
struct FinalExpectation: Equatable, Sendable {
    let device: Place
    let expectations: [Expectation]
}
