internal import Assignment
internal import PCIe

/// The engine's safety rules, held against its steps from outside: it knows the steps of every function and nothing of how
/// the engine comes to them.
struct EngineRules {
    private var histories: [FunctionAddress: History] = [:]

    /// What may start in one step of a scenario before it counts as not ending.
    static let effectLimit = 200

    /// A step of a scenario begins.
    mutating func beginStep() {
        for function in histories.keys { histories[function]?.startedInStep = 0 }
    }

    /// Takes one step; gives the rule that it breaks, if it breaks one.
    mutating func take(_ step: EngineStep, of function: FunctionAddress) -> Breach? {
        var history = histories[function] ?? History()
        let breach = history.take(step)
        histories[function] = history
        return breach
    }
}

/// What matters of the steps of one function so far.
private struct History {
    /// START was begun, and no cut was confirmed since.
    var mayBeOpen = false
    /// The untrusted mappings were dropped, and neither private operation nor their return was confirmed since.
    var isInBetween = false
    /// The return was proven since the untrusted mappings were dropped or the interface was locked.
    var isProven = false
    /// Granting effects of which nobody knows the outcome, and nobody has asked or torn down since.
    var unknown: Set<EffectName> = []
    /// The epoch in which each of the effects before `accept` succeeded last.
    var confirmed: [EffectName: LockEpoch] = [:]
    /// The epoch of the last lock.
    var lockedEpoch: LockEpoch = .none
    var use = Use.clean
    /// The untrusted mappings were dropped, and neither their return nor that of the device was confirmed since.
    var lacksMappings = false
    var owner: DomainID?
    var startedInStep = 0

    /// What a VM left in the device that the next owner must not find.
    enum Use {
        case clean
        case used
        /// It was reset since, and that is not proven.
        case reset
    }

    /// What may start while T=1 may be open: what belongs to private operation, to its orderly end, and what ends it.
    static let besideOpenTrusted: Set<EffectName> = [
        .accept, .bindGuestDriver, .probePrivate, .unbindGuestDriver, .cut,
    ]

    /// What takes back what a granting effect has opened, or may have.
    static let undone: [EffectName: EffectName] = [
        .unbindGuestDriver: .bindGuestDriver, .dropMappings: .restoreMappings, .detach: .attach,
        .releaseHostDriver: .returnHostDriver,
    ]

    /// Where a device is from LOCK on.
    static let straight: Set<Phase> = [.locking, .locked, .attesting, .attested, .accepting, .confirming, .private]

    mutating func take(_ step: EngineStep) -> Breach? {
        let change = ownerChange(step)
        switch step.what {
        case .started(let effect): return change ?? started(effect, step)
        case .ended(let effect, let outcome): ended(effect, outcome, step)
        case .resting: return change ?? rests(step)
        case .noticed, .signalled: break
        }
        return change
    }

    // MARK: Start

    private mutating func started(_ effect: EffectName, _ step: EngineStep) -> Breach? {
        startedInStep += 1
        let breach =
            ends(effect) ?? cutFirst(effect, step) ?? restoreLast(effect) ?? withoutDriver(effect)
            ?? sameEpoch(effect, step) ?? newKeys(effect, step) ?? resetFirst(effect) ?? notBlindly(effect)
            ?? newEpoch(effect, step)
        if effect == .lock { lockedEpoch = step.epoch }
        if effect == .accept { mayBeOpen = true }
        if effect == .lock || effect == .dropMappings { isProven = false }
        return breach
    }

    private func ends(_ effect: EffectName) -> Breach? {
        startedInStep <= EngineRules.effectLimit
            ? nil : Breach(.alwaysEnds, "\(effect.rawValue) is effect number \(startedInStep) of one step")
    }

