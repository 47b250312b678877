import PCIe
import TDISP

/// Who has the device, and where it is.
extension Admission {
    func aboutOwner(_ facts: FunctionFacts, wanted domain: DomainID) -> [Precondition] {
        [
            notQuarantined(facts.address), atRest(facts.address), stateAsRecorded(facts), owner(facts, wanted: domain),
            rekeyBeforeConversion(facts.address),
        ]
    }

    func notQuarantined(_ device: FunctionAddress) -> Precondition {
        guard case .quarantined(let put) = recorded(device) else {
            return Precondition(.notQuarantined, .met, "it is not")
        }
        return Precondition(
            .notQuarantined, .violated(.quarantined), "in quarantine: \(put.reason.rawValue)",
            advice: put.reason.wayOut(of: device))
    }

    /// A device that was left in the middle of an effect is brought to rest before anything else: this does not block.
    func atRest(_ device: FunctionAddress) -> Precondition {
        let state = recorded(device)
        guard state.pending != .none else { return Precondition(.atRest, .met, "at rest: \(state.phase.rawValue)") }
        return Precondition(
            .atRest, .warned, "left in \(state.phase.rawValue), '\(state.pending.name.rawValue)' without an outcome",
            advice: "nothing, if no other manager is at work: the device is brought to rest first")
    }

    /// Recorded and confirmed are kept apart: a device at rest that answers something else was changed behind our back.
    private func stateAsRecorded(_ facts: FunctionFacts) -> Precondition {
        let phase = recorded(facts.address).phase
        guard let state = facts.state else {
            return Precondition(.stateAsRecorded, .unknown, "not asked: there is no session")
        }
        return phase.expects(state)
            ? Precondition(.stateAsRecorded, .met, "it answers \(state), recorded: \(phase.rawValue)")
            : Precondition(
                .stateAsRecorded, .violated(.refused), "it answers \(state), recorded: \(phase.rawValue)",
                advice: "tdispctl recover \(facts.address)")
    }

    private func owner(_ facts: FunctionFacts, wanted: DomainID) -> Precondition {
        let state = recorded(facts.address)
        let release = "tdispctl release \(facts.address)"
        switch (state.domain, facts.domain) {
        case (let recorded?, _) where recorded != wanted:
            return Precondition(
                .owner, .violated(.busy), "\(name(of: recorded)) has it (\(state.phase.rawValue))", advice: release)
        case (_, let holder?) where holder != wanted:
            return Precondition(
                .owner, .violated(.busy), "a hostdev of \(name(of: holder)), put there by somebody else",
                advice: "\(takenOut(of: holder)), or \(release)")
        case (nil, _?):
            return Precondition(
                .owner, .violated(.busy), "already a hostdev of \(name(of: wanted)), put there by somebody else",
                advice: facts.adopted == nil
                    ? "\(takenOut(of: wanted)): convert puts it in by itself"
                    : "tdispctl recover \(facts.address), which brings it home in \(name(of: wanted)) first")
        case (_?, nil):
            return Precondition(
                .owner, .unknown, "recorded in \(name(of: wanted)), whose definition does not hold it",
                advice: "virsh dumpxml \(name(of: wanted)); if it is gone for good, \(release)")
        case (nil, nil): return Precondition(.owner, .met, "nobody has it")
        case (_?, _?): return Precondition(.owner, .met, "\(name(of: wanted)) has it already")
        }
    }

    /// What an operator does about a hostdev that somebody else put into a domain.
    private func takenOut(of domain: DomainID) -> String { "take its hostdev out with virsh edit \(name(of: domain))" }

    /// The same owner may lock again under the same keys.
    private func rekeyBeforeConversion(_ device: FunctionAddress) -> Precondition {
        let state = recorded(device)
        guard state.lineage.rekeyOwed else { return Precondition(.rekey, .met, "not owed") }
        return state.domain == nil
            ? Precondition(
                .rekey, .violated(.refused), "owed before anybody else gets the device",
                advice: QuarantineReason.needsRekey.wayOut(of: device))
            : Precondition(.rekey, .met, "owed when its owner changes, which it does not")
    }

    // MARK: Release

    func aboutRelease(_ facts: FunctionFacts, to rest: Rest, from domain: DomainID?) -> [Precondition] {
        [
            lenient(answers(facts)), notQuarantined(facts.address), atRest(facts.address),
            assigned(facts, domain, rest),
        ] + (domain.map { [lenient(runs($0))] } ?? []) + [rekeyOnRelease(facts, to: rest)]
    }

    /// Whether there is something to recover from, and quarantine to be left, is the engine's word.
    func aboutRecovery(_ facts: FunctionFacts) -> [Precondition] {
        [lenient(answers(facts)), atRest(facts.address)]
    }

    /// A release is never held up by what it can do without: it ends at home, or in quarantine.
    private func lenient(_ strict: Precondition) -> Precondition {
        strict.obstacle == nil ? strict : Precondition(strict.name, .warned, strict.found, advice: strict.advice)
    }

    private func assigned(_ facts: FunctionFacts, _ domain: DomainID?, _ rest: Rest) -> Precondition {
        if let domain { return Precondition(.assigned, .met, "to \(name(of: domain))") }
        if let holder = facts.domain {
            return Precondition(
                .assigned, .violated(.busy), "a hostdev of \(name(of: holder)), put there by somebody else",
                advice: facts.adopted == nil
                    ? "tdispctl recover \(facts.address): it is adopted as it is; or \(takenOut(of: holder))"
                    : "tdispctl recover \(facts.address)")
        }
        return rest == .available
            ? Precondition(.assigned, .met, "it is with the host already")
            : Precondition(.assigned, .violated(.refused), "it is with the host", advice: "tdispctl list")
    }

    private func rekeyOnRelease(_ facts: FunctionFacts, to rest: Rest) -> Precondition {
        let owed = recorded(facts.address).lineage.rekeyOwed
        guard owed, rest == .available else {
            return Precondition(.rekey, .met, owed ? "owed when its owner changes, which it does not" : "not owed")
        }
        let locked = lockedSiblings(of: facts.address)
        if locked.isEmpty { return Precondition(.rekey, .met, "owed: no sibling is locked, so they can be had") }
        if host.refreshesKeys == true { return Precondition(.rekey, .met, "owed: the platform refreshes them live") }
        return Precondition(
            .rekey, .warned,
            "owed: unless they can be refreshed live, the device waits in quarantine (needs-rekey), because "
                + "\(list(locked)) would fall",
            advice: "release the siblings first, or lead the device out of quarantine afterwards")
    }
}
