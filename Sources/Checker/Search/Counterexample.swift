/// How a rule is broken: steps from an initial state, not folded, so that they can be taken again.
public struct Counterexample<System: TransitionSystem>: Sendable {
    /// One step.
    public struct Step: Hashable, Sendable {
        /// What was done.
        public let label: System.Label
        /// Where that led.
        public let state: System.Word
    }

    /// Which rule, and how.
    public let violation: Violation
    /// Where it begins.
    public let start: System.Word
    /// What is done then.
    public let steps: [Step]
    /// For a rule that is broken by never coming to rest: the first of the steps that can go on for ever; what follows
    /// leads back to the state before it, but for names that were folded.
    public let loop: Int?
}

extension Search {
    /// The shortest way to a rule that is broken.
    func counterexample(
        _ finding: Finding<System.Word>, among known: [KnownStates<System.Word>]
    ) -> Counterexample<System> {
        var way = Unfolding(system, along: way(to: finding.state, among: known))
        if let step = finding.step {
            way.go(to: step.target) { [system] in system.violation(of: $0, from: $1) != nil }
        }
        return way.counterexample(finding.violation)
    }

    /// The states on a shortest way to one that was found, itself included.
    ///
    /// Nobody remembers where a state was found first, which saves a third of the memory: the level before is expanded
    /// once more. All levels together are not more work than the search was.
    func way(to word: System.Word, among known: [KnownStates<System.Word>]) -> [System.Word] {
        var way = [word]
        var target = word
        var steps = Steps<System.Word>()
        let depth = known.lazy.compactMap { $0.depth(of: word) }.first ?? 0
        for level in stride(from: depth - 1, through: 0, by: -1) {
            let before = known.lazy.flatMap { known in known.level(level).lazy.map { known.table.words[$0] } }
            guard let source = before.first(where: { leads($0, to: target, &steps) }) else { break }
            way.append(source)
            target = source
        }
        return way.reversed()
    }

    private func leads(_ word: System.Word, to target: System.Word, _ steps: inout Steps<System.Word>) -> Bool {
        steps.removeAll()
        system.appendFoldedSteps(from: word, to: &steps)
        return steps.first { $0.target == target } != nil
    }
}

/// A way that is found along its representatives: real states, from an initial one on.
struct Unfolding<System: TransitionSystem> {
    private let system: System
    private let start: System.Word
    private var now: System.Word
    private var steps: [Counterexample<System>.Step] = []

    /// How many steps were taken.
    var count: Int { steps.count }

    init(_ system: System, along way: [System.Word]) {
        self.system = system
        start = system.initial.first { system.representative(of: $0) == way.first } ?? system.initial.first ?? 0
        now = start
        for word in way.dropFirst() { go(to: word) }
    }

    /// Takes the first step that leads to what the representative stands for. Where a system folds what is not alike there
    /// may be none: the way ends there, and does not reproduce.
    mutating func go(
        to representative: System.Word, by isRight: (Step<System.Word>, System.Word) -> Bool = { _, _ in true }
    ) {
        var choices = Steps<System.Word>()
        system.appendSteps(from: now, to: &choices)
        guard
            let step = choices.first(where: {
                system.representative(of: $0.target) == representative && isRight($0, now)
            })
        else { return }
        now = step.target
        steps.append(Counterexample.Step(label: system.label(step.label), state: now))
    }

    func counterexample(_ violation: Violation, loop: Int? = nil) -> Counterexample<System> {
        Counterexample(violation: violation, start: start, steps: steps, loop: loop)
    }
}
