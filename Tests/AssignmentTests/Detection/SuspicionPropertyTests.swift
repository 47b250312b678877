import Assignment
import Testing

/// Thousands of random walks, the same on every run.
@Suite struct `Suspicion machine, on random walks` {
    /// Signals at random, each at most `apart` behind the one before.
    private static func signals(_ seed: UInt64, apart: UInt64, readings: Bool = true) -> [Signal] {
        var random = SplitMix64(seed: seed)
        var time: UInt64 = 1 << 40
        return (0..<Int.random(in: 1...12, using: &random)).map { _ in
            time += UInt64.random(in: 0...apart, using: &random)
            let kind = SignalKind.allCases.randomElement(using: &random) ?? .ideCheck
            let source = Signal.Source.allCases.randomElement(using: &random)
            let reading: UInt64? =
                readings && Bool.random(using: &random) ? UInt64.random(in: 0...4, using: &random) : nil
            return Signal(kind, from: source, at: time, reading: reading)
        }
    }

    private static func run(_ signals: [Signal], from start: Suspicion = .none) -> Suspicion {
        signals.reduce(start) { SuspicionMachine.step($0, $1).state }
    }

    @Test func `the standing never falls, nor does what has failed turn into another failure`() {
        for seed in 0..<2000 as Range<UInt64> {
            var state = Suspicion.none
            for signal in Self.signals(seed, apart: SignalWeight.window) {
                let after = SuspicionMachine.step(state, signal)
                #expect(after.state.standing.rank >= state.standing.rank)
                if case .failed = state.standing { #expect(after.state.standing == state.standing) }
                if case .failed = after.verdict { #expect(after.state.standing.rank == 2) }
                if after.verdict == .suspect { #expect(after.state.standing == .suspect) }
                state = after.state
            }
        }
    }

    @Test func `one more signal, wherever it comes, never makes less of the others`() {
        for seed in 0..<2000 as Range<UInt64> {
            let signals = Self.signals(seed, apart: SignalWeight.window / 12, readings: false)
            var more = signals
            let place = Int(seed) % (signals.count + 1)
            more.insert(Signal(.driverErrors, at: signals[min(place, signals.count - 1)].time), at: place)
            #expect(Self.run(more).standing.rank >= Self.run(signals).standing.rank)
            #expect(Self.run(more).points >= Self.run(signals).points)
        }
    }

    @Test func `within the window the order does not matter`() {
        for seed in 0..<2000 as Range<UInt64> {
            let signals = Self.signals(seed, apart: SignalWeight.window / 12, readings: false)
            var random = SplitMix64(seed: ~seed)
            let one = Self.run(signals), other = Self.run(signals.shuffled(using: &random))
            #expect(one.standing.rank == other.standing.rank && one.points == other.points)
            #expect(one.tallies.map(\.total) == other.tallies.map(\.total))
        }
    }

    @Test func `what says that all is well changes nothing at all`() {
        for seed in 0..<2000 as Range<UInt64> {
            let state = Self.run(Self.signals(seed, apart: SignalWeight.window))
            for kind in [SignalKind.answersRun, .streamSecure] {
                for reading in [nil, 0, 9] as [UInt64?] {
                    let after = SuspicionMachine.step(state, Signal(kind, at: .max, reading: reading))
                    #expect(after.state == state && after.verdict == .nothing)
                }
            }
        }
    }

    @Test func `however long it goes on, a suspicion stays small, and its tallies in order`() {
        let most = SignalKind.allCases.count * Signal.Source.allCases.count
        var state = Suspicion.none
        for seed in 0..<4000 as Range<UInt64> {
            state = Self.run(Self.signals(seed, apart: SignalWeight.window), from: state)
            #expect(
                state.tallies == state.tallies.sorted() && Set(state.tallies.map(\.place)).count == state.tallies.count)
        }
        #expect(state.tallies.count <= most && state.tallies.count > 100)
    }
}

extension Suspicion.Standing {
    fileprivate var rank: Int {
        switch self {
        case .nothing: 0
        case .suspect: 1
        case .failed: 2
        }
    }
}

extension SignalTally {
    fileprivate var place: String { kind.rawValue + source.rawValue }
}
