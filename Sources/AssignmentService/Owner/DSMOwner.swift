import Assignment
import Attestation
import PCIe

/// The one owner of a DSM: its connection machine, the assignment machine of each of its TDIs, and their secrets.
///
/// It steps a machine and commits the step in one turn, without a suspension in between; then it carries the effect out.
/// An event that arrives meanwhile is stepped at once (so a cut never waits for a slow effect), and the outcome of the
/// effect that it overtook is not heard (``IssuedEffect/ticket``).
actor DSMOwner {
    let dsm: FunctionAddress
    let world: World
    var connection: ConnectionState
    /// The number of the connection effect issued last; the outcome of another one is too late to matter.
    var connectionTicket: UInt64 = 0
    /// The platform's last words about a connection that could not be had.
    var connectionDetail = ""
    /// Ends of the connection that are to be committed once the cuts of its TDIs are on their way.
    var unjournalledConnection: [ConnectionStep] = []
    /// Those who wait for the connection's news.
    var askers: [ConnectionAsker] = []
    var assignments: [FunctionAddress: AssignmentState]
    /// What the journal had when this manager started, of every function of the host.
    let recorded: JournalContents
    /// Steps whose effect does not wait for the journal, oldest first; committed while that effect is under way.
    var unjournalled: [FunctionAddress: [AssignmentStep]] = [:]
    /// Steps to rest that the journal could not take.
    var unwritten: [FunctionAddress: AssignmentStep] = [:]
    /// Nonce and evidence of the current epoch. Never journalled; gone with the epoch.
    var evidence: [FunctionAddress: HeldEvidence] = [:]
    /// What has been noticed about TDIs that have not proven themselves since.
    var suspicions: [FunctionAddress: Suspicion]
    /// Those of which the journal does not know yet.
    var unrecordedSuspicions: Set<FunctionAddress> = []
    /// TDIs that are to be asked for their state.
    var doubted: Set<FunctionAddress> = []
    /// TDIs that a former manager left in the middle of an effect, and nobody was told yet.
    var interrupted: Set<FunctionAddress> = []
    /// TDIs for which something had to be done when the record was taken up, and nobody was told yet.
    var resumed: Set<FunctionAddress> = []
    /// What is to be told of the steps of this turn, once every cut that they ask for is on its way.
    var news: [StepReport] = []
    /// TDIs on which a request is being run.
    private var running: Set<FunctionAddress> = []
    var operations: [FunctionAddress: Operation] = [:]
    /// The number of the effect issued last.
    var tickets: [FunctionAddress: UInt64] = [:]
    private var restWaiters: [FunctionAddress: [CheckedContinuation<Void, Never>]] = [:]

    struct HeldEvidence {
        let epoch: LockEpoch
        let nonce: [UInt8]
        let evidence: Evidence
    }

    /// What the operation under way has come to so far.
    struct Operation {
        var trouble: Trouble?
        /// The last effect that went wrong: what put the device away, where it was put away.
        var lastEffect: Trouble?
        var refusal: Refusal?
        var journal: JournalFailure?
        /// A step to rest that is not in the journal.
        var unrecorded: JournalFailure?
        var proofs: [Proof] = []

        /// Nothing was begun, so nothing is to be waited for.
        var isTurnedAway: Bool { refusal != nil || journal != nil }
    }

    /// An owner of these TDIs, which are among the recorded ones.
    init(dsm: FunctionAddress, tdis: [FunctionAddress], world: World, recorded: JournalContents) {
        self.dsm = dsm
        self.world = world
        self.recorded = recorded
        connection = recorded.connections[dsm] ?? .initial
        assignments = tdis.reduce(into: [:]) { $0[$1] = recorded.assignments[$1] }
        suspicions = tdis.reduce(into: [:]) { $0[$1] = recorded.suspicions[$1] }
    }

    func state(of tdi: FunctionAddress) -> AssignmentState {
        assignments[tdi] ?? recorded.assignments[tdi] ?? .initial
    }

    /// TDIs that a reconnect would take along.
    func lockedTDIs(besides tdi: FunctionAddress? = nil) -> UInt16 {
        UInt16(clamping: assignments.filter { $0.key != tdi && $0.value.phase.holdsLock }.count)
    }

    // MARK: Operations

    /// Runs one request to its end: until the device rests. One at a time on each TDI.
    func run(_ request: AssignmentEvent, on tdi: FunctionAddress) async -> OperationResult {
        guard running.insert(tdi).inserted else {
            return OperationResult(device: tdi, state: state(of: tdi), end: .refused(Refusal(.busy)))
        }
        defer { running.remove(tdi) }
        operations[tdi] = Operation()
        await drive(tdi, request)
        if operations[tdi]?.isTurnedAway != true { await rest(of: tdi) }
        return result(of: tdi, goal: request)
    }

    /// Makes what is recorded confirmed before a request: hears what the platform noticed, brings to rest what a former
    /// manager left in the middle of an effect, and asks where trusted DMA may flow or the request doubts the record.
    /// Gives what came of it where something had to be done, or could not be known.
    func catchUp(_ tdi: FunctionAddress, before request: AssignmentEvent) async -> OperationResult? {
        guard !running.contains(tdi) else { return nil }
        if let settled = await settle(tdi) { return settled }
        let wasResumed = resumed.remove(tdi) != nil
        let ticket = wasResumed ? nil : tickets[tdi]
        if !wasResumed { operations[tdi] = Operation() }
        await takeNotices()
        if state(of: tdi).phase.isConfirmed(before: request) {
            let report = await confirm(tdi)
            if case .convert = request, report.state == nil, state(of: tdi).phase == .private {
                return unconfirmed(tdi, report)
            }
        }
        guard tickets[tdi] != ticket else { return nil }
        await rest(of: tdi)
        return result(of: tdi, goal: .restarted(during: .none))
    }

    /// What became of a device that a former manager left in the middle of an effect; nil when it did not.
    func settle(_ tdi: FunctionAddress) async -> OperationResult? {
        guard interrupted.remove(tdi) != nil else { return nil }
        resumed.remove(tdi)
        await rest(of: tdi)
        return result(of: tdi, goal: .restarted(during: .none))
    }

    /// Asks the device where it is. A device at rest that answers something else than recorded has failed.
    func confirm(_ tdi: FunctionAddress) async -> EffectReport {
        let report = await world.platform.perform(.askState, on: tdi)
        if let answer = report.state { await observe(.state(answer), on: tdi) }
        return report
    }

    /// Feeds something noticed, and carries out what follows.
    func observe(_ observation: Observation, on tdi: FunctionAddress) async {
        let issued = take(.observed(observation), on: tdi)
        weigh(observation, on: tdi)
        tellNews()
        if let issued { await follow(issued) }
        wake(tdi)
        recordSuspicions()
    }

    /// Turns a conversion back at its next safe point.
    func cancel(_ tdi: FunctionAddress) async {
        await drive(tdi, .cancel)
    }

    /// Asks the platform what it noticed about this DSM, and feeds all of it before anything is carried out: what one notice
    /// starts must not run ahead of what the next one says.
    func takeNotices() async {
        var owed: [FunctionAddress: IssuedEffect] = [:]
        for notice in await world.platform.notices(of: dsm) { feed(notice, &owed) }
        await carryOut(owed)
        await askDoubted()
    }

    /// Recorded as private, and nobody can say whether it still is: no reason to report it as done.
    private func unconfirmed(_ tdi: FunctionAddress, _ report: EffectReport) -> OperationResult {
        OperationResult(
            device: tdi, state: state(of: tdi),
            end: .failed(Trouble(.effect(.askState, .unknown), in: .private, detail: report.detail)))
    }

    private func result(of tdi: FunctionAddress, goal: AssignmentEvent) -> OperationResult {
        let state = state(of: tdi)
        let operation = operations[tdi] ?? Operation()
        return OperationResult(device: tdi, state: state, end: end(state, operation, goal), proofs: operation.proofs)
    }

    private func end(_ state: AssignmentState, _ operation: Operation, _ goal: AssignmentEvent) -> OperationResult.End {
        if let journal = operation.journal { return .journal(journal) }
        if let unrecorded = operation.unrecorded { return .unrecorded(unrecorded) }
        if let refusal = operation.refusal {
            return refusal.reason == .alreadyThere ? .alreadyThere : .refused(refusal)
        }
        if case .quarantined(let put) = state {
            return .quarantined(put.reason, operation.lastEffect ?? operation.trouble)
        }
        guard let trouble = operation.trouble else { return .done }
        return goal.isReached(in: state.phase) ? .done : .failed(trouble)
    }

    // MARK: Driving

    private func drive(_ tdi: FunctionAddress, _ first: AssignmentEvent) async {
        let issued = take(first, on: tdi)
        tellNews()
        if let issued { await follow(issued) }
        wake(tdi)
    }

    /// Carries an effect out, feeds its outcome, and so on until the device rests or another event has taken over.
    private func follow(_ first: IssuedEffect) async {
        let (tdi, domain) = (first.tdi, state(of: first.tdi).domain)
        var next: IssuedEffect? = first
        while let issued = next, tickets[tdi] == issued.ticket {
            let report = await carryOut(issued)
            await takeNotices()
            next = finish(issued, report)
            tellNews()
        }
        await rested(tdi, formerly: domain)
    }

    func feed(_ notice: Notice, _ owed: inout [FunctionAddress: IssuedEffect]) {
        switch notice {
        case .device(let tdi, let observation): feed(observation, to: [tdi], &owed)
        case .connection(let loss): feed(loss, &owed)
        case .signal(let tdi, let signal): hear(signal, on: tdi, &owed)
        }
    }

    /// Feeds an observation to TDIs, and keeps the last effect that it asks for of each.
    func feed(
        _ observation: Observation, to tdis: [FunctionAddress], _ owed: inout [FunctionAddress: IssuedEffect]
    ) {
        for tdi in tdis {
            if let issued = take(.observed(observation), on: tdi) { owed[tdi] = issued }
            weigh(observation, on: tdi)
            wake(tdi)
        }
    }

    /// Carries out what is owed to several TDIs, in order of address. Their cuts are on their way already: all of them, and
    /// where one is not confirmed the cut of the next rank, end before anything else is done for any. `between` comes then.
    func carryOut(
        _ owed: [FunctionAddress: IssuedEffect], between: (isolated DSMOwner) async -> Void = { _ in }
    ) async {
        let tdis = owed.keys.sorted()
        let domains = owed.mapValues { state(of: $0.tdi).domain }
        var owed = owed
        recordConnection()
        tellNews()
        while owed.values.contains(where: \.isCut) {
            for tdi in tdis {
                guard let cut = owed[tdi], cut.isCut else { continue }
                owed[tdi] = finish(cut, await carryOut(cut))
                tellNews()
            }
        }
        await between(self)
        for tdi in tdis {
            if let issued = owed[tdi] {
                await follow(issued)
            } else {
                await rested(tdi, formerly: domains[tdi] ?? nil)
            }
        }
    }

    /// Feeds the outcome of an effect, unless another effect was issued meanwhile.
    private func finish(_ issued: IssuedEffect, _ report: EffectReport) -> IssuedEffect? {
        guard tickets[issued.tdi] == issued.ticket else { return nil }
        return take(
            issued.effect.event(report), on: issued.tdi, after: EndedEffect(name: issued.effect.name, report: report))
    }

    /// Steps the machine and commits the step. Gives the effect to carry out, or nil. A cut is on its way when this returns;
    /// nothing was written or told before.
    ///
    /// A journal that cannot be written refuses a request; on the way, what would need it counts as failed.
    func take(
        _ event: AssignmentEvent, on tdi: FunctionAddress, after ended: EndedEffect? = nil
    ) -> IssuedEffect? {
        let before = state(of: tdi)
        let transition = world.engine(before, event)
        guard transition.state != before || transition.effect != .none else { return nil }
        let effect = transition.effect
        let step = AssignmentStep(
            device: tdi, event: event, state: transition.state, effect: effect,
            detail: ended?.report.record ?? "", time: world.now())
        let cut = issueCut(effect, on: tdi)
        let failure = commit(step)
        if let failure, event.isRequest, effect.isToBeCarriedOut {
            operations[tdi, default: Operation()].journal = failure
            return nil
        }
        adopt(transition, event, on: tdi, after: ended)
        guard effect.isToBeCarriedOut else {
            guard transition.state != before else { return nil }
            operations[tdi]?.unrecorded = failure
            unwritten[tdi] = failure == nil ? nil : step
            return nil
        }
        if let failure {
            let report = EffectReport(.failed(.other), failure.message)
            return take(effect.event(report), on: tdi, after: EndedEffect(name: effect.name, report: report))
        }
        let ticket = tickets[tdi, default: 0] + 1
        tickets[tdi] = ticket
        return IssuedEffect(tdi: tdi, effect: effect, ticket: ticket, cut: cut)
    }

    private func issueCut(_ effect: AssignmentEffect, on tdi: FunctionAddress) -> Task<EffectReport, Never>? {
        guard effect.name == .cut else { return nil }
        return Task.immediate { [platform = world.platform] in await platform.perform(effect, on: tdi) }
    }

    /// Commits a step. One whose effect does not wait for the journal is put in line until that effect is under way, and so
    /// is what is merely noted behind it.
    private func commit(_ step: AssignmentStep) -> JournalFailure? {
        let isHeldUp = unjournalled[step.device] != nil && !step.effect.isToBeCarriedOut
        if step.effect.name.precedesJournal || isHeldUp {
            unjournalled[step.device, default: []].append(step)
            return nil
        }
        return record((unjournalled.removeValue(forKey: step.device) ?? []) + [step])
    }

    func record(_ steps: [AssignmentStep]) -> JournalFailure? {
        do throws(JournalFailure) {
            for step in steps { try world.journal.record(step) }
            return nil
        } catch {
            return error
        }
    }

    private func adopt(
        _ transition: AssignmentTransition, _ event: AssignmentEvent, on tdi: FunctionAddress, after ended: EndedEffect?
    ) {
        let before = state(of: tdi)
        assignments[tdi] = transition.state
        if event.isProof { clearSuspicion(of: tdi) }
        if transition.state.lineage.epoch != before.lineage.epoch || !transition.state.phase.holdsEvidence {
            evidence[tdi] = nil
        }
        remember(event, before, transition, on: tdi, after: ended)
        tell(event, before, transition, on: tdi, after: ended)
    }

    // MARK: Resting

    private func rest(of tdi: FunctionAddress) async {
        guard !state(of: tdi).phase.isResting else { return }
        await withCheckedContinuation { restWaiters[tdi, default: []].append($0) }
    }

    /// Shows the domain's operator where a device has come to rest, and tells who waits for that.
    private func rested(_ tdi: FunctionAddress, formerly domain: DomainID?) async {
        let state = state(of: tdi)
        guard state.phase.isResting else { return }
        recordSuspicions()
        if let domain = state.domain ?? domain {
            _ = await world.platform.publish(
                DomainBinding(device: tdi, domain: domain, phase: state.phase, epoch: state.lineage.epoch))
        }
        wake(tdi)
    }

    func wake(_ tdi: FunctionAddress) {
        guard state(of: tdi).phase.isResting else { return }
        for waiter in restWaiters.removeValue(forKey: tdi) ?? [] { waiter.resume() }
    }
}
