import Assignment
import PCIe

// What is noticed about TDIs is weighed here. What it comes to is fed to the engine at once; it is told, asked about and
// recorded behind that.

extension DSMOwner {
    /// What has been noticed about a TDI since it last proved itself.
    func suspicion(of tdi: FunctionAddress) -> Suspicion { suspicions[tdi] ?? .none }

    /// Weighs a signal. If it, with others, is believed, that is fed first of all, and the effect that it asks for is owed.
    func hear(_ signal: Signal, on tdi: FunctionAddress, _ owed: inout [FunctionAddress: IssuedEffect]) {
        let signal = signal.heard(at: world.now())
        let transition = SuspicionMachine.step(suspicion(of: tdi), signal)
        if case .failed(let meaning) = transition.verdict, let issued = take(.observed(meaning), on: tdi) {
            owed[tdi] = issued
        }
        keep(transition.state, of: tdi)
        if transition.verdict == .suspect { doubted.insert(tdi) }
        tell(signal, about: tdi)
        wake(tdi)
    }

    /// Takes over what somebody who listens was told, and what it comes to: more than the platform has kept for an owner. A
    /// fall that the engine has not heard of is fed.
    func hear(_ heard: [FunctionAddress: Suspicion], _ owed: inout [FunctionAddress: IssuedEffect]) {
        for (tdi, suspicion) in heard.sorted(by: { $0.key < $1.key }) {
            if case .failed(let meaning) = suspicion.standing, state(of: tdi).phase == .private,
                let issued = take(.observed(meaning), on: tdi)
            {
                owed[tdi] = issued
            }
            keep(suspicion, of: tdi)
        }
    }

    /// Counts what the engine was told of as it stands.
    func weigh(_ observation: Observation, on tdi: FunctionAddress) {
        let signal = Signal(SignalKind(observation), at: world.now())
        keep(SuspicionMachine.step(suspicion(of: tdi), signal).state, of: tdi)
    }

    /// Keeps what was noticed about a TDI that has private operation to fall out of. Of any other only what counters stand at
    /// is kept, and of a failure that the engine expects in the phase, such as ERROR while a driver is taken off, nothing.
    private func keep(_ new: Suspicion, of tdi: FunctionAddress) {
        let (old, phase) = (suspicion(of: tdi), state(of: tdi).phase)
        let kept: Suspicion
        if !phase.holdsLock {
            kept = old.isEmpty ? new.cleared : old
        } else if case .failed = new.standing, !phase.isTrouble {
            kept = old
        } else {
            kept = new
        }
        guard kept != old else { return }
        suspicions[tdi] = kept
        if !(old.isEmpty && kept.isEmpty) { unrecordedSuspicions.insert(tdi) }
    }

    /// The TDI has proven itself.
    func clearSuspicion(of tdi: FunctionAddress) {
        guard let old = suspicions[tdi] else { return }
        suspicions[tdi] = old.cleared
        if !old.isEmpty { unrecordedSuspicions.insert(tdi) }
    }

    /// Commits what was noticed. What cannot be written waits for the next time; nothing waits for it.
    func recordSuspicions() {
        for tdi in unrecordedSuspicions.sorted() {
            let record = SuspicionRecord(device: tdi, suspicion: suspicion(of: tdi), time: world.now())
            do throws(JournalFailure) { try world.journal.record(record) } catch { return }
            unrecordedSuspicions.remove(tdi)
        }
    }

    /// Asks suspect TDIs in private operation for their state, and commits what was noticed. That one answers RUN clears
    /// nothing; that one does not answer is a sign more.
    func askDoubted() async {
        let asked = doubted.sorted()
        doubted = []
        for tdi in asked where state(of: tdi).phase == .private {
            guard await confirm(tdi).state == nil, state(of: tdi).phase == .private else { continue }
            var owed: [FunctionAddress: IssuedEffect] = [:]
            hear(Signal(.heartbeatMissed, at: world.now()), on: tdi, &owed)
            doubted.remove(tdi)
            await carryOut(owed)
        }
        recordSuspicions()
    }

    private func tell(_ signal: Signal, about tdi: FunctionAddress) {
        let state = state(of: tdi)
        news.append(
            StepReport(
                device: tdi, kind: .signalled(signal, suspicion(of: tdi)), phaseBefore: state.phase, phase: state.phase,
                state: state, time: signal.time))
    }
}
