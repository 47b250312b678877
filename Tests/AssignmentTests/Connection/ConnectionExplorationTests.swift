import Assignment
import Testing

@Suite struct `Connection machine, every reachable state` {
    /// What must be remembered to judge a step.
    private struct Memory: Hashable {
        /// Session and keys may exist.
        var open = false
        /// A TDI waits for a connection.
        var required = false
        /// A TDI waits for new keys.
        var rekeyed = false

        mutating func violations(
            _ before: ConnectionState, _ event: ConnectionEvent, _ after: ConnectionTransition
        ) -> [String] {
            take(event, before)
            var found: [String] = []
            if after.effect == .connect {
                if open { found.append("no-blind-retry: connect over an open connection") }
                if after.state.generation != before.generation + 1 { found.append("a generation twice") }
                open = true
            } else if after.state.generation != before.generation {
                found.append("a generation without connect")
            }
            hear(after.effect, from: before)
            if after.state.awaited == .none, required || rekeyed { found.append("somebody waits for ever") }
            return found
        }

        private mutating func take(_ event: ConnectionEvent, _ before: ConnectionState) {
            switch event {
            case .require: required = true
            case .rekey: rekeyed = true
            case .finished(.connect, .failed) where before.awaited == .connect: open = false
            case .finished(.disconnect, .succeeded) where before.awaited == .disconnect: open = false
            case .restarted(let alive): (required, rekeyed, open) = (false, false, alive)
            case .finished, .lost, .disconnect: break
            }
        }

        /// All news answers who waits for a connection. Who waits for new keys is not answered by an old connection.
        private mutating func hear(_ effect: ConnectionEffect, from before: ConnectionState) {
            guard case .announce(let news) = effect else { return }
            required = false
            if case .ready = news, before.awaited != .connect { return }
            rekeyed = false
        }
    }

    private struct Shape: Hashable {
        let label: String
        let attempts: UInt8
        let lockedTDIs: UInt16
        let memory: Memory

        init(_ state: ConnectionState, _ memory: Memory) {
            label = state.label
            self.memory = memory
            if case .disconnecting(let now) = state { attempts = now.attempts } else { attempts = 0 }
            if case .refreshing(let now) = state { lockedTDIs = now.lockedTDIs } else { lockedTDIs = 0 }
        }
    }

    private static let events: [ConnectionEvent] = [
        .require, .rekey(lockedTDIs: 0), .rekey(lockedTDIs: 1), .disconnect(lockedTDIs: 0, force: false),
        .disconnect(lockedTDIs: 1, force: false), .disconnect(lockedTDIs: 1, force: true), .lost(.streamInsecure),
        .restarted(alive: true), .restarted(alive: false),
    ]

    private static func outcomes(_ state: ConnectionState) -> [ConnectionEvent] {
        state.awaited == .none
            ? [] : [.succeeded, .failed(.timedOut), .unknown].map { .finished(state.awaited, $0) }
    }

    @Test func `no reachable transition connects blindly, reuses a generation or leaves anyone waiting`() {
        var seen: Set<Shape> = []
        var queue: [(ConnectionState, Memory)] = [(.initial, Memory())]
        var names: Set<ConnectionState.Name> = []
        while let (state, memory) = queue.popLast() {
            guard seen.insert(Shape(state, memory)).inserted else { continue }
            names.insert(state.name)
            for event in Self.events + Self.outcomes(state) {
                var next = memory
                let after = ConnectionMachine.step(state, event)
                #expect(next.violations(state, event, after) == [], "\(state.label) x \(event)")
                queue.append((after.state, next))
            }
        }
        print("states: \(seen.count) of the connection machine")
        #expect(names == Set(ConnectionState.Name.allCases))
    }

    @Test(arguments: ConnectionSituation.allCases)
    func `whatever the outcomes are, it rests within six steps`(situation: ConnectionSituation) {
        func longest(_ state: ConnectionState, _ depth: Int) -> Int {
            guard depth < 20 else { return depth }
            return Self.outcomes(state).map { longest(ConnectionMachine.step(state, $0).state, depth + 1) }.max()
                ?? depth
        }
        #expect(longest(situation.state, 0) <= 6)
    }
}
