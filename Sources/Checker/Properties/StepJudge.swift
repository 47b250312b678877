internal import Assignment
internal import IOMMU
internal import TDISP

/// Judges a step of the engine by what device and platform are really like when it is taken.
struct StepJudge {
    let before: AssignmentState
    let event: AssignmentEvent
    let step: EngineStep
    /// The lane after the step. What the step asks for is not carried out yet.
    let lane: Lane
    /// Whether a cut may have been carried out that was never recorded, because the manager died: what was to be open may
    /// be shut then.
    let mayBeShut: Bool

    /// The first rule that is broken; nil: none.
    var violation: Violation? {
        revokeFirst ?? restoreLast ?? noDriverInBetween ?? nothingOutlivesAnEpoch ?? oneOwner ?? noBlindRetry
            ?? allOrHome ?? quarantineHolds
    }

    private var phase: Phase { step.state.phase }
    private var enters: Bool { phase != before.phase }
    private var isRelease: Bool { if case .release = event { true } else { false } }

    private static let straight: Set<Phase> = [
        .locking, .locked, .attesting, .attested, .accepting, .confirming, .private,
    ]

    /// Trouble is met by the cut, and while trusted DMA gets through, nothing that is not part of private operation comes
    /// before it.
    private var revokeFirst: Violation? {
        let effect = step.effect
        if enters, phase == .failed || phase == .unknown, effect != .cut(.first) {
            return Violation(.revokeFirst, "\(phase) is entered with \(effect.name.rawValue)")
        }
        if Self.straight.contains(before.phase), enters, !Self.straight.contains(phase), !isRelease,
            effect != .cut(.first)
        {
            return Violation(.revokeFirst, "\(before.phase) is left with \(effect.name.rawValue)")
        }
        guard lane.isTrustedOpen, !Self.ofPrivateOperation.contains(effect.name),
            !isRelease || effect != .unbindGuestDriver
        else { return nil }
        return Violation(.revokeFirst, "\(effect.name.rawValue) while trusted DMA gets through")
    }

    private static let ofPrivateOperation: Set<EffectName> = [.none, .refuse, .bindGuestDriver, .probePrivate, .cut]

    private var restoreLast: Violation? {
        let opens = step.effect == .restoreMappings || enters && (phase == .available || phase == .attached)
        guard opens else { return nil }
        if lane.memory.isUnlockOwed {
            return Violation(.restoreLast, "\(step.effect.name.rawValue) in \(phase), CONFIG_UNLOCKED is not confirmed")
        }
        return lane.isTrustedOpen ? Violation(.restoreLast, "trusted mappings are still there in \(phase)") : nil
    }

    private var noDriverInBetween: Violation? {
        let effect = step.effect.name
        if effect == .lock, lane.hasGuestDriver || lane.hasHostDriver {
            return Violation(.noDriverInBetween, "lock with a driver bound")
        }
        guard lane.memory.isUnlockOwed else { return nil }
        return effect == .returnHostDriver || effect == .bindGuestDriver && lane.memory.evidence < 4
            ? Violation(.noDriverInBetween, "\(effect.rawValue) while the interface is not unlocked") : nil
    }

    /// Each lock has an epoch of its own, and what is done in it names that.
    private var nothingOutlivesAnEpoch: Violation? {
        let (old, new) = (before.lineage.epoch, step.state.lineage.epoch)
        let isLock = step.effect.name == .lock
        let isRight = new == (isLock ? old.next : old) && step.effect.epoch.map { $0 == new } ?? true
        guard isRight else {
            return Violation(.nothingOutlivesAnEpoch, "\(step.effect.name.rawValue) of another epoch")
        }
        guard step.effect.name == .accept, lane.memory.evidence < 3 else { return nil }
        return Violation(
            .nothingOutlivesAnEpoch, "accept, and evidence of this lock was not collected, judged and confirmed")
    }

