import Assignment
import TDISP
import Testing

@Suite struct `Suspicion machine` {
    /// What one signal of each kind leads to, by where the suspicion stood: the standing after it, `!` where the engine is told,
    /// `?` where the device is asked, `.` where nothing is done.
    private static let table = """
                           | nothing   suspect   failed
        correctable-errors | nothing.  suspect?  failed.
        non-fatal-errors   | suspect?  suspect?  failed.
        fatal-errors       | failed!   failed!   failed!
        ide-check          | suspect?  suspect?  failed.
        misrouted-ide      | suspect?  suspect?  failed.
        pcrc-check         | suspect?  suspect?  failed.
        stream-insecure    | failed!   failed!   failed!
        all-ones           | failed!   failed!   failed!
        memory-all-ones    | suspect?  suspect?  failed.
        bound-emptied      | failed!   failed!   failed!
        files-vanished     | failed!   failed!   failed!
        evidence-changed   | failed!   failed!   failed!
        evidence-failing   | suspect?  suspect?  failed.
        session-lost       | failed!   failed!   failed!
        heartbeat-missed   | suspect?  suspect?  failed.
        answers-unlocked   | failed!   failed!   failed!
        answers-locked     | failed!   failed!   failed!
        answers-error      | failed!   failed!   failed!
        device-reset       | failed!   failed!   failed!
        driver-errors      | nothing.  suspect?  failed.
        driver-timeout     | failed!   failed!   failed!
        translation-fault  | suspect?  suspect?  failed.
        asid-fenced        | failed!   failed!   failed!
        domain-stopped     | failed!   failed!   failed!
        hostdev-removed    | failed!   failed!   failed!
        answers-run        | nothing.  suspect.  failed.
        stream-secure      | nothing.  suspect.  failed.
        """

    /// Each standing, reached by signals that are none of the kind under test: 30 points, or one strong one.
    private static func suspicion(_ standing: String, besides kind: SignalKind) -> Suspicion {
        switch standing {
        case "nothing": .none
        case "suspect":
            .after(
                kind == .nonFatalErrors ? .driverErrors : .nonFatalErrors, times: 2 - (kind == .nonFatalErrors ? 0 : 1))
        default: .after(kind == .sessionLost ? .streamInsecure : .sessionLost)
        }
    }

    @Test func `every kind in every standing leads where the table says`() throws {
        let lines = Self.table.split(separator: "\n").map { $0.split(separator: "|").map { $0.split(separator: " ") } }
        let standings = lines[0].last?.map(String.init) ?? []
        #expect(lines.dropFirst().map { String($0[0][0]) } == SignalKind.allCases.map(\.rawValue))
        for line in lines.dropFirst() {
            let kind = try #require(SignalKind(rawValue: String(line[0][0])))
            #expect(line[1].count == standings.count)
            for (standing, expected) in zip(standings, line[1]) {
                let before = Self.suspicion(standing, besides: kind)
                #expect(before.standing.name == standing)
                let after = SuspicionMachine.step(before, Signal(kind, at: 1))
                #expect(after.state.standing.name + after.verdict.mark == expected, "\(kind.rawValue) in \(standing)")
            }
        }
    }

    @Test func `what a strong signal means is what the engine is told, and every observation is one`() {
        for observation in [TDIState.configUnlocked, .configLocked, .error].map(Observation.state) + [
            .streamInsecure, .sessionLost, .deviceGone, .deviceReset, .domainStopped, .hostdevRemoved, .driverTimeout,
        ] {
            let after = SuspicionMachine.step(.none, Signal(SignalKind(observation), at: 7))
            #expect(after.verdict == .failed(observation))
            #expect(after.state.standing == .failed(observation) && after.state.since == 7)
        }
        #expect(SuspicionMachine.step(.none, Signal(SignalKind(.state(.run)), at: 7)).state == .none)
    }

