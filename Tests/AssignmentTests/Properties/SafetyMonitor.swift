import Assignment
import TDISP

/// A second opinion: what the platform would have to be like after the effects that were issued and the outcomes that
/// were reported. It knows no phase logic of the machine; it only remembers, and says which rule a transition breaks.
///
/// An effect that was overtaken (its outcome will come too late) counts as one whose outcome is unknown.
struct SafetyMonitor: Hashable {
    /// LOCK was issued, and no return to CONFIG_UNLOCKED was confirmed since.
    private var lockBegun = false
    /// START was confirmed in this lock.
    private var accepted = false
    /// The trusted tables were opened, and no cut succeeded since.
    private var tablesOpen = false
    /// The TDI was locked, by whomever, since the stream's keys last changed.
    private var oldKeys = false
    /// How many of lock, collect, appraise and reconfirm succeeded in this epoch.
    private var evidence = 0
    /// Granting effects that may have happened, and that nothing has undone since.
    private var doubtful: Set<EffectName> = []
    private var guestDriverOff = false
    private var hostDriverOff = false
    private var mappingsDropped = false
    private var hostdevIn = false
    /// A domain had the device since the last reset that was proven.
    private var used = false
    private var resetDone = false
    /// It was shown since its last reset that the device that came back is the one that was reset.
    private var compared = false

    /// Takes in one step, and names what it breaks.
    mutating func violations(
        _ before: AssignmentState, _ event: AssignmentEvent, _ after: AssignmentTransition
    ) -> [String] {
        take(event, before, after)
        let found =
            revokeFirst(before, event, after) + restoreLast(after) + drivers(after) + epochs(before, after)
            + owner(before, event, after) + rest(after.state)
            + (isRepeated(after.effect) ? ["no-blind-retry: \(after.effect.name) again"] : [])
        issue(after.effect)
        return found
    }

    // MARK: What happened

    private mutating func take(_ event: AssignmentEvent, _ before: AssignmentState, _ after: AssignmentTransition) {
        switch event {
        case .finished(let name, let outcome) where name == before.pending.name && name != .none:
            switch outcome {
            case .succeeded: succeeded(before.pending)
            case .failed: if name == .attach { hostdevIn = false; used = false }
            case .unknown: vanished(before.pending)
            }
        case .answered(let state) where before.pending == .askState:
            doubtful = []
            if state == .configUnlocked { unlocked() } else { oldKeys = true }
        case .observed(let observation):
            observed(observation)
            if after.effect != .none { vanished(before.pending) }
        case .restarted: vanished(before.pending)
        case .convert, .release, .recover, .cancel, .finished, .answered, .foundShut: break
        }
    }

    private mutating func observed(_ observation: Observation) {
        switch observation {
        case .state(let state): oldKeys = oldKeys || state != .configUnlocked
        case .hostdevRemoved: hostdevIn = false
        case .streamInsecure, .sessionLost, .deviceGone, .deviceReset, .domainStopped, .driverTimeout: break
        }
    }

    private mutating func succeeded(_ effect: AssignmentEffect) {
        switch effect {
        case .lock: evidence = 1
        case .collectEvidence, .appraise, .reconfirm: evidence += 1
        case .accept: accepted = true
        case .cut: tablesOpen = false
        case .stop: unlocked()
        case .reset(let kind):
            resetDone = true
            compared = false
            if kind == .conventional { unlocked() }
        case .proveReturn: used = used && !resetDone
        case .compareIdentity, .adoptIdentity: compared = true
        case .restoreMappings: mappingsDropped = false
        case .detach:
            hostdevIn = false
            mappingsDropped = false
            doubtful.subtract([.attach, .restoreMappings])
        case .rekey: oldKeys = false
        case .unbindGuestDriver:
            guestDriverOff = true
            doubtful.remove(.bindGuestDriver)
        case .returnHostDriver: hostDriverOff = false
        case .none, .refuse, .releaseHostDriver, .requireConnection, .attach, .drainDMA, .saveLedger, .dropMappings,
            .bindGuestDriver, .probePrivate, .askState, .pause, .restoreConfiguration:
            break
        }
    }

    private mutating func vanished(_ effect: AssignmentEffect) {
        if effect.name.isGranting { doubtful.insert(effect.name) }
        if effect == .unbindGuestDriver { guestDriverOff = true }
    }

    private mutating func unlocked() {
        lockBegun = false
        accepted = false
        evidence = 0
        doubtful = []
    }

    private mutating func issue(_ effect: AssignmentEffect) {
        switch effect {
        case .lock:
            lockBegun = true
            oldKeys = true
            evidence = 0
        case .accept: tablesOpen = true
        case .dropMappings: mappingsDropped = true
        case .releaseHostDriver: hostDriverOff = true
        case .attach:
            hostdevIn = true
            guestDriverOff = false
            domainUses()
        case .bindGuestDriver:
            guestDriverOff = false
            domainUses()
        case .restoreMappings: domainUses()
        case .none, .refuse, .requireConnection, .unbindGuestDriver, .drainDMA, .saveLedger, .collectEvidence,
            .appraise,
            .reconfirm, .probePrivate, .cut, .askState, .stop, .reset, .compareIdentity, .adoptIdentity, .pause,
            .restoreConfiguration,
            .proveReturn, .detach, .rekey, .returnHostDriver:
            break
        }
    }

