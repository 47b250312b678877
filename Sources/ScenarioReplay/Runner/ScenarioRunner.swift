internal import Assignment
internal import Emulator
internal import StrictYAML

/// Replays scenarios, each on an emulated host of its own, inside this process and in virtual time.
public enum ScenarioRunner {
    /// Replays a scenario up to the first difference.
    ///
    /// Beside what the scenario expects, the safety rules are held against the engine's every step, and after every step of
    /// the scenario against the host.
    public static func run(_ scenario: Scenario) async -> ScenarioResult { await run(scenario, .shipped) }

    /// Replays a scenario with an engine that may be faulty.
    static func run(_ scenario: Scenario, _ engine: Engine) async -> ScenarioResult {
        let stage: Stage
        do throws(StageError) {
            stage = try Stage(scenario, engine)
        } catch {
            return ScenarioResult(
                scenario, trace: Trace(),
                difference: ScenarioResult.Difference(
                    at: YAMLPosition(file: scenario.file, line: 1, column: 1), step: nil, aspect: "topology",
                    expected: "a host that can be built", seen: error.message))
        }
        let difference = await stage.play(scenario)
        return ScenarioResult(
            scenario, trace: stage.recorder.trace, difference: difference, unmet: difference == nil ? stage.unmet : [])
    }
}

extension Stage {
    /// Plays all steps and looks at the end.
    fileprivate func play(_ scenario: Scenario) async -> ScenarioResult.Difference? {
        for (index, step) in scenario.steps.enumerated() {
            if let difference = await play(step, number: index + 1, scenario) { return difference }
        }
        for expected in scenario.final {
            let sightings = await look(at: expected.device)
            if let difference = difference(expected.expectations, sightings, step: nil) { return difference }
        }
        return await leftoverFault(scenario)
    }

    private func play(_ step: Step, number: Int, _ scenario: Scenario) async -> ScenarioResult.Difference? {
        recorder.begin(step: number)
        let before = await situation(of: step.act.place)
        let sightings = await perform(step, number: number)
        await settleDown()
        if let breach = await breach(after: step, from: before) {
            return ScenarioResult.Difference(
                at: step.position, step: number, aspect: breach.rule.rawValue, expected: breach.rule.definition,
                seen: breach.seen, context: context(number))
        }
        if let interruption = step.interruption, manager.life.isWaiting {
            manager.life.arm(nil)
            guard !scenario.isCounterexample else {
                unmet.append("step \(number), \(interruption.kind.rawValue): \(interruption.effect.word) did not start")
                return difference(step.expectations, sightings, step: number)
            }
            return ScenarioResult.Difference(
                at: interruption.position, step: number, aspect: interruption.kind.rawValue,
                expected: "\(interruption.effect.word) starts", seen: "it did not", context: context(number))
        }
        return difference(
            scenario.isCounterexample ? step.expectations : step.allExpectations, sightings, step: number)
    }

    /// The first expectation that is not satisfied.
    private func difference(
        _ expectations: [Expectation], _ sightings: [Aspect: Sighting], step: Int?
    ) -> ScenarioResult.Difference? {
        for expectation in expectations {
            guard let found = expectation.difference(from: sightings[expectation.aspect] ?? .none) else { continue }
            return ScenarioResult.Difference(
                at: expectation.position, step: step, aspect: expectation.aspect.rawValue, expected: found.expected,
                seen: found.seen, context: context(step))
        }
        return nil
    }

    /// The last entries of the trace, of this step only.
    private func context(_ step: Int?) -> [String] {
        recorder.trace.entries.filter { step == nil || $0.step == step }.suffix(6).map(\.description)
    }

    /// A fault that never happened means that the scenario does not show what it says.
    /// Of a counterexample it is only told: what it is about is the rule.
    private func leftoverFault(_ scenario: Scenario) async -> ScenarioResult.Difference? {
        let waiting = await host.withModel { $0.waitingFaults }
        guard !scenario.isCounterexample else {
            unmet += waiting.map { "still waits when all steps are done: \(FaultText.words(of: $0))" }
            return nil
        }
        guard let fault = waiting.first,
            let step = scenario.steps.lastIndex(where: { $0.act.name == .inject })
        else { return nil }
        return ScenarioResult.Difference(
            at: scenario.steps[step].position, step: step + 1, aspect: "inject", expected: "every fault happens",
            seen: "still waits when all steps are done: \(FaultText.words(of: fault))", context: context(nil))
    }
}

extension Step {
    /// What is expected, said or not: an act that says nothing of its end must reach it.
    fileprivate var allExpectations: [Expectation] {
        guard Aspect.after(act.name).contains(.end), !expectations.contains(where: { $0.aspect == .end }) else {
            return expectations
        }
        let end: End = isDeadly ? .crashed : act.name == .plan ? .go : .done
        return [Expectation(aspect: .end, wanted: .word(end.rawValue), position: position)] + expectations
    }
}
