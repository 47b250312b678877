import Assignment
import TDISP
import Testing

@Suite struct `Assignment machine, random walks` {
    /// 20 walks of 10,000 steps. A failure names its seed, so that it can be run again alone.
    @Test(arguments: UInt64(1)...20) func `no walk breaks a rule`(seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        var monitor = SafetyMonitor()
        var state = AssignmentState.initial
        for step in 0..<10_000 {
            let event = AssignmentEvent.any(in: state, &generator)
            let after = AssignmentMachine.step(state, event)
            let violations = monitor.violations(state, event, after)
            #expect(violations == [], "seed \(seed), step \(step): \(state.label) x \(event)")
            guard violations.isEmpty else { return }
            state = after.state
        }
    }

    @Test func `the walks reach every phase`() {
        var phases: Set<Phase> = []
        for seed in UInt64(1)...20 {
            var generator = SplitMix64(seed: seed)
            var state = AssignmentState.initial
            for _ in 0..<10_000 {
                state = AssignmentMachine.step(state, .any(in: state, &generator)).state
                phases.insert(state.phase)
            }
        }
        #expect(phases == Set(Phase.allCases))
    }
}

extension AssignmentEvent {
    /// Mostly the outcome that the state waits for, mostly a success, so that walks get somewhere.
    static func any(in state: AssignmentState, _ generator: inout SplitMix64) -> AssignmentEvent {
        switch UInt8.random(in: 0..<100, using: &generator) {
        case 0..<60 where state.pending != .none: .finished(state.pending.name, .any(&generator))
        case 0..<80: request(in: state, &generator)
        case 80..<84: .finished(EffectName.allCases.randomElement(using: &generator) ?? .none, .any(&generator))
        case 84..<88: .answered(TDIState.allCases.randomElement(using: &generator) ?? .error)
        case 88..<90: .restarted(during: state.pending.name)
        default: .observed(Observation.all.randomElement(using: &generator) ?? .deviceGone)
        }
    }

    private static func request(in state: AssignmentState, _ generator: inout SplitMix64) -> AssignmentEvent {
        func flip() -> Bool { Bool.random(using: &generator) }
        let domain = UInt8.random(in: 0..<4, using: &generator) == 0 ? Walk.database : state.domain ?? Walk.web
        return switch UInt8.random(in: 0..<10, using: &generator) {
        case 0..<6:
            .convert(
                domain,
                StandingOrders(convertAgain: flip(), allowConventionalReset: flip(), recoveryLimit: flip() ? 1 : 3))
        case 6: .release(to: flip() ? .attached : .available)
        case 7, 8:
            .recover(RecoveryRequest(fromQuarantine: flip(), convertAgain: flip(), allowConventionalReset: flip()))
        default: .cancel
        }
    }
}

extension Outcome {
    fileprivate static func any(_ generator: inout SplitMix64) -> Outcome {
        switch UInt8.random(in: 0..<20, using: &generator) {
        case 0: .unknown
        case 1: .failed(FailureReason.allCases.randomElement(using: &generator) ?? .other)
        default: .succeeded
        }
    }
}

extension Observation {
    /// Everything that can be noticed.
    static let all: [Observation] =
        TDIState.allCases.map(Observation.state) + [
            .streamInsecure, .sessionLost, .deviceGone, .deviceReset, .domainStopped, .hostdevRemoved, .driverTimeout,
        ]
}