    private mutating func domainUses() {
        used = true
        resetDone = false
        compared = false
    }

    // MARK: What must hold

    /// While trusted DMA may flow, or after any sign of trouble, nothing comes before the cut.
    private func revokeFirst(
        _ before: AssignmentState, _ event: AssignmentEvent, _ after: AssignmentTransition
    ) -> [String] {
        var found: [String] = []
        let enters = after.state.phase != before.phase
        if enters, [.failed, .unknown].contains(after.state.phase), after.effect != .cut(.first) {
            found.append("revoke-first: \(after.state.phase) entered with \(after.effect.name)")
        }
        if tablesOpen {
            switch after.effect {
            case .none, .refuse, .bindGuestDriver, .probePrivate, .cut: break
            case .unbindGuestDriver where event.isRelease: break
            default: found.append("revoke-first: \(after.effect.name) before the cut")
            }
        }
        if Self.straight.contains(before.phase), enters, !Self.straight.contains(after.state.phase), !event.isRelease,
            after.effect != .cut(.first)
        {
            found.append("revoke-first: left \(before.phase) with \(after.effect.name)")
        }
        return found
    }

    private static let straight: Set<Phase> = [
        .locking, .locked, .attesting, .attested, .accepting, .confirming, .private,
    ]

    private func restoreLast(_ after: AssignmentTransition) -> [String] {
        let opens = after.effect == .restoreMappings || [.available, .attached].contains(after.state.phase)
        return opens && (lockBegun || tablesOpen) ? ["restore-last: \(after.effect.name) in \(after.state.phase)"] : []
    }

    private func drivers(_ after: AssignmentTransition) -> [String] {
        switch after.effect {
        case .bindGuestDriver where lockBegun && !accepted, .returnHostDriver where lockBegun:
            ["no-driver-in-between: \(after.effect.name)"]
        case .lock where !guestDriverOff || !hostDriverOff || !mappingsDropped: ["no-driver-in-between: lock"]
        default: []
        }
    }

    private func epochs(_ before: AssignmentState, _ after: AssignmentTransition) -> [String] {
        let epoch = after.state.lineage.epoch
        let isRight =
            switch after.effect {
            case .lock(let locked): locked == epoch && epoch == before.lineage.epoch.next
            case .collectEvidence(let named): named == epoch && epoch == before.lineage.epoch && evidence == 1
            case .appraise(let named): named == epoch && epoch == before.lineage.epoch && evidence == 2
            case .reconfirm(let named): named == epoch && epoch == before.lineage.epoch && evidence == 3
            case .accept(let named): named == epoch && epoch == before.lineage.epoch && evidence == 4
            default: epoch == before.lineage.epoch
            }
        return isRight ? [] : ["nothing-outlives-an-epoch: \(after.effect) at epoch \(epoch)"]
    }

    private func owner(
        _ before: AssignmentState, _ event: AssignmentEvent, _ after: AssignmentTransition
    ) -> [String] {
        var found: [String] = []
        if oldKeys && !after.state.lineage.rekeyOwed { found.append("one-owner: keys are owed and nobody remembers") }
        switch after.effect {
        case .returnHostDriver, .attach: if oldKeys || used { found.append("one-owner: \(after.effect.name)") }
        case .detach: if used { found.append("one-owner: detach without a proven reset") }
        default: break
        }
        if after.effect.name == .detach || after.effect.name == .rekey, oldKeys, !compared {
            found.append("one-owner: \(after.effect.name), and nobody asked who came back")
        }
        if let old = before.domain, let new = after.state.domain, old != new {
            found.append("one-owner: changed hands")
        }
        if before.domain == nil, after.state.domain != nil, before.phase != .available {
            found.append("one-owner: a domain out of nowhere")
        }
        return found
    }

    /// At rest everything is as the phase says.
    private func rest(_ state: AssignmentState) -> [String] {
        let isHome =
            switch state.phase {
            case .available: !hostdevIn && !hostDriverOff && !mappingsDropped
            case .attached: hostdevIn && hostDriverOff && !mappingsDropped && !guestDriverOff
            case .private: hostdevIn && hostDriverOff && mappingsDropped && !guestDriverOff && accepted
            case .attaching, .quiescing, .locking, .locked, .attesting, .attested, .accepting, .confirming, .releasing,
                .detaching, .failed, .recovering, .quarantined, .unknown:
                true
            }
        return isHome ? [] : ["all-or-home: \(state.phase) with \(self)"]
    }

    /// The connection has a machine and properties of its own, so `requireConnection` may be asked for again.
    private func isRepeated(_ effect: AssignmentEffect) -> Bool {
        effect != .requireConnection && effect.name.isGranting && doubtful.contains(effect.name)
    }
}

extension AssignmentEvent {
    fileprivate var isRelease: Bool {
        if case .release = self { true } else { false }
    }
}