    private var oneOwner: Violation? {
        if let old = before.domain, let new = step.state.domain, old != new {
            return Violation(.oneOwner, "it changed hands")
        }
        if before.domain == nil, step.state.domain != nil, before.phase != .available {
            return Violation(.oneOwner, "a VM out of nowhere")
        }
        let effect = step.effect.name
        if effect == .detach, lane.memory.use == .used {
            return Violation(.oneOwner, "detach without a proven reset")
        }
        if effect == .detach || effect == .rekey, lane.memory.identity == .unknown {
            return Violation(.oneOwner, "\(effect.rawValue), and nobody asked who came back from the reset")
        }
        guard effect == .attach || effect == .returnHostDriver else { return nil }
        if lane.memory.hasOldKeys { return Violation(.oneOwner, "\(effect.rawValue) with old keys") }
        if !lane.platform.traces.isEmpty {
            return Violation(.oneOwner, "\(effect.rawValue) with \(lane.platform.traces) of the last VM")
        }
        if !lane.platform.asked.isEmpty {
            return Violation(.oneOwner, "\(effect.rawValue) with a page request of the last VM open")
        }
        return lane.memory.use == .clean
            ? nil : Violation(.oneOwner, "\(effect.rawValue) without a proven reset")
    }

    private var noBlindRetry: Violation? {
        let doubt = LaneMemory.Doubts(step.effect.name)
        return doubt.isEmpty || lane.memory.doubtful.isDisjoint(with: doubt)
            ? nil : Violation(.noBlindRetry, "\(step.effect.name.rawValue) again, and nobody asked what became of it")
    }

    /// Whoever comes to rest is where he says: no more is open than the phase has, and no less unless somebody took the
    /// device away.
    private var allOrHome: Violation? {
        guard enters, phase.isResting else { return nil }
        let (platform, standing) = (lane.platform, lane.platform.standing)
        let isHome =
            switch phase {
            case .available:
                !lane.isInDomain && lane.hasHostDriver && platform.untrusted == .host && standing == .host
            case .attached:
                !lane.isInDomain
                    || !lane.hasHostDriver && platform.untrusted == .own
                        && (standing == .unlocked || standing.isSilent && (isLeftAlone || mayBeShut))
            case .private: !lane.isInDomain || !lane.hasHostDriver && platform.untrusted.isPutAway
            case .quarantined, .attaching, .quiescing, .locking, .locked, .attesting, .attested, .accepting,
                .confirming,
                .releasing, .detaching, .failed, .recovering, .unknown:
                true
            }
        return isHome ? nil : Violation(.allOrHome, "\(phase) is not as it says: \(lane.platform)")
    }

    /// Nothing was done yet: it stays as it was found, even if that is less than it says.
    private var isLeftAlone: Bool { before.phase == .quiescing || before.phase == .detaching }

    /// Only an operator's explicit word leads out of quarantine.
    private var quarantineHolds: Violation? {
        guard before.phase == .quarantined, phase != .quarantined else { return nil }
        if case .recover(let request) = event, request.fromQuarantine { return nil }
        return Violation(.allOrHome, "quarantine is left without an operator's word")
    }
}

extension AssignmentEffect {
    /// The lock epoch that it names; nil: none.
    fileprivate var epoch: LockEpoch? {
        switch self {
        case .lock(let epoch), .collectEvidence(let epoch), .appraise(let epoch), .reconfirm(let epoch),
            .accept(let epoch):
            epoch
        case .none, .refuse, .releaseHostDriver, .requireConnection, .attach, .unbindGuestDriver, .drainDMA,
            .saveLedger, .dropMappings, .bindGuestDriver, .probePrivate, .cut, .askState, .stop, .reset,
            .compareIdentity, .adoptIdentity, .pause, .restoreConfiguration, .proveReturn, .restoreMappings, .detach,
            .rekey,
            .returnHostDriver:
            nil
        }
    }
}
