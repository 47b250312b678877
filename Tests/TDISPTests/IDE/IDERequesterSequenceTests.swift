import TDISP
import Testing

/// Whole ways through the requester.
@Suite struct `IDE requester sequences` {
    private typealias Table = `IDE requester`

    private func words(_ effects: [IDERequester.Effect]) -> [String] { effects.map(IDEText.effect) }

    private func perSlot(_ keySet: IDEKeySet, _ words: (String, String) -> [String]) -> [String] {
        ["pr", "npr", "cpl"].flatMap { substream in
            [("rx", "tx"), ("tx", "rx")].flatMap { own, peer in
                words("\(keySet).\(own).\(substream)", "\(keySet).\(peer).\(substream)")
            }
        }
    }

    private func keying(_ keySet: IDEKeySet) -> [String] {
        perSlot(keySet) { device, rootPort in
            ["obtain \(device)", "program \(device)", "program root port \(rootPort)"]
        }
    }

    private func activation(_ keySet: IDEKeySet) -> [String] {
        ["rx", "tx"].flatMap { direction in
            ["pr", "npr", "cpl"].map { "go \(keySet).\(direction).\($0)" }
                + ["activate root port \(keySet).\(direction)"]
        }
    }

    private func stopping(_ keySets: [IDEKeySet]) -> [String] {
        ["disable"]
            + ["tx", "rx"].flatMap { direction in
                keySets.flatMap { keySet in ["pr", "npr", "cpl"].map { "stop \(keySet).\(direction).\($0)" } }
                    + ["erase root port " + keySets.map { "\($0).\(direction)" }.joined(separator: "+")]
            }
    }

    @Test(arguments: IDEKeySet.allCases)
    func `bring-up keys six slots at both ends, receives before it transmits, then enables and confirms`(
        keySet: IDEKeySet
    ) {
        let run = Table.run(IDERequester.initial(Table.link), .start(keySet))
        #expect(
            words(run.effects) == ["query 1"] + keying(keySet) + activation(keySet)
                + ["enable", "read status", "secure \(keySet)"])
        #expect(run.state.name == .secure)
    }

    @Test func `refresh keys and activates the other set and confirms, and back again`() {
        let first = Table.run(Table.Start.secure.state, .refresh)
        #expect(words(first.effects) == keying(.k1) + activation(.k1) + ["read status", "secure k1"])
        let second = Table.run(first.state, .refresh)
        #expect(words(second.effects) == keying(.k0) + activation(.k0) + ["read status", "secure k0"])
    }

    @Test func `stop disables, then stops transmit and receive at both ends`() {
        let run = Table.run(Table.Start.secure.state, .stop)
        #expect(words(run.effects) == stopping([.k0]) + ["closed, stopped"])
    }

    @Test func `stop after a refresh stops both key sets`() {
        let run = Table.run(Table.run(Table.Start.secure.state, .refresh).state, .stop)
        #expect(words(run.effects) == stopping([.k0, .k1]) + ["closed, stopped"])
    }

    @Test func `without a session only the root port is stopped`() {
        let run = Table.run(Table.Start.secure.state, .sessionLost)
        #expect(
            words(run.effects) == [
                "disable", "erase root port k0.tx", "erase root port k0.rx", "closed, sessionLost",
            ])
    }

    /// Answers every effect like a faultless device and host, except those for which `fault` has an event.
    private func end(
        _ state: IDERequester.State, _ order: IDERequester.Event,
        _ fault: (IDERequester.Effect) -> IDERequester.Event?
    ) -> (report: String, steps: Int) {
        var transition = IDERequester.step(state, order)
        var steps = 1
        while steps < 1000, let event = fault(transition.effect) ?? Table.success(transition.effect) {
            transition = IDERequester.step(transition.next, event)
            steps += 1
        }
        return (IDEText.effect(transition.effect), steps)
    }

    @Test func `a device that is always busy is given up within the bounds`() {
        let idle = IDERequester.initial(Table.link)
        let query = end(idle, .start(.k0)) { if case .query = $0 { .busy } else { nil } }
        #expect(query == ("closed, busy", 3))
        let program = end(idle, .start(.k0)) { if case .programDevice = $0 { .busy } else { nil } }
        #expect(program.report == "closed, busy")
        let go = end(idle, .start(.k0)) { if case .activateDevice = $0 { .busy } else { nil } }
        #expect(go.report == "closed, busy")
        let stop = end(Table.Start.secure.state, .stop) { if case .stopDevice = $0 { .busy } else { nil } }
        #expect(stop.report == "closed, stopped, unconfirmed")
        let refresh = end(Table.Start.secure.state, .refresh) { if case .programDevice = $0 { .busy } else { nil } }
        #expect(refresh.report == "refresh failed, busy")
    }

    @Test func `a granting request without an answer is never repeated`() {
        for order in [IDERequester.Event.start(.k0), .refresh] {
            let start = order == .refresh ? Table.Start.secure.state : IDERequester.initial(Table.link)
            var programs = 0
            let program = end(start, order) { effect in
                guard case .programDevice = effect else { return nil }
                programs += 1
                return .timedOut
            }
            #expect(program.report == "closed, outcomeUnknown")
            #expect(programs == 1)
            var goes = 0
            let go = end(start, order) { effect in
                guard case .activateDevice = effect else { return nil }
                goes += 1
                return .timedOut
            }
            #expect(go.report == "closed, outcomeUnknown")
            #expect(goes == 1)
        }
    }

    @Test func `a device that never answers is queried and stopped within the bounds`() {
        let query = end(IDERequester.initial(Table.link), .start(.k0)) {
            if case .query = $0 { .timedOut } else { nil }
        }
        #expect(query == ("closed, timedOut", 3))
        let stop = end(Table.Start.secure.state, .stop) { if case .stopDevice = $0 { .timedOut } else { nil } }
        #expect(stop == ("closed, stopped, unconfirmed", 1 + 1 + 6 * 2 + 2))
    }

    @Test(arguments: [IDERequester.HostOutcome.failed, .unknown])
    func `a host that cannot clear Enable or keys is told so and the rest is done`(outcome: IDERequester.HostOutcome) {
        for kind in ["disable", "erase"] {
            let result = end(Table.Start.secure.state, .stop) { effect in
                guard case .host(let action) = effect, IDEText.action(action).hasPrefix(kind) else { return nil }
                return .hostFinished(action, outcome)
            }
            #expect(result.report == "closed, stopped, unconfirmed")
        }
    }
}