    @Test func `weak signals of several kinds and places add up, and what weighs most is what they mean`() {
        var walk = SignalWalk()
        #expect(walk.take(.ideCheck, at: 0) == .suspect)
        #expect(walk.take(.driverErrors, at: 1) == .suspect)
        #expect(walk.state.points == 75)
        #expect(walk.take(.pcrcCheck, from: .rootPort, at: 2) == .failed(.streamInsecure))
        #expect(
            walk.state.explanation
                == "failed: 1 x ide-check at device (60), 1 x pcrc-check at root-port (50), 1 x driver-errors at guest (15)"
        )
    }

    @Test func `many signals of a kind that says little never fail by themselves`() {
        var walk = SignalWalk()
        for time in 0..<10_000 as Range<UInt64> { _ = walk.take(.correctableErrors, at: time) }
        #expect(walk.state.standing == .suspect && walk.state.points == 30)
        #expect(walk.state.tallies.count == 1 && walk.state.tallies[0].total == 10_000)
    }

    @Test func `signals that are further apart than the window do not add up, and the standing stays`() {
        var walk = SignalWalk()
        #expect(walk.take(.ideCheck, at: 0) == .suspect)
        #expect(walk.take(.ideCheck, at: SignalWeight.window + 1) == .suspect)
        #expect(walk.state.points == 60 && walk.state.tallies[0].total == 2)
        #expect(walk.take(.correctableErrors, at: 3 * SignalWeight.window) == .suspect)
        #expect(walk.state.standing == .suspect && walk.state.points == 2)
        #expect(walk.take(.ideCheck, at: 3 * SignalWeight.window) == .suspect)
        #expect(walk.take(.ideCheck, at: 4 * SignalWeight.window) == .failed(.streamInsecure))
    }

    @Test func `a clock that was set back hides nothing`() {
        var walk = SignalWalk()
        _ = walk.take(.ideCheck, at: 10 * SignalWeight.window)
        #expect(walk.take(.ideCheck, at: 0) == .failed(.streamInsecure))
    }

    @Test func `a counter counts by what it grew, and what it stood at before does not count`() {
        var walk = SignalWalk()
        #expect(walk.take(.ideCheck, at: 0, reading: 41) == .suspect)
        #expect(walk.state.tallies[0].total == 1)
        #expect(walk.take(.ideCheck, at: 1, reading: 41) == .nothing)
        #expect(walk.state.tallies[0].total == 1)
        #expect(walk.take(.ideCheck, at: 2, reading: 42) == .failed(.streamInsecure))
        // Begun anew, by a reset of the port.
        _ = walk.take(.ideCheck, at: 3, reading: 1)
        #expect(walk.state.tallies[0].total == 3)
        _ = walk.take(.ideCheck, at: 4, reading: 0)
        #expect(walk.state.tallies[0].total == 3)
        #expect(SuspicionMachine.step(.none, Signal(.ideCheck, at: 0, reading: 0)).state.isEmpty)
    }

    @Test func `a proof clears all but what counters stand at`() {
        var walk = SignalWalk()
        _ = walk.take(.ideCheck, at: 0, reading: 5)
        _ = walk.take(.sessionLost, at: 1)
        walk.state = walk.state.cleared
        #expect(walk.state.isEmpty && walk.state.standing == .nothing && walk.state.points == 0)
        #expect(walk.take(.ideCheck, at: 2, reading: 5) == .nothing)
        #expect(walk.state.isEmpty)
        #expect(walk.take(.ideCheck, at: 3, reading: 6) == .suspect)
    }
}

/// A suspicion on its way.
private struct SignalWalk {
    var state = Suspicion.none

    mutating func take(
        _ kind: SignalKind, from source: Signal.Source? = nil, at time: UInt64, reading: UInt64? = nil
    ) -> SuspicionMachine.Verdict {
        let after = SuspicionMachine.step(state, Signal(kind, from: source, at: time, reading: reading))
        state = after.state
        return after.verdict
    }
}

extension Suspicion {
    /// What so many signals of a kind lead to.
    fileprivate static func after(_ kind: SignalKind, times: Int = 1) -> Suspicion {
        (0..<times).reduce(.none) { state, _ in SuspicionMachine.step(state, Signal(kind, at: 0)).state }
    }
}

extension SuspicionMachine.Verdict {
    fileprivate var mark: String {
        switch self {
        case .nothing: "."
        case .suspect: "?"
        case .failed: "!"
        }
    }
}
