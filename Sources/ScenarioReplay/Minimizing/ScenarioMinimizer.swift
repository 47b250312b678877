/// Shrinks a scenario that fails to the least that still fails in the same way.
///
/// Steps first, in halves, quarters, ... and one by one (delta debugging); then what single steps say; and both again until
/// nothing can go any more. The same scenario always gives the same one.
public struct ScenarioMinimizer {
    /// A smaller scenario.
    public struct Result: Equatable, Sendable {
        /// The scenario.
        public let scenario: Scenario
        /// How it fails, one line.
        public let failure: String
        /// How many replays it took.
        public let replays: Int
    }

    private let file: String
    private let engine: Engine
    private let failure: Failure
    private var best: Scenario
    private var replays = 1

    /// Minimizes; nil: the scenario does not fail.
    public static func minimize(_ scenario: Scenario) async -> Result? { await minimize(scenario, .shipped) }

    /// Minimizes what fails with an engine that may be faulty.
    static func minimize(_ scenario: Scenario, _ engine: Engine) async -> Result? {
        guard let difference = await ScenarioRunner.run(scenario, engine).difference else { return nil }
        var minimizer = ScenarioMinimizer(
            file: scenario.file, engine: engine, failure: Failure(difference, in: scenario), best: scenario)
        await minimizer.shrink()
        return Result(
            scenario: minimizer.best,
            failure: "\(difference.aspect): expected \(difference.expected), saw \(difference.seen)",
            replays: minimizer.replays)
    }

    private init(file: String, engine: Engine, failure: Failure, best: Scenario) {
        self.file = file
        self.engine = engine
        self.failure = failure
        self.best = best
    }

    private mutating func shrink() async {
        var before: Scenario
        repeat {
            before = best
            await removeSteps()
            await simplifySteps()
            await simplifyFinal()
        } while best != before
    }

    // MARK: What goes

    /// The longest runs of steps first, from the end on: what follows a failure is of no use.
    private mutating func removeSteps() async {
        var size = best.steps.count
        while size > 0 {
            var end = best.steps.count
            while end > 0 {
                var candidate = best
                candidate.steps.removeSubrange(max(0, end - size)..<end)
                if await !keep(candidate) { end -= size } else { end = min(end - size, best.steps.count) }
            }
            size /= 2
        }
    }

    private mutating func simplifySteps() async {
        for index in best.steps.indices {
            var isSmaller = true
            while isSmaller {
                isSmaller = false
                for step in best.steps[index].simpler {
                    var candidate = best
                    candidate.steps[index] = step
                    if await keep(candidate) {
                        isSmaller = true
                        break
                    }
                }
            }
        }
    }

    /// What holds in the end has to say something of one function, unless it is about a rule.
    private mutating func simplifyFinal() async {
        for index in best.final.indices.reversed() {
            var candidate = best
            candidate.final.remove(at: index)
            if await keep(candidate) { continue }
            for expectation in best.final[index].expectations.indices.reversed() {
                var candidate = best
                let final = candidate.final[index]
                var expectations = final.expectations
                expectations.remove(at: expectation)
                candidate.final[index] = FinalExpectation(device: final.device, expectations: expectations)
                _ = await keep(candidate)
            }
        }
    }

    /// Keeps a candidate if it can be read as a file, and fails as the first one did.
    private mutating func keep(_ candidate: Scenario) async -> Bool {
        guard let scenario = try? Scenario(parsing: candidate.text, file: file) else { return false }
        replays += 1
        guard let difference = await ScenarioRunner.run(scenario, engine).difference,
            Failure(difference, in: scenario) == failure
        else { return false }
        best = scenario
        return true
    }
}

/// A way to fail, wherever in a scenario that is.
private struct Failure: Hashable {
    /// What was looked at: the key of an expectation, or a rule.
    let aspect: String
    /// What was expected and seen; of a rule, whose words name what was there, nothing.
    let expected: String?
    let seen: String?
    /// In which act; nil: in the end.
    let act: Act.Name?

    init(_ difference: ScenarioResult.Difference, in scenario: Scenario) {
        aspect = difference.aspect
        let isRule = difference.isRule
        expected = isRule ? nil : difference.expected
        seen = isRule ? nil : difference.seen
        act = isRule ? nil : difference.step.map { scenario.steps[$0 - 1].act.name }
    }
}
