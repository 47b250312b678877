internal import Assignment
public import Emulator
public import PCIe

extension ScenarioDraft {
    /// A real run as a scenario: what was asked of devices, what went wrong, what was noticed, and that the same comes of it.
    ///
    /// - Parameters:
    ///   - steps: the journal's, in order.
    ///   - topology: the host that it ran on.
    ///   - source: `demo`, or anything else for a topology that is written into the scenario.
    ///   - devices: whose; nil: everyone's.
    ///   - last: only the newest so many acts; what went before is brought about in short. Nil: all of them.
    public init(
        recording steps: [RecordedStep], on topology: Topology, source: String, of devices: Set<FunctionAddress>? = nil,
        last: Int? = nil
    ) {
        let places = Places(topology)
        var translation = RecordingTranslation(places)
        for step in steps where step.concerns(devices, places) { translation.take(step) }
        translation.finish()
        var drafting = ScenarioDrafting()
        for loss in translation.losses { drafting.lose(loss) }
        let acts = translation.acts.suffix(last ?? translation.acts.count)
        drafting.bringAbout(acts, beforeAll: translation.acts.count > acts.count)
        for act in acts {
            for event in act.events { drafting.add(Step(.event(event))) }
            drafting.add(act.finished)
        }
        let final = translation.states.sorted { $0.place.function < $1.place.function }
        let names = final.map { "\($0.place.function)" }.joined(separator: " and ")
        let scenario = Scenario(
            file: "", title: "what happened to \(names), as the journal has it",
            subject: .rule(SafetyRule.alwaysEnds.rawValue),
            source: source == "demo" ? .demo : .here, topology: topology, steps: drafting.steps,
            final: final.map { FinalExpectation(device: $0.place, expectations: $0.state.expectations(places)) })
        self = drafting.draft(of: scenario, preamble: [])
    }
}

extension RecordedStep {
    /// Whether it is about one of these devices, or about a connection of one.
    fileprivate func concerns(_ devices: Set<FunctionAddress>?, _ places: Places) -> Bool {
        guard let devices else { return true }
        return switch self {
        case .assignment(let step): devices.contains(step.device)
        case .connection(let step): devices.contains { places.place(of: $0)?.dsm == step.dsm }
        }
    }
}

extension ScenarioDrafting {
    /// The phases in which devices are when the first of these acts begin, in short.
    fileprivate mutating func bringAbout(_ acts: ArraySlice<RecordedAct>, beforeAll: Bool) {
        var met: Set<FunctionAddress> = []
        for act in acts where beforeAll && met.insert(act.place.function).inserted {
            let state = act.before
            guard let domain = state.domain, state.phase == .attached || state.phase == .private else {
                if state.phase != .available {
                    lose("\(act.place.function) was \(state.phase.rawValue) when this began; here it is available")
                }
                continue
            }
            let orders = state.lineage.orders
            add(Step(.convert(ConvertAct(place: act.place, domain: domain, orders: orders, isUnplanned: false))))
            if state.phase == .attached { add(Step(.release(act.place, to: .attached, takeSiblings: false))) }
        }
    }
}

extension AssignmentState {
    /// What is recorded in the end.
    fileprivate func expectations(_ places: Places) -> [Expectation] {
        var expected: [(Aspect, String)] = [(.phase, phase.rawValue)]
        if case .quarantined(let put) = self { expected.append((.reason, put.reason.rawValue)) }
        expected.append((.owner, domain.map(places.name) ?? "none"))
        return expected.map { Expectation(aspect: $0, wanted: .word($1), position: .unwritten) }
    }
}
