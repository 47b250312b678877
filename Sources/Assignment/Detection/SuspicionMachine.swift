/// Weighs signals: a pure machine for each TDI.
///
/// One strong signal is enough; weak ones add up within a window. What says that all is well changes nothing: only a proven
/// new epoch, or a proven return, clears (``Suspicion/cleared``).
public enum SuspicionMachine {
    /// What a signal asks for now.
    public enum Verdict: Hashable, Sendable {
        /// Nothing.
        case nothing
        /// Ask the device for its state.
        case suspect
        /// Tell the engine, before anything else.
        case failed(Observation)
    }

    /// A step: exactly one next state and one verdict.
    public struct Transition: Hashable, Sendable {
        /// The next state.
        public let state: Suspicion
        /// What is to be done.
        public let verdict: Verdict
    }

    /// The one step function.
    ///
    /// A signal that is older than the newest counts as if it came now: a clock that was set back hides nothing. A counter
    /// that stands where it stood is no signal. What failed by weak signals is told once, what failed by a strong one each
    /// time that one comes: the engine knows what is news in its phase.
    public static func step(_ state: Suspicion, _ signal: Signal) -> Transition {
        let weight = signal.kind.weight
        guard let meaning = weight.meaning else { return Transition(state: state, verdict: .nothing) }
        let count = growth(of: signal, since: state)
        var next = state
        if let reading = signal.reading { next.withTally(of: signal) { $0.reading = reading } }
        guard count > 0 else { return Transition(state: next, verdict: .nothing) }
        let now = max(state.latest, signal.time)
        next.latest = now
        next.withTally(of: signal) { $0.count(count, at: now) }
        return judge(next, weight, meaning)
    }

    private static func judge(_ state: Suspicion, _ weight: SignalWeight, _ meaning: Observation) -> Transition {
        var next = state
        if weight.isStrong {
            next.rise(to: .failed(meaning))
            return Transition(state: next, verdict: .failed(meaning))
        }
        if case .failed = state.standing { return Transition(state: next, verdict: .nothing) }
        let points = next.points
        if points >= SignalWeight.failing, let heaviest = next.heaviest {
            next.rise(to: .failed(heaviest))
            return Transition(state: next, verdict: .failed(heaviest))
        }
        if points >= SignalWeight.suspicious { next.rise(to: .suspect) }
        return Transition(state: next, verdict: next.standing == .suspect ? .suspect : .nothing)
    }

    /// How often the signal counts. A counter that nobody read before was heard of because it grew; one that fell began
    /// anew.
    private static func growth(of signal: Signal, since state: Suspicion) -> UInt64 {
        guard let reading = signal.reading else { return 1 }
        guard let before = state.reading(of: signal) else { return min(reading, 1) }
        return reading >= before ? reading - before : reading
    }
}

extension Suspicion {
    /// What the counter of a signal stood at.
    fileprivate func reading(of signal: Signal) -> UInt64? {
        tallies.first { $0.kind == signal.kind && $0.source == signal.source }?.reading
    }

    /// What the signals that weigh most mean; of equals, those that stand first in the table.
    fileprivate var heaviest: Observation? {
        var most: (points: UInt16, meaning: Observation?) = (0, nil)
        for tally in tallies where tally.points(at: latest) > most.points {
            most = (tally.points(at: latest), tally.kind.weight.meaning)
        }
        return most.meaning
    }

    /// The first failure is kept: what follows mostly comes of it.
    fileprivate mutating func rise(to new: Standing) {
        switch (standing, new) {
        case (.nothing, .suspect), (.nothing, .failed), (.suspect, .failed):
            standing = new
            since = latest
        case (.nothing, .nothing), (.suspect, .nothing), (.suspect, .suspect), (.failed, .nothing), (.failed, .suspect),
            (.failed, .failed):
            break
        }
    }
}

extension SignalTally {
    /// Counts, at a time that is no earlier than any before.
    fileprivate mutating func count(_ more: UInt64, at time: UInt64) {
        if !isOpen(at: time) { run = 0 }
        if total == 0 { first = time }
        run = UInt16(clamping: UInt64(run) + min(more, UInt64(UInt16.max)))
        total = UInt32(clamping: UInt64(total) + min(more, UInt64(UInt32.max)))
        last = time
    }
}
