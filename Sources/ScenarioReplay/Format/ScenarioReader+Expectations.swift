internal import Assignment
internal import AssignmentService
internal import Emulator
internal import StrictYAML
internal import TDISP

// Expectations: aspect and value. Words are checked here, so that a misspelled one is an error and not a failure.

extension ScenarioReader {
    func expectations(_ node: YAMLNode, _ aspects: [Aspect]) throws(YAMLError) -> [Expectation] {
        try node.mapping { map throws(YAMLError) in
            var expectations: [Expectation] = []
            for aspect in aspects {
                guard let value = map.optional(aspect.rawValue) else { continue }
                expectations.append(
                    Expectation(aspect: aspect, wanted: try wanted(aspect, value), position: value.position))
            }
            return expectations
        }
    }

    private func wanted(_ aspect: Aspect, _ node: YAMLNode) throws(YAMLError) -> Expectation.Wanted {
        switch aspect {
        case .blocked: .exactly(try words(node, PreconditionName.allCases.map(\.rawValue)))
        case .effects: .exactly(try words(node, EffectName.effects.map(\.rawValue)))
        case .effectsInOrder: .inOrder(try words(node, EffectName.effects.map(\.rawValue)))
        case .noEffects: .without(try words(node, EffectName.effects.map(\.rawValue)))
        case .noticed: .exactly(try words(node, Observation.all.map(\.word)))
        case .sent: .counts(try counts(node))
        case .says, .conversion: .containing(try node.string())
        case .peers: .exactly(try functions(node))
        case .trouble: .word(try phrase(node, Trouble.phrases, "a trouble such as 'lock failed device-refused'"))
        case .cause: .word(try phrase(node, FailureCause.phrases, "a cause such as 'unexpected-state ERROR'"))
        case .physical: .word("0x" + String(try node.byteCount(), radix: 16))
        case .epoch, .translations: .word("\(try node.integer(UInt32.self))")
        case .rekeyOwed, .guestDriver, .delivered: .word("\(try node.bool())")
        case .driver: .word(try node.string())
        case .end, .reason, .rule, .phase, .state, .owner, .suspicion, .hostdev, .binding, .connection, .stream, .t0,
            .t1, .reaches, .stoppedBy, .refused:
            .word(try word(node, vocabulary(aspect)))
        }
    }

    /// The words that an aspect of one word can have.
    private func vocabulary(_ aspect: Aspect) -> [String] {
        switch aspect {
        case .end: End.allCases.map(\.rawValue)
        case .reason: Refusal.Reason.allCases.map(\.word) + QuarantineReason.allCases.map(\.rawValue)
        case .rule: SafetyRule.allCases.map(\.rawValue) + ["none"]
        case .phase: Phase.allCases.map(\.rawValue)
        case .state: TDIState.words
        case .suspicion: Suspicion.Standing.names
        case .owner, .hostdev: places.domainNames + ["none"]
        case .binding: Phase.allCases.map(\.rawValue) + ["none"]
        case .connection: ConnectionState.Name.allCases.map(\.rawValue)
        case .stream: StreamWord.allCases.map(\.rawValue)
        case .t0, .t1, .reaches:
            ["none", "host"]
                + places.domainNames.flatMap {
                    ["shared of \($0)", "private of \($0)", "private of \($0), shared of \($0)"]
                }
        case .stoppedBy: DMAStop.words + RequestStop.words
        case .refused: EventRefusal.Name.allCases.map(\.rawValue) + ["none"]
        case .blocked, .trouble, .says, .cause, .effects, .effectsInOrder, .noEffects, .noticed, .sent, .epoch,
            .rekeyOwed, .guestDriver, .driver, .translations, .peers, .conversion, .delivered, .physical:
            []
        }
    }

    private func word(_ node: YAMLNode, _ words: [String]) throws(YAMLError) -> String {
        words[try node.choice(among: words)]
    }

    private func words(_ node: YAMLNode, _ words: [String]) throws(YAMLError) -> [String] {
        var found: [String] = []
        for item in try node.list() { found.append(try word(item, words)) }
        return found
    }

    private func phrase(_ node: YAMLNode, _ phrases: Set<String>, _ what: String) throws(YAMLError) -> String {
        let text = try node.string()
        guard phrases.contains(text) else { throw node.error("expected \(what), found '\(text)'") }
        return text
    }

    /// Functions by their addresses.
    private func functions(_ node: YAMLNode) throws(YAMLError) -> [String] {
        var found: [String] = []
        for item in try node.list() { found.append("\(try places.function(item).function)") }
        return found
    }

    private func counts(_ node: YAMLNode) throws(YAMLError) -> [Expectation.Count] {
        var counts: [Expectation.Count] = []
        for entry in try node.entries() {
            counts.append(
                Expectation.Count(
                    word: try entry.key.choice(ProtocolMessage.self).rawValue,
                    count: try entry.value.integer(Int.self, in: 0...10_000)))
        }
        return counts
    }
}
