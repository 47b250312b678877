internal import Assignment
internal import Emulator
internal import IOMMU
internal import PCIe
internal import StrictYAML

extension Scenario {
    /// The scenario as YAML, from which an equal one can be read.
    public var text: String { ScenarioWriter(self).text(remarks: [:], preamble: []) }
}

/// Writes a scenario in the style of those that people write.
struct ScenarioWriter {
    private let scenario: Scenario
    private let places: Places

    init(_ scenario: Scenario) {
        self.scenario = scenario
        places = Places(scenario.topology)
    }

    /// The file: a preamble of comment lines, the scenario, and remarks as comments above steps (by index).
    func text(remarks: [Int: [String]], preamble: [String]) -> String {
        var entries: [YAMLTree.Entry] = [YAMLTree.Entry("version", "1"), YAMLTree.Entry("title", title), subject]
        entries += topology
        if scenario.seed != 1 { entries.append(YAMLTree.Entry("seed", "\(scenario.seed)")) }
        let steps = scenario.steps.enumerated().map { number, step in
            YAMLTree.remarked(remarks[number] ?? [], .lines(self.entries(of: step)))
        }
        entries.append(YAMLTree.Entry("steps", .items(steps)))
        if !scenario.final.isEmpty { entries.append(YAMLTree.Entry("final", .lines(final))) }
        return preamble.map { $0.isEmpty ? "#\n" : "# \($0)\n" }.joined() + YAMLTree.document(entries)
    }

    private var title: YAMLTree { .scalar(scenario.title) }

    private var subject: YAMLTree.Entry {
        switch scenario.subject {
        case .rule(let name): YAMLTree.Entry("rule", .scalar(name))
        case .clause(let text): YAMLTree.Entry("clause", .scalar(text))
        case .counterexample(let name): YAMLTree.Entry("breaks", .scalar(name))
        }
    }

    private var topology: [YAMLTree.Entry] {
        var entries: [YAMLTree.Entry]
        switch scenario.source {
        case .demo: entries = [YAMLTree.Entry("topology", "demo")]
        case .file(let path): entries = [YAMLTree.Entry("topology", .scalar(path))]
        case .here:
            var topology = scenario.topology
            if scenario.platform != nil { topology.profile = .standard }
            entries = [YAMLTree.Entry("topology", .lines(topology.entries))]
        }
        if let platform = scenario.platform { entries.append(YAMLTree.Entry("platform", "\(platform)")) }
        return entries
    }

    private var final: [YAMLTree.Entry] {
        scenario.final.map { expected in
            YAMLTree.Entry(places.name(of: expected.device.function), .mapping(expected.expectations.map(\.entry)))
        }
    }

    // MARK: Steps

    private func entries(of step: Step) -> [YAMLTree.Entry] {
        var entries = entries(of: step.act)
        if let interruption = step.interruption {
            entries.append(YAMLTree.Entry(interruption.kind.rawValue, .scalar(interruption.effect.word)))
        }
        if !step.expectations.isEmpty {
            entries.append(YAMLTree.Entry("expect", .mapping(step.expectations.map(\.entry))))
        }
        return entries
    }

    private func entries(of act: Act) -> [YAMLTree.Entry] {
        func name(_ place: Place) -> YAMLTree { .scalar(places.name(of: place.function)) }
        let (subject, parameters): (YAMLTree, [YAMLTree.Entry]) =
            switch act {
            case .convert(let act): (name(act.place), self.parameters(of: act))
            case .release(let place, let rest, let takes):
                (
                    name(place),
                    [YAMLTree.Entry("to", .scalar(rest.rawValue))] + words([("take-siblings", takes)])
                )
            case .recover(let place, let request):
                (
                    name(place),
                    words([
                        ("from-quarantine", request.fromQuarantine), ("convert-again", request.convertAgain),
                        ("allow-conventional-reset", request.allowConventionalReset),
                        ("accept-identity", request.acceptIdentity), ("take-siblings", request.takeSiblings),
                    ])
                )
            case .disconnect(let place, let force): (name(place), words([("force", force)]))
            case .plan(let place, let domain):
                (name(place), [YAMLTree.Entry("domain", .scalar(places.name(of: domain)))])
            case .observe(let place, let observation):
                (name(place), [YAMLTree.Entry("noticed", .scalar(observation.word))])
            case .notices(let place), .confirm(let place), .restart(let place), .check(let place): (name(place), [])
            case .inject(let fault): (.mapping(self.entries(of: fault)), [])
            case .event(let event): (.mapping(self.entries(of: event)), [])
            case .advance(let nanoseconds): (.duration(nanoseconds: nanoseconds), [])
            case .dma(let act): (name(act.place), self.parameters(of: act))
            case .interrupt(let place, let tBit): (name(place), self.parameter(tBit))
            case .peer(let place, let other, let tBit):
                (name(place), [YAMLTree.Entry("to", name(other))] + self.parameter(tBit))
            }
        return [YAMLTree.Entry(act.name.rawValue, subject)] + parameters
    }

    private func parameters(of act: ConvertAct) -> [YAMLTree.Entry] {
        let standard = StandingOrders()
        var entries = [YAMLTree.Entry("domain", .scalar(places.name(of: act.domain)))]
        entries += words([
            ("convert-again", act.orders.convertAgain), ("allow-conventional-reset", act.orders.allowConventionalReset),
        ])
        if act.orders.recoveryLimit != standard.recoveryLimit {
            entries.append(YAMLTree.Entry("recovery-limit", "\(act.orders.recoveryLimit)"))
        }
        return entries + words([("unplanned", act.isUnplanned)])
    }

    private func parameters(of act: DMAAct) -> [YAMLTree.Entry] {
        parameter(act.tBit) + [YAMLTree.Entry("address", .hexadecimal(act.address))]
            + words([("write", act.access == .write)])
    }

    private func parameter(_ tBit: TBit?) -> [YAMLTree.Entry] {
        tBit.map { [YAMLTree.Entry("t", $0 == .trusted ? "1" : "0")] } ?? []
    }

    /// The words that are said; what is left out is false.
    func words(_ words: [(String, Bool)]) -> [YAMLTree.Entry] {
        words.filter(\.1).map { YAMLTree.Entry($0.0, "true") }
    }

    // MARK: Names

    func function(_ address: FunctionAddress) -> YAMLTree { .scalar(places.name(of: address)) }
    func domain(_ id: DomainID) -> YAMLTree { .scalar(places.name(of: id)) }
}

extension Expectation {
    fileprivate var entry: YAMLTree.Entry { YAMLTree.Entry(aspect.rawValue, wanted.tree) }
}

extension Expectation.Wanted {
    fileprivate var tree: YAMLTree {
        switch self {
        case .word(let word), .containing(let word): .scalar(word)
        case .exactly(let words), .inOrder(let words), .without(let words): .list(words.map(YAMLTree.scalar))
        case .counts(let counts): .mapping(counts.map { YAMLTree.Entry($0.word, "\($0.count)") })
        }
    }
}
