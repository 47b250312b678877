import Assignment
import TDISP
import Testing

@Suite struct `Assignment machine, every reachable state` {
    private static let explored = Exploration.all

    @Test func `no reachable transition breaks a rule`() {
        let found = Self.explored
        print("states: \(found.states.count) shapes, \(found.nodes) with memory, \(found.transitions) transitions")
        #expect(found.violations == [])
        #expect(found.states.count > 1_000)
    }

    @Test func `every phase is reached`() {
        #expect(Set(Self.explored.states.values.map(\.phase)) == Set(Phase.allCases))
    }

    @Test func `every situation of the tables is reached`() {
        let labels = Set(Self.explored.states.values.map(\.label))
        #expect(labels.isSuperset(of: Situation.allCases.map(\.label)))
    }

    @Test func `when every effect succeeds, a device rests within 21 steps, and never in quarantine`() {
        var longest = 0
        for state in Self.explored.states.values where !state.isPutAway {
            let (steps, end) = run(state) { _ in .succeeded }
            longest = max(longest, steps)
            #expect([.available, .attached, .private].contains(end.phase), "from \(state.label) to \(end.label)")
        }
        #expect(longest == 21)
    }

    @Test func `when all but the cut fails, a device rests within 7 steps`() {
        var longest = 0
        for state in Self.explored.states.values {
            let (steps, end) = run(state) { $0.name == .cut ? .succeeded : .failed(.deviceRefused) }
            longest = max(longest, steps)
            #expect(end.phase.isResting, "from \(state.label) to \(end.label)")
        }
        #expect(longest == 7)
    }

    @Test func `when nothing is known any more, a device rests`() {
        for state in Self.explored.states.values {
            #expect(run(state) { _ in .unknown }.end.phase.isResting, "from \(state.label)")
        }
    }

    /// The strongest form of always-ends: no outcome leads back to where it came from, so none of them go on for ever.
    @Test func `whatever the outcomes are, a device rests`() {
        var lengths: [Shape: Int] = [:]
        var open: Set<Shape> = []
        func longest(from state: AssignmentState) -> Int? {
            let shape = Shape(state)
            if let known = lengths[shape] { return known }
            guard open.insert(shape).inserted else { return nil }
            var length = 0
            for outcome in Exploration.outcomes(in: state) {
                let next = AssignmentMachine.step(state, .finished(state.pending.name, outcome)).state
                guard let rest = longest(from: next) else { return nil }
                length = max(length, rest + 1)
            }
            lengths[shape] = length
            open.remove(shape)
            return length
        }
        var bound = 0
        for state in Self.explored.states.values {
            guard let length = longest(from: state) else {
                Issue.record("outcomes from \(state.label) lead back to it")
                return
            }
            bound = max(bound, length)
        }
        print("states: every sequence of outcomes rests within \(bound) steps")
        #expect(bound <= 60)
    }

    @Test func `no state is a trap but quarantine`() {
        for state in Self.explored.states.values where !state.isPutAway {
            let rested = run(state) { _ in .succeeded }.end
            let released = AssignmentMachine.step(rested, .release(to: .available)).state
            #expect(run(released) { _ in .succeeded }.end.phase == .available, "from \(state.label)")
        }
    }

    @Test func `only an operator's explicit word leads out of quarantine, and it does`() {
        let word = AssignmentEvent.recover(RecoveryRequest(fromQuarantine: true))
        for state in Self.explored.states.values where state.phase == .quarantined {
            for event in Exploration.events(in: state) {
                guard case .recover(let request) = event, request.fromQuarantine else {
                    #expect(AssignmentMachine.step(state, event).state.phase == .quarantined, "\(event)")
                    continue
                }
            }
            let ordered = AssignmentMachine.step(state, word)
            #expect(ordered.effect == .cut(.first))
            #expect([.available, .attached].contains(run(ordered.state) { _ in .succeeded }.end.phase))
        }
    }

    /// Whatever was being put away when faults stopped still is.
    @Test func `a device that is being put away is cut, then put away`() {
        for state in Self.explored.states.values where state.isPutAway && state.phase == .failed {
            let (steps, end) = run(state) { _ in .succeeded }
            #expect(steps == 1)
            #expect(end.phase == .quarantined)
        }
    }

    /// Runs to rest, each effect ending as told.
    private func run(
        _ start: AssignmentState, _ outcome: (AssignmentEffect) -> Outcome
    ) -> (steps: Int, end: AssignmentState) {
        var (state, steps) = (start, 0)
        while !state.phase.isResting, steps < 100 {
            state = AssignmentMachine.step(state, .finished(state.pending.name, outcome(state.pending))).state
            steps += 1
        }
        return (steps, state)
    }
}

extension AssignmentState {
    /// In quarantine, or on its way there.
    fileprivate var isPutAway: Bool {
        switch self {
        case .quarantined: true
        case .failed(let now): now.putAway != nil
        case .available, .attaching, .attached, .quiescing, .locking, .locked, .attesting, .attested, .accepting,
            .confirming, .private, .releasing, .detaching, .recovering, .unknown:
            false
        }
    }
}
