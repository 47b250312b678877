internal import Assignment
internal import Checker
internal import MachineGraph

extension SequencePicture {
    /// A counterexample of the checker: operator, manager, platform, device and guest from left to right.
    init(_ counterexample: HostCounterexample) {
        let violation = counterexample.violation
        let last = counterexample.steps.count - 1
        let rows = counterexample.steps.enumerated().map { number, step in
            let way = step.what.way
            let isBroken = number == last
            return Row(
                from: way.from.rawValue, to: way.to.rawValue, text: step.words(among: counterexample.devices),
                note: isBroken ? "breaks \(violation.rule.rawValue)" : step.note,
                kind: isBroken ? .breach : step.what.isTrouble ? .trouble : .plain)
        }
        self.init(
            title: "\(violation.rule.rawValue) is broken on \(counterexample.profile)",
            lives: Life.allCases.map(\.rawValue), rows: rows)
    }
}

/// Who takes part.
private enum Life: String, CaseIterable {
    case `operator`, manager, platform, device, guest
}

extension HostCounterexample.Step {
    /// Where the step leads, if that is another phase.
    fileprivate var note: String {
        guard let after, after.phase != before?.phase else { return "" }
        return after.phase.rawValue
    }

    fileprivate func words(among devices: Int) -> String {
        switch what {
        case .device(let device, let label): devices == 1 ? label.caption : "\(label.caption) (device \(device))"
        case .vm: "\(what)"
        }
    }
}

extension HostCounterexample.What {
    fileprivate var way: (from: Life, to: Life) {
        switch self {
        case .vm: (.guest, .platform)
        case .device(_, let label): label.way
        }
    }

    fileprivate var isTrouble: Bool {
        switch self {
        case .vm: false
        case .device(_, .ended(_, let ending)): ending != .orderly
        case .device(_, .happened), .device(_, .restarted), .device(_, .noticed): true
        case .device(_, .asked), .device(_, .landed), .device(_, .invalidated), .device(_, .deviceForgot),
            .device(_, .pageAnswered), .device(_, .resumed), .device(_, .carriedOut), .device(_, .shared):
            false
        }
    }
}

extension LaneLabel {
    /// What goes as it should needs no word about that.
    fileprivate var caption: String {
        if case .ended(let effect, .orderly) = self { effect.rawValue } else { description }
    }

    fileprivate var way: (from: Life, to: Life) {
        switch self {
        case .asked: (.operator, .manager)
        case .ended(_, .heldBack): (.manager, .manager)
        case .ended(let effect, _): (.manager, effect.receiver)
        case .noticed: (.platform, .manager)
        case .happened(.hostdevRemoved), .happened(.streamDisabledAtPort), .happened(.sessionLostAtHost):
            (.platform, .platform)
        case .happened(.functionReset), .happened(.conventionalReset), .happened(.untrustedPageResponse),
            .happened(.strayPageResponse), .pageAnswered:
            (.platform, .device)
        case .happened: (.device, .device)
        case .landed: (.device, .platform)
        case .invalidated, .deviceForgot: (.platform, .platform)
        case .restarted, .resumed: (.manager, .manager)
        case .carriedOut(let effect): (.manager, effect.receiver)
        case .shared(.happened), .shared(.functionZeroReset), .shared(.deviceReset): (.device, .device)
        case .shared(.disconnected), .shared(.disconnectedByForce): (.operator, .manager)
        case .shared(.connectionLost): (.platform, .manager)
        case .shared(.connectionEnded), .shared(.connectionEndedUnheard): (.manager, .device)
        case .shared(.restarted), .shared(.resumed), .shared(.settled), .shared(.asked), .shared(.askedForKeys),
            .shared(.siblingStands):
            (.manager, .manager)
        case .shared(.portClosed): (.platform, .platform)
        }
    }
}

extension EffectName {
    /// Who carries it out.
    fileprivate var receiver: Life {
        switch self {
        case .requireConnection, .lock, .collectEvidence, .reconfirm, .accept, .askState, .stop, .reset,
            .compareIdentity, .adoptIdentity, .restoreConfiguration, .rekey:
            .device
        case .unbindGuestDriver, .bindGuestDriver: .guest
        case .appraise, .pause, .none, .refuse: .manager
        case .releaseHostDriver, .attach, .drainDMA, .saveLedger, .dropMappings, .probePrivate, .cut, .proveReturn,
            .restoreMappings, .detach, .returnHostDriver:
            .platform
        }
    }
}
