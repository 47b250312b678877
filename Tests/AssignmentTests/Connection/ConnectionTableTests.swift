import Assignment
import Testing

@Suite struct `Connection machine` {
    /// A cell is `.` (nothing changes, nothing is done), a refusal, or a state and `+` the effect; a state without `+`
    /// starts the effect that it waits for.
    private static let requests = TransitionTable(
        """
                            | require          rekey         rekey-locked  end         end-locked  force
        none                | connecting.ready none+rekeyed  none+rekeyed  none+ended  none+ended  none+ended
        connecting.ready    | .                .             .             !busy       !busy       ending.rest
        connecting.rekey    | .                .             .             !busy       !busy       ending.rest
        connected           | connected+ready  refreshing    refreshing    ending.rest !used       ending.rest
        refreshing          | refreshing+ready .             refreshing+   !busy       !busy       ending.rest
        locked refreshing   | refreshing+ready .             .             !busy       !busy       ending.rest
        ending.rest         | ending.connect+  ending.rekey+ ending.rekey+ .           .           .
        ending.connect      | .                ending.rekey+ ending.rekey+ .           .           .
        ending.rekey        | ending.connect+  .             .             .           .           .
        last ending.rest    | ending.connect+  ending.rekey+ ending.rekey+ .           .           .
        last ending.connect | .                ending.rekey+ ending.rekey+ .           .           .
        last ending.rekey   | ending.connect+  .             .             .           .           .
        lost                | ending.connect   ending.rekey  ending.rekey  ending.rest ending.rest ending.rest
        """)

    private static let happenings = TransitionTable(
        """
                            | succeeded         failed            unknown          lost      alive       dead
        none                | .                 .                 .                .         ending.rest .
        connecting.ready    | connected+ready   none+unavailable  lost+lost        lost+lost ending.rest ending.rest
        connecting.rekey    | connected+rekeyed none+no-keys      lost+lost        lost+lost ending.rest ending.rest
        connected           | .                 .                 .                lost+lost .           lost+lost
        refreshing          | connected+rekeyed ending.rekey      lost+lost        lost+lost lost+lost   lost+lost
        locked refreshing   | connected+rekeyed connected+no-keys lost+lost        lost+lost lost+lost   lost+lost
        ending.rest         | none+ended        ending.rest       ending.rest      .         ending.rest ending.rest
        ending.connect      | connecting.ready  ending.connect    ending.connect   .         ending.rest ending.rest
        ending.rekey        | connecting.rekey  ending.rekey      ending.rekey     .         ending.rest ending.rest
        last ending.rest    | none+ended        lost+unavailable  lost+unavailable .         ending.rest ending.rest
        last ending.connect | connecting.ready  lost+unavailable  lost+unavailable .         ending.rest ending.rest
        last ending.rekey   | connecting.rekey  lost+no-keys      lost+no-keys     .         ending.rest ending.rest
        lost                | .                 .                 .                .         .           .
        """)

    private static func event(_ column: String, _ state: ConnectionState) -> ConnectionEvent? {
        switch column {
        case "require": .require
        case "rekey": .rekey(lockedTDIs: 0)
        case "rekey-locked": .rekey(lockedTDIs: 2)
        case "end": .disconnect(lockedTDIs: 0, force: false)
        case "end-locked": .disconnect(lockedTDIs: 2, force: false)
        case "force": .disconnect(lockedTDIs: 2, force: true)
        case "succeeded": .finished(state.awaited, .succeeded)
        case "failed": .finished(state.awaited, .failed(.timedOut))
        case "unknown": .finished(state.awaited, .unknown)
        case "lost": .lost(.streamInsecure)
        case "alive": .restarted(alive: true)
        case "dead": .restarted(alive: false)
        default: nil
        }
    }

    @Test func `every state meets every request and every happening as the tables say`() {
        for table in [Self.requests, Self.happenings] {
            #expect(table.problems(states: ConnectionSituation.allCases.map(\.rawValue)) == [])
            for situation in ConnectionSituation.allCases {
                for column in table.columns { check(table, situation, column) }
            }
        }
    }

    private func check(_ table: TransitionTable, _ situation: ConnectionSituation, _ column: String) {
        let before = situation.state
        guard let cell = table.cell(situation.rawValue, column), let event = Self.event(column, before) else { return }
        let after = ConnectionMachine.step(before, event)
        let effect = after.effect == .none ? "" : after.effect.label
        let seen =
            switch cell {
            case ".": after.state == before && after.effect == .none ? "." : "\(after.state.label)+\(effect)"
            case _ where cell.hasPrefix("!"): after.state == before ? effect : "\(after.state.label)+\(effect)"
            case _ where cell.contains("+"): "\(after.state.label)+\(effect)"
            default: effect == after.state.awaited.rawValue ? after.state.label : "\(after.state.label)+\(effect)"
            }
        #expect(seen == cell, "\(situation.rawValue) x \(column)")
    }

    @Test(arguments: ConnectionSituation.allCases)
    func `a situation reaches the state that its name says`(situation: ConnectionSituation) {
        #expect(situation.state.label == situation.label)
    }

    @Test(arguments: ConnectionSituation.allCases)
    func `the outcome of an effect that the state does not wait for changes nothing`(situation: ConnectionSituation) {
        let state = situation.state
        for name in ConnectionEffectName.allCases where name != state.awaited {
            for outcome in [Outcome.succeeded, .failed(.timedOut), .unknown] {
                #expect(ConnectionMachine.step(state, .finished(name, outcome)) == ConnectionTransition(state, .none))
            }
        }
    }

    @Test func `each connect has a generation of its own, and the news names it`() {
        var state = ConnectionState.initial
        for generation in UInt32(1)...3 {
            state = ConnectionMachine.step(state, .require).state
            #expect(state.generation == generation)
            let ready = ConnectionMachine.step(state, .finished(.connect, .succeeded))
            #expect(ready.effect == .announce(.ready(generation: generation)))
            state = ConnectionMachine.step(ready.state, .disconnect(lockedTDIs: 0, force: false)).state
            state = ConnectionMachine.step(state, .finished(.disconnect, .succeeded)).state
        }
    }

    @Test func `the news of a failure carries its reason`() {
        let connecting = ConnectionSituation.connectingReady.state
        #expect(
            ConnectionMachine.step(connecting, .finished(.connect, .failed(.deviceRefused))).effect
                == .announce(.unavailable(.deviceRefused)))
        #expect(
            ConnectionMachine.step(ConnectionSituation.connected.state, .lost(.deviceReset)).effect
                == .announce(.lost(.deviceReset)))
    }

    @Test func `a refresh that began with no sibling locked spares one that is reported locked meanwhile`() {
        let refreshing = ConnectionMachine.step(ConnectionSituation.refreshing.state, .rekey(lockedTDIs: 1)).state
        let failed = ConnectionMachine.step(refreshing, .finished(.refreshKeys, .failed(.unsupported)))
        #expect(failed.state.label == "connected")
        #expect(failed.effect == .announce(.rekeyFailed(.unsupported)))
    }
}
