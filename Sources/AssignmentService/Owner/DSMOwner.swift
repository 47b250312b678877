import Assignment
import Attestation
import PCIe

/// The one owner of a DSM: its connection machine, the assignment machine of each of its TDIs, and their secrets.
///
/// It steps a machine and commits the step in one turn, without a suspension in between; then it carries the effect out.
/// An event that arrives meanwhile is stepped at once (so a cut never waits for a slow effect), and the outcome of the
/// effect that it overtook comes too late to matter, which the machine knows.
actor DSMOwner {
    let dsm: FunctionAddress
    let world: World
    var connection: ConnectionState
    /// The effect that the connection machine asked for last.
    var connectionEffect = ConnectionEffect.none
    /// The platform's last words about a connection that could not be had.
    var connectionDetail = ""
    private(set) var assignments: [FunctionAddress: AssignmentState]
    /// Steps whose effect was not to wait for the journal; committed while that effect is under way.
    private var unjournalled: [FunctionAddress: AssignmentStep] = [:]
    /// Nonce and evidence of the current epoch. Never journalled; gone with the epoch.
    private var evidence: [FunctionAddress: HeldEvidence] = [:]
    private var operations: [FunctionAddress: Operation] = [:]
    /// The number of the effect issued last.
    private var tickets: [FunctionAddress: UInt64] = [:]
    private var restWaiters: [FunctionAddress: [CheckedContinuation<Void, Never>]] = [:]
    /// The connection's news told last, and how many there were: whoever waits can tell whether it missed some.
    var news: (count: UInt64, last: ConnectionNews?) = (0, nil)
    var newsWaiters: [CheckedContinuation<Void, Never>] = []

    private struct HeldEvidence {
        let epoch: LockEpoch
        let nonce: [UInt8]
        let evidence: Evidence
    }

    /// What the operation under way has come to so far.
    private struct Operation {
        var trouble: Trouble?
        var refusal: Refusal?
        var journal: JournalFailure?
        var proofs: [Proof] = []
    }

    init(dsm: FunctionAddress, world: World, contents: JournalContents) {
        self.dsm = dsm
        self.world = world
        connection = contents.connections[dsm] ?? .initial
        assignments = contents.assignments
    }

    func state(of tdi: FunctionAddress) -> AssignmentState { assignments[tdi] ?? .initial }

    // MARK: Operations

    /// Runs one request to its end: until the device rests.
    func run(_ request: AssignmentEvent, on tdi: FunctionAddress) async -> OperationResult {
        operations[tdi] = Operation()
        let domain = state(of: tdi).domain
        await drive(tdi, request)
        await rest(of: tdi)
        await publish(tdi, formerly: domain)
        return result(of: tdi, goal: request)
    }

    /// Brings a device to rest that a former manager left in the middle of an effect.
    func settle(_ tdi: FunctionAddress) async -> OperationResult? {
        let pending = state(of: tdi).pending.name
        guard pending != .none, operations[tdi] == nil else { return nil }
        return await run(.restarted(during: pending), on: tdi)
    }

    /// Asks the device where it is. A device at rest that answers something else than recorded has failed.
    func confirm(_ tdi: FunctionAddress) async -> EffectReport {
        let report = await world.platform.perform(.askState, on: tdi)
        if let answer = report.state { await observe(.state(answer), on: tdi) }
        return report
    }

    /// Ends the connection. With `force`, the trusted DMA of every locked TDI is cut before it ends.
    func disconnect(force: Bool) async -> EffectReport {
        let locked = UInt16(clamping: assignments.values.filter { $0.phase.holdsLock }.count)
        let request = ConnectionEvent.disconnect(lockedTDIs: locked, force: force)
        if force, locked > 0 {
            var started: [FunctionAddress: AssignmentEffect] = [:]
            feed(.sessionLost, to: assignments.keys.sorted(), &started)
            await carryOut(started) { await $0.driveConnection(request) }
        } else if await driveConnection(request) != .ended {
            return EffectReport(.failed(.busy), "\(locked) locked TDIs")
        }
        return EffectReport(.succeeded)
    }

    /// Feeds something noticed, and carries out what follows.
    func observe(_ observation: Observation, on tdi: FunctionAddress) async {
        await drive(tdi, .observed(observation))
    }

    /// Turns a conversion back at its next safe point.
    func cancel(_ tdi: FunctionAddress) async {
        note(Trouble(.cancelled, in: state(of: tdi).phase), on: tdi)
        await drive(tdi, .cancel)
    }

    /// Asks the platform what it noticed about this DSM, and feeds all of it before anything is carried out: what one notice
    /// starts must not run ahead of what the next one says.
    func takeNotices() async {
        var started: [FunctionAddress: AssignmentEffect] = [:]
        for notice in await world.platform.notices(of: dsm) {
            switch notice {
            case .device(let tdi, let observation): feed(observation, to: [tdi], &started)
            case .connection(let loss): feed(loss, &started)
            }
        }
        await carryOut(started)
    }

    private func result(of tdi: FunctionAddress, goal: AssignmentEvent) -> OperationResult {
        let state = state(of: tdi)
        let operation = operations[tdi] ?? Operation()
        return OperationResult(device: tdi, state: state, end: end(state, operation, goal), proofs: operation.proofs)
    }

    private func end(_ state: AssignmentState, _ operation: Operation, _ goal: AssignmentEvent) -> OperationResult.End {
        if let journal = operation.journal { return .journal(journal) }
        if let refusal = operation.refusal {
            return refusal.reason == .alreadyThere ? .alreadyThere : .refused(refusal)
        }
        if case .quarantined(let put) = state { return .quarantined(put.reason, operation.trouble) }
        guard let trouble = operation.trouble else { return .done }
        return goal.isReached(in: state.phase) ? .done : .failed(trouble)
    }

    // MARK: Driving

    private func drive(_ tdi: FunctionAddress, _ first: AssignmentEvent) async {
        if let effect = take(first, "", on: tdi) { await follow(effect, on: tdi) }
        wake(tdi)
    }

    /// Carries an effect out, feeds its outcome, and so on until nothing is to be done, or another event has taken over.
    func follow(_ first: AssignmentEffect, on tdi: FunctionAddress) async {
        var next: AssignmentEffect? = first
        while let effect = next {
            let ticket = issue(tdi)
            let report = await carryOut(effect, on: tdi)
            await takeNotices()
            next = finish(effect, report, ticket, on: tdi)
        }
    }

    /// Numbers an effect that is about to be carried out. The number is its claim to be heard.
    func issue(_ tdi: FunctionAddress) -> UInt64 {
        tickets[tdi, default: 0] += 1
        return tickets[tdi, default: 0]
    }

    /// Feeds the outcome of an effect, unless another effect was issued meanwhile: then it is too late to matter, even where
    /// the state waits for an effect of the same name.
    func finish(
        _ effect: AssignmentEffect, _ report: EffectReport, _ ticket: UInt64, on tdi: FunctionAddress
    ) -> AssignmentEffect? {
        guard tickets[tdi] == ticket else { return nil }
        return take(effect.event(report), report.detail, on: tdi, ended: effect.name, report)
    }

    /// Steps the machine and commits the step. Gives the effect to carry out, or nil.
    func take(
        _ event: AssignmentEvent, _ detail: String, on tdi: FunctionAddress, ended: EffectName? = nil,
        _ report: EffectReport? = nil
    ) -> AssignmentEffect? {
        let before = state(of: tdi)
        let transition = AssignmentMachine.step(before, event)
        guard transition.state != before || transition.effect != .none else { return nil }
        let step = AssignmentStep(
            device: tdi, event: event, state: transition.state, effect: transition.effect, detail: detail,
            time: world.now())
        do throws(JournalFailure) {
            if !transition.effect.name.precedesJournal { try world.journal.record(step) }
        } catch {
            return withoutJournal(error, event, transition, on: tdi)
        }
        adopt(transition, event, detail, on: tdi, ended: ended, report)
        if transition.effect.name.precedesJournal { unjournalled[tdi] = step }
        return transition.effect.isToBeCarriedOut ? transition.effect : nil
    }

    private func adopt(
        _ transition: AssignmentTransition, _ event: AssignmentEvent, _ detail: String, on tdi: FunctionAddress,
        ended: EffectName?, _ report: EffectReport?
    ) {
        let before = state(of: tdi)
        assignments[tdi] = transition.state
        if transition.state.lineage.epoch != before.lineage.epoch || !transition.state.phase.holdsEvidence {
            evidence[tdi] = nil
        }
        remember(event, detail, before, transition, on: tdi, report)
        tell(event, before, transition, on: tdi, ended: ended, report)
    }

    /// The journal refuses. A request is refused with it; on the way, what would need the journal counts as failed.
    private func withoutJournal(
        _ failure: JournalFailure, _ event: AssignmentEvent, _ transition: AssignmentTransition, on tdi: FunctionAddress
    ) -> AssignmentEffect? {
        if event.isRequest {
            operations[tdi, default: Operation()].journal = failure
            return nil
        }
        assignments[tdi] = transition.state
        note(
            Trouble(
                .effect(transition.effect.name, .failed(.other)), in: transition.state.phase, detail: failure.message),
            on: tdi)
        guard transition.effect.isToBeCarriedOut else { return nil }
        return take(.finished(transition.effect.name, .failed(.other)), failure.message, on: tdi)
    }

    // MARK: Effects

    func carryOut(_ effect: AssignmentEffect, on tdi: FunctionAddress) async -> EffectReport {
        switch effect {
        case .none, .refuse: EffectReport(.succeeded)
        case .requireConnection: await connect(.require)
        case .rekey: await connect(.rekey(lockedTDIs: lockedTDIs(besides: tdi)))
        case .collectEvidence(let epoch): await collect(epoch, from: tdi)
        case .appraise(let epoch): await appraise(epoch, of: tdi)
        case .cut, .stop, .reset: await performBeforeJournal(effect, on: tdi)
        case .releaseHostDriver, .attach, .unbindGuestDriver, .drainDMA, .saveLedger, .dropMappings, .lock, .reconfirm,
            .accept, .bindGuestDriver, .probePrivate, .askState, .compareIdentity, .restoreConfiguration, .proveReturn,
            .restoreMappings, .detach, .returnHostDriver:
            await world.platform.perform(effect, on: tdi)
        }
    }

    /// Issues the effect first; its step is committed while it runs. A journal that fails does not hold it up.
    private func performBeforeJournal(_ effect: AssignmentEffect, on tdi: FunctionAddress) async -> EffectReport {
        let platform = world.platform
        async let report = platform.perform(effect, on: tdi)
        if let step = unjournalled.removeValue(forKey: tdi) {
            do throws(JournalFailure) {
                try world.journal.record(step)
            } catch {
                note(
                    Trouble(.effect(effect.name, .failed(.other)), in: step.state.phase, detail: error.message), on: tdi
                )
            }
        }
        return await report
    }

    private func collect(_ epoch: LockEpoch, from tdi: FunctionAddress) async -> EffectReport {
        guard let nonce = world.nonce() else { return EffectReport(.failed(.other), "no random bytes for a nonce") }
        let answer = await world.platform.collectEvidence(from: tdi, epoch: epoch, nonce: nonce)
        if let found = answer.evidence, state(of: tdi).lineage.epoch == epoch {
            evidence[tdi] = HeldEvidence(epoch: epoch, nonce: nonce, evidence: found)
        }
        return answer.report
    }

    /// Evidence of another epoch cannot be judged: it died with that epoch.
    private func appraise(_ epoch: LockEpoch, of tdi: FunctionAddress) async -> EffectReport {
        guard let held = evidence[tdi], held.epoch == epoch else {
            return EffectReport(.failed(.policyRefused), "no evidence of epoch \(epoch)")
        }
        let facts = await world.platform.facts(about: tdi, state(of: tdi).domain)
        let judgement = world.judge(
            EvidenceCase(
                tdi: tdi, evidence: held.evidence, epoch: epoch, nonce: held.nonce, function: facts.0, domain: facts.1))
        return EffectReport(
            judgement.accepted ? .succeeded : .failed(.policyRefused), judgement.findings.joined(separator: "; "),
            proofs: [
                Proof(
                    "the device is the one whose certificate it shows",
                    held.evidence.identityProven ? .proven : .notProven,
                    seen: held.evidence.identityProven ? "" : "claimed over a plain channel")
            ])
    }

    func lockedTDIs(besides tdi: FunctionAddress) -> UInt16 {
        UInt16(clamping: assignments.filter { $0.key != tdi && $0.value.phase.holdsLock }.count)
    }

    // MARK: Telling

    private func remember(
        _ event: AssignmentEvent, _ detail: String, _ before: AssignmentState, _ transition: AssignmentTransition,
        on tdi: FunctionAddress, _ report: EffectReport?
    ) {
        operations[tdi, default: Operation()].proofs += report?.proofs ?? []
        if case .refuse(let refusal) = transition.effect, event.isRequest { operations[tdi]?.refusal = refusal }
        switch event {
        case .finished(let effect, .failed(let reason)):
            note(Trouble(.effect(effect, .failed(reason)), in: before.phase, detail: detail), on: tdi)
        case .finished(let effect, .unknown):
            note(Trouble(.effect(effect, .unknown), in: before.phase, detail: detail), on: tdi)
        case .observed(let observation): note(Trouble(.noticed(observation), in: before.phase), on: tdi)
        case .restarted(let effect):
            note(Trouble(.effect(effect, .unknown), in: before.phase, detail: "the manager was interrupted"), on: tdi)
        case .finished(_, .succeeded), .convert, .release, .recover, .cancel, .answered: break
        }
    }

    private func note(_ trouble: Trouble, on tdi: FunctionAddress) {
        if operations[tdi, default: Operation()].trouble == nil { operations[tdi]?.trouble = trouble }
    }

    private func tell(
        _ event: AssignmentEvent, _ before: AssignmentState, _ transition: AssignmentTransition,
        on tdi: FunctionAddress,
        ended: EffectName?, _ report: EffectReport?
    ) {
        func send(_ kind: StepReport.Kind) {
            world.report(
                StepReport(
                    device: tdi, kind: kind, phaseBefore: before.phase, phase: transition.state.phase,
                    state: transition.state, time: world.now()))
        }
        if let ended, let report { send(.ended(ended, report.outcome, detail: report.detail, proofs: report.proofs)) }
        if case .observed(let observation) = event { send(.noticed(observation)) }
        if transition.effect.isToBeCarriedOut { send(.started(transition.effect.name)) }
        if transition.state.phase.isResting { send(.resting) }
    }

    // MARK: Waiting

    private func rest(of tdi: FunctionAddress) async {
        guard !state(of: tdi).phase.isResting else { return }
        await withCheckedContinuation { restWaiters[tdi, default: []].append($0) }
    }

    func wake(_ tdi: FunctionAddress) {
        guard state(of: tdi).phase.isResting else { return }
        for waiter in restWaiters.removeValue(forKey: tdi) ?? [] { waiter.resume() }
    }

    /// For the domain's operator to read; nothing depends on it.
    private func publish(_ tdi: FunctionAddress, formerly: DomainID?) async {
        let state = state(of: tdi)
        guard let domain = state.domain ?? formerly else { return }
        _ = await world.platform.publish(
            DomainBinding(device: tdi, domain: domain, phase: state.phase, epoch: state.lineage.epoch))
    }
}
