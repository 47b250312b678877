internal import Assignment
internal import AssignmentService
internal import Attestation
internal import Emulator
internal import PCIe
internal import Synchronization

/// What assignments are stepped by in a replay.
struct Engine: Sendable {
    let step: @Sendable (AssignmentState, AssignmentEvent) -> AssignmentTransition

    static let shipped = Engine(step: AssignmentMachine.step)
}

/// One life of a manager: a service, and its hold on host and journal, which death loosens. What a dead manager does goes
/// nowhere and is told to nobody.
final class Manager: Sendable {
    let service: AssignmentService
    let life: ManagerLife

    /// Starts a manager over what the journal has. Throws ``JournalFailure`` when that cannot be read.
    init(
        host: EmulatedHost, journal: VolatileJournal, recorder: TraceRecorder, entropy: SharedEntropy, engine: Engine,
        doom: Doom?
    ) throws(JournalFailure) {
        let life = ManagerLife(doom: doom)
        let world = World(
            platform: WatchedPlatform(host: host, life: life, recorder: recorder),
            journal: WatchedJournal(journal: journal, life: life, recorder: recorder),
            judge: { $0.judged(by: BuiltInVerdict()) },
            nonce: { entropy.bytes32() }, now: { recorder.time },
            report: { report in if life.isAlive { recorder.record(report) } },
            // What follows a broken rule is not looked at; the shipped engine brings it to an end.
            engine: { recorder.breach == nil ? engine.step($0, $1) : AssignmentMachine.step($0, $1) })
        service = try AssignmentService(world: world)
        self.life = life
    }
}

/// Whether a manager lives, and what is going to happen to it.
final class ManagerLife: Sendable {
    /// What is going to happen, and at which effect.
    struct Turn: Sendable {
        let kind: Interruption.Kind
        let effect: EffectFault.Name
        /// What is done when the operator cancels.
        let cancel: @Sendable () async -> Void
    }

    private struct State {
        var isAlive = true
        var turn: Turn?
        /// The effect that a manager that is not dead yet dies of.
        var dyingOf: EffectFault.Name?
    }

    private let state = Mutex(State())
    let doom: Doom?

    init(doom: Doom?) { self.doom = doom }

    var isAlive: Bool { state.withLock { $0.isAlive } }

    /// Whether what was to happen has not happened yet.
    var isWaiting: Bool { state.withLock { $0.turn != nil } }

    /// Arms a turn for the next time that its effect starts.
    func arm(_ turn: Turn?) { state.withLock { $0.turn = turn } }

    /// Carries an effect out for this manager, if it lives; and does what was to happen at this effect.
    func carryOut<Report>(
        _ name: EffectFault.Name, on function: FunctionAddress, orElse lost: Report, _ body: () async -> Report
    ) async -> Report {
        let (isAlive, turn) = state.withLock { state in
            guard let turn = next(name, on: function, &state) else { return (state.isAlive, Turn?.none) }
            if turn.kind != .cancelAt { state.dyingOf = name }
            return (state.isAlive, turn)
        }
        switch turn?.kind {
        case nil: return isAlive ? await body() : lost
        case .cancelAt:
            await turn?.cancel()
            return await body()
        case .crashBefore: die()
        case .crashAfter:
            _ = await body()
            die()
        }
        return lost
    }

    /// Whether a step may be recorded. A step whose effect does not wait for the journal is not recorded by a manager that
    /// dies of that effect: it had no time to.
    func mayRecord(_ effect: EffectName) -> Bool {
        state.withLock { state in
            let death = state.dyingOf ?? state.turn.flatMap { $0.kind == .cancelAt ? nil : $0.effect }
            return state.isAlive && !(effect.precedesJournal && death == .assignment(effect))
        }
    }

    /// What happens at this effect, if anything does.
    private func next(_ name: EffectFault.Name, on function: FunctionAddress, _ state: inout State) -> Turn? {
        if state.isAlive, let kind = doom?.strikes(name, on: function) { return Turn(kind: kind, effect: name) {} }
        guard let turn = state.turn, turn.effect == name else { return nil }
        state.turn = nil
        return turn
    }

    private func die() { state.withLock { $0.isAlive = false } }
}

/// The platform as a manager has it.
private struct WatchedPlatform: Platform {
    let host: EmulatedHost
    let life: ManagerLife
    let recorder: TraceRecorder

    private static let lost = EffectReport(.unknown, "the manager is dead")

    func snapshot() async throws(PlatformError) -> HostSnapshot { try await host.snapshot() }

    func perform(_ effect: AssignmentEffect, on tdi: FunctionAddress) async -> EffectReport {
        let report = await life.carryOut(.assignment(effect.name), on: tdi, orElse: Self.lost) {
            recorder.note(.assignment(effect.name), on: tdi)
            return await host.perform(effect, on: tdi)
        }
        await look()
        return report
    }

    func perform(_ effect: ConnectionEffect, on dsm: FunctionAddress) async -> EffectReport {
        let report = await life.carryOut(.connection(effect.name), on: dsm, orElse: Self.lost) {
            recorder.note(.connection(effect.name), on: dsm)
            return await host.perform(effect, on: dsm)
        }
        await look()
        return report
    }

    func collectEvidence(from tdi: FunctionAddress, epoch: LockEpoch, nonce: [UInt8]) async -> EvidenceReport {
        let report = await life.carryOut(.assignment(.collectEvidence), on: tdi, orElse: EvidenceReport(Self.lost)) {
            recorder.note(.assignment(.collectEvidence), on: tdi)
            return await host.collectEvidence(from: tdi, epoch: epoch, nonce: nonce)
        }
        await look()
        return report
    }

    func notices(of dsm: FunctionAddress) async -> [Notice] {
        guard life.isAlive else { return [] }
        let notices = await host.notices(of: dsm)
        recorder.note(notices, of: dsm)
        await look()
        return life.doom?.deliver(notices, of: dsm) ?? notices
    }

    func publish(_ binding: DomainBinding) async -> EffectReport {
        life.isAlive ? await host.publish(binding) : Self.lost
    }

    /// Reads the clock that records get their time from, and holds the rules of DMA against the host.
    private func look() async {
        let phases: KnownPhases = life.isAlive ? .known(recorder.states) : .nobodyKnows
        let (time, breach) = await host.withModel { model in
            (model.time, HostRules(phases, model).breachAtAGlance(in: model))
        }
        recorder.time = time
        recorder.note(breach)
    }
}

/// The journal as a manager has it.
private struct WatchedJournal: AssignmentJournal {
    let journal: VolatileJournal
    let life: ManagerLife
    let recorder: TraceRecorder

    func load() throws(JournalFailure) -> JournalContents { try journal.load() }

    func record(_ step: AssignmentStep) throws(JournalFailure) {
        if life.mayRecord(step.effect.name) { try journal.record(step) }
    }

    func record(_ step: ConnectionStep) throws(JournalFailure) {
        guard life.isAlive else { return }
        recorder.record(step)
        try journal.record(step)
    }

    func record(_ suspicion: SuspicionRecord) throws(JournalFailure) {
        if life.isAlive { try journal.record(suspicion) }
    }
}

/// Random bits that are the same each time.
final class SharedEntropy: Sendable {
    private let source: Mutex<SeededEntropy>

    init(seed: UInt64) { source = Mutex(SeededEntropy(seed: seed)) }

    /// 32 bytes.
    func bytes32() -> [UInt8]? {
        source.withLock { source in
            var bytes: [UInt8] = []
            for _ in 0..<4 {
                guard let word = source.next() else { return nil }
                bytes += (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * UInt64($0))) }
            }
            return bytes
        }
    }
}