    private func cutFirst(_ effect: EffectName, _ step: EngineStep) -> Breach? {
        if step.phase == .failed, effect != .cut {
            return Breach(.revokeFirst, "\(effect.rawValue) starts in phase failed")
        }
        if Self.straight.contains(step.before), !Self.straight.contains(step.phase), step.phase != .releasing,
            effect != .cut
        {
            return Breach(.revokeFirst, "\(step.before.rawValue) is left with \(effect.rawValue)")
        }
        guard mayBeOpen, !Self.besideOpenTrusted.contains(effect) else { return nil }
        return Breach(.revokeFirst, "\(effect.rawValue) starts while T=1 may be open")
    }

    private func restoreLast(_ effect: EffectName) -> Breach? {
        guard effect == .restoreMappings, !isProven else { return nil }
        return Breach(.restoreLast, "restore-mappings starts before prove-return succeeded")
    }

    private func withoutDriver(_ effect: EffectName) -> Breach? {
        guard isInBetween, effect == .bindGuestDriver || effect == .returnHostDriver else { return nil }
        return Breach(.noDriverInBetween, "\(effect.rawValue) starts between drop-mappings and accept")
    }

    private func newEpoch(_ effect: EffectName, _ step: EngineStep) -> Breach? {
        guard effect == .lock, step.epoch == lockedEpoch else { return nil }
        return Breach(.nothingOutlivesAnEpoch, "lock in epoch \(step.epoch), which is not its own")
    }

    private func sameEpoch(_ effect: EffectName, _ step: EngineStep) -> Breach? {
        guard effect == .accept else { return nil }
        let stale = [EffectName.lock, .collectEvidence, .appraise, .reconfirm].first { confirmed[$0] != step.epoch }
        return stale.map {
            Breach(.nothingOutlivesAnEpoch, "accept of epoch \(step.epoch) without \($0.rawValue) of that epoch")
        }
    }

    private func newKeys(_ effect: EffectName, _ step: EngineStep) -> Breach? {
        guard effect == .attach || effect == .returnHostDriver, step.rekeyOwed else { return nil }
        return Breach(.oneOwner, "\(effect.rawValue) starts while new stream keys are owed")
    }

    private func resetFirst(_ effect: EffectName) -> Breach? {
        guard use != .clean, effect == .attach || effect == .returnHostDriver || effect == .detach && use == .used
        else {
            return nil
        }
        return Breach(.oneOwner, "\(effect.rawValue) starts before \(use == .used ? "a reset" : "the reset is proven")")
    }

    private func notBlindly(_ effect: EffectName) -> Breach? {
        guard effect.isGranting, unknown.contains(effect) else { return nil }
        return Breach(.noBlindRetry, "\(effect.rawValue) starts again after an unknown outcome")
    }

    // MARK: End

    private mutating func ended(_ effect: EffectName, _ outcome: Outcome, _ step: EngineStep) {
        if outcome == .unknown, effect.isGranting { unknown.insert(effect) }
        if effect == .askState || effect == .stop || effect == .reset { unknown = [] }
        guard outcome == .succeeded else { return }
        confirmed[effect] = step.epoch
        if let undone = Self.undone[effect] { unknown.remove(undone) }
        if effect == .cut { mayBeOpen = false }
        if effect == .dropMappings { isInBetween = true }
        if effect == .accept || effect == .restoreMappings || effect == .detach { isInBetween = false }
        if effect == .proveReturn { isProven = true }
        if effect == .dropMappings { lacksMappings = true }
        if effect == .restoreMappings || effect == .detach { lacksMappings = false }
        if effect == .attach || effect == .bindGuestDriver || effect == .restoreMappings { use = .used }
        if effect == .reset, use == .used { use = .reset }
        if effect == .proveReturn, use == .reset { use = .clean }
    }

    private func rests(_ step: EngineStep) -> Breach? {
        guard step.phase == .attached, lacksMappings else { return nil }
        return Breach(.allOrHome, "it rests in attached, and its mappings were not restored")
    }

    private mutating func ownerChange(_ step: EngineStep) -> Breach? {
        defer { owner = step.domain }
        guard let before = owner, let after = step.domain, before != after else { return nil }
        return Breach(.oneOwner, "domain \(after) follows \(before) without a return to the host")
    }
}
