import Assignment
import Attestation
import PCIe

extension DSMOwner {
    /// Carries an effect out, or waits for the end of a cut.
    func carryOut(_ issued: IssuedEffect) async -> EffectReport {
        guard let cut = issued.cut else { return await carryOut(issued.effect, on: issued.tdi) }
        recordWaiting(issued.effect, on: issued.tdi)
        return await cut.value
    }

    private func carryOut(_ effect: AssignmentEffect, on tdi: FunctionAddress) async -> EffectReport {
        switch effect {
        case .none, .refuse: EffectReport(.succeeded)
        case .requireConnection: await connect(.require)
        case .rekey: await connect(.rekey(lockedTDIs: lockedTDIs(besides: tdi)))
        case .collectEvidence(let epoch): await collect(epoch, from: tdi)
        case .appraise(let epoch): await appraise(epoch, of: tdi)
        case .cut, .stop: await performBeforeJournal(effect, on: tdi)
        case .reset: await reset(effect, on: tdi)
        case .releaseHostDriver, .attach, .unbindGuestDriver, .drainDMA, .saveLedger, .dropMappings, .lock, .reconfirm,
            .accept, .bindGuestDriver, .probePrivate, .askState, .compareIdentity, .adoptIdentity, .pause,
            .restoreConfiguration, .proveReturn,
            .restoreMappings, .detach, .returnHostDriver:
            await world.platform.perform(effect, on: tdi)
        }
    }

    /// A reset that ends the session makes every locked interface of the DSM fall. None is made to without somebody's word,
    /// and each is cut before.
    private func reset(_ effect: AssignmentEffect, on tdi: FunctionAddress) async -> EffectReport {
        let falling = falling(with: effect, on: tdi)
        guard !falling.isEmpty else { return await performReset(effect, on: tdi) }
        guard state(of: tdi).lineage.orders.givesUpSiblings else {
            let list = falling.map(\.description).joined(separator: ", ")
            return await performBeforeJournal(
                effect, on: tdi,
                refused: EffectReport(.failed(.siblingsInUse), "function 0 was not reset: \(list) would fall with it"))
        }
        var owed: [FunctionAddress: IssuedEffect] = [:]
        feed(.deviceReset, to: falling, &owed)
        var report = EffectReport(.failed(.other), "overtaken while its siblings were cut")
        await carryOut(owed) { owner in
            guard owner.state(of: tdi).pending == effect else { return }
            report = await owner.performReset(effect, on: tdi)
        }
        return report
    }

    /// A reset that ends the session is the end of the connection, whether or not anybody tells of that.
    private func performReset(_ effect: AssignmentEffect, on tdi: FunctionAddress) async -> EffectReport {
        let report = await performBeforeJournal(effect, on: tdi)
        guard endsSession(effect, on: tdi), report.outcome == .succeeded else { return report }
        var owed: [FunctionAddress: IssuedEffect] = [:]
        feed(ConnectionLoss.deviceReset, &owed)
        await carryOut(owed)
        return report
    }

    /// The interfaces that fall with a reset, and are sound.
    private func falling(with effect: AssignmentEffect, on tdi: FunctionAddress) -> [FunctionAddress] {
        guard endsSession(effect, on: tdi) else { return [] }
        return assignments.filter { $0.key != tdi && $0.value.phase.fallsWithSession }.keys.sorted()
    }

    /// Whether a reset takes the DSM's session and stream along: of function 0, or of the whole device.
    private func endsSession(_ effect: AssignmentEffect, on tdi: FunctionAddress) -> Bool {
        effect == .reset(.conventional) || tdi == dsm
    }

    /// Issues the effect first; its step is committed while it is under way. A journal that fails does not hold it up.
    /// `refused`: what is answered instead.
    private func performBeforeJournal(
        _ effect: AssignmentEffect, on tdi: FunctionAddress, refused: EffectReport? = nil
    ) async -> EffectReport {
        let platform = world.platform
        let report = Task.immediate {
            if let refused { refused } else { await platform.perform(effect, on: tdi) }
        }
        recordWaiting(effect, on: tdi)
        recordSuspicions()
        return await report.value
    }

    /// Commits the steps that waited for their effect to be under way.
    private func recordWaiting(_ effect: AssignmentEffect, on tdi: FunctionAddress) {
        guard let failure = record(unjournalled.removeValue(forKey: tdi) ?? []) else { return }
        note(
            Trouble(.effect(effect.name, .failed(.other)), in: state(of: tdi).phase, detail: failure.message), on: tdi)
    }

    /// Writes steps to rest that the journal could not take; nothing else is done. Gives why it still cannot.
    func writeUnwritten() -> JournalFailure? {
        for (tdi, step) in unwritten {
            if let failure = record([step]) { return failure }
            unwritten[tdi] = nil
        }
        return nil
    }

    private func collect(_ epoch: LockEpoch, from tdi: FunctionAddress) async -> EffectReport {
        guard let nonce = world.nonce() else { return EffectReport(.failed(.other), "no random bytes for a nonce") }
        let answer = await world.platform.collectEvidence(from: tdi, epoch: epoch, nonce: nonce)
        let state = state(of: tdi)
        if let found = answer.evidence, state.lineage.epoch == epoch, state.phase.holdsEvidence {
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
                    seen: held.evidence.identityProven ? "" : "claimed, not signed for")
            ])
    }
}
