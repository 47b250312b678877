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
        guard lane.isTrustedOpen else { return nil }
        switch effect {
        case .none, .refuse, .bindGuestDriver, .probePrivate, .cut: return nil
        case .unbindGuestDriver where isRelease: return nil
        default: return Violation(.revokeFirst, "\(effect.name.rawValue) while trusted DMA gets through")
        }
    }

    private var restoreLast: Violation? {
        let opens = step.effect == .restoreMappings || enters && (phase == .available || phase == .attached)
        guard opens else { return nil }
        if lane.memory.isUnlockOwed {
            return Violation(.restoreLast, "\(step.effect.name.rawValue) in \(phase), CONFIG_UNLOCKED is not confirmed")
        }
        return lane.isTrustedOpen ? Violation(.restoreLast, "trusted mappings are still there in \(phase)") : nil
    }

    private var noDriverInBetween: Violation? {
        switch step.effect {
        case .bindGuestDriver where lane.memory.isUnlockOwed && lane.memory.evidence < 4,
            .returnHostDriver where lane.memory.isUnlockOwed:
            Violation(.noDriverInBetween, "\(step.effect.name.rawValue) while the interface is not unlocked")
        case .lock where lane.hasGuestDriver || lane.hasHostDriver:
            Violation(.noDriverInBetween, "lock with a driver bound")
        default: nil
        }
    }

    /// Each lock has an epoch of its own, and what is done in it names that.
    private var nothingOutlivesAnEpoch: Violation? {
        let (old, new) = (before.lineage.epoch, step.state.lineage.epoch)
        let isRight =
            switch step.effect {
            case .lock(let epoch): epoch == new && new == old.next
            case .collectEvidence(let epoch), .appraise(let epoch), .reconfirm(let epoch), .accept(let epoch):
                epoch == new && new == old
            default: new == old
            }
        guard isRight else {
            return Violation(.nothingOutlivesAnEpoch, "\(step.effect.name.rawValue) of another epoch")
        }
        guard case .accept = step.effect, lane.memory.evidence < 3 else { return nil }
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
        switch step.effect {
        case .attach, .returnHostDriver:
            if lane.memory.hasOldKeys { return Violation(.oneOwner, "\(step.effect.name.rawValue) with old keys") }
            if !lane.platform.traces.isEmpty {
                return Violation(.oneOwner, "\(step.effect.name.rawValue) with \(lane.platform.traces) of the last VM")
            }
            return lane.memory.use == .clean
                ? nil : Violation(.oneOwner, "\(step.effect.name.rawValue) without a proven reset")
        case .detach:
            return lane.memory.use == .used ? Violation(.oneOwner, "detach without a proven reset") : nil
        default:
            return lane.memory.hasOldKeys && !step.state.lineage.rekeyOwed && phase == .available
                ? Violation(.oneOwner, "new keys are owed and nobody knows") : nil
        }
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
                        && (standing == .unlocked || standing == .locked && (isLeftAlone || mayBeShut))
            case .private: !lane.isInDomain || !lane.hasHostDriver && platform.untrusted == .dropped
            default: true
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
