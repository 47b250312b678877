import Assignment

extension AssignmentState {
    /// Phase and step, as the tables write them. The ladder's rung stands behind `recovering`.
    var label: String {
        switch self {
        case .available: "available"
        case .attaching(let now):
            switch now.step {
            case .releasingHostDriver: "attaching.release"
            case .connecting: "attaching.connect"
            case .attaching: "attaching.attach"
            }
        case .attached: "attached"
        case .quiescing(let now): "quiescing.\(now.step.label)"
        case .locking: "locking"
        case .locked: "locked"
        case .attesting: "attesting"
        case .attested: "attested"
        case .accepting: "accepting"
        case .confirming(let now): now.step == .probing ? "confirming.probe" : "confirming.bind"
        case .private: "private"
        case .releasing(let now):
            switch now.step {
            case .unbindingGuestDriver: "releasing.unbind"
            case .cutting: "releasing.cut"
            case .homeward(let step): "releasing.\(step.label)"
            }
        case .detaching(let now): "detaching.\(now.step.label)"
        case .failed(let now): "\(now.putAway == nil ? "failed" : "away").cut\(now.rank.rawValue)"
        case .recovering(let now): "recovering\(now.rung.number).\(now.step.label)"
        case .quarantined: "quarantined"
        case .unknown(let now):
            switch now.step {
            case .cutting(let rank): "unknown.cut\(rank.rawValue)"
            case .asking: "unknown.ask"
            }
        }
    }
}

extension Quiescing.Step {
    fileprivate var label: String {
        switch self {
        case .connecting: "connect"
        case .unbindingGuestDriver: "unbind"
        case .draining: "drain"
        case .savingLedger: "save"
        case .droppingMappings: "drop"
        }
    }
}

extension Detaching.Step {
    fileprivate var label: String {
        switch self {
        case .unbindingGuestDriver: "unbind"
        case .resetting: "reset"
        case .connecting: "connect"
        case .comparingIdentity: "compare"
        case .proving: "prove"
        case .detaching: "detach"
        case .rekeying: "rekey"
        case .returningHostDriver: "return"
        }
    }
}

extension Recovering.Rung {
    fileprivate var number: Int {
        switch self {
        case .stop: 1
        case .reconnect: 2
        case .conventionalReset: 3
        }
    }
}

extension HomewardStep {
    fileprivate var label: String {
        switch self {
        case .reconnecting: "session"
        case .stopping: "stop"
        case .resettingFunction: "reset"
        case .resettingDevice: "device"
        case .connecting: "connect"
        case .comparingIdentity: "compare"
        case .adoptingIdentity: "adopt"
        case .restoringConfiguration: "configure"
        case .proving: "prove"
        case .pausing: "pause"
        case .restoringMappings: "restore"
        case .bindingGuestDriver: "bind"
        }
    }
}

extension AssignmentEffect {
    /// Name and, where it has one, rank or kind. Epochs and domains are asserted by tests of their own.
    var label: String {
        switch self {
        case .cut(let rank): "cut \(rank.rawValue)"
        case .reset(let kind): "reset \(kind.rawValue)"
        case .none, .refuse, .releaseHostDriver, .requireConnection, .attach, .unbindGuestDriver, .drainDMA,
            .saveLedger,
            .dropMappings, .lock, .collectEvidence, .appraise, .reconfirm, .accept, .bindGuestDriver, .probePrivate,
            .askState, .stop, .compareIdentity, .adoptIdentity, .pause, .restoreConfiguration, .proveReturn,
            .restoreMappings, .detach, .rekey,
            .returnHostDriver:
            name.rawValue
        }
    }
}
