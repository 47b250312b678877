/// An effect's stable name, as journal, traces and errors print it.
public enum EffectName: String, Hashable, Sendable, Codable, CaseIterable {
    case none, refuse
    case releaseHostDriver = "release-host-driver"
    case requireConnection = "connect"
    case attach
    case unbindGuestDriver = "unbind-guest-driver"
    case drainDMA = "drain-dma"
    case saveLedger = "save-ledger"
    case dropMappings = "drop-mappings"
    case lock
    case collectEvidence = "collect-evidence"
    case appraise
    case reconfirm
    case accept
    case bindGuestDriver = "bind-guest-driver"
    case probePrivate = "probe-private"
    case cut
    case askState = "ask-state"
    case stop
    case reset
    case compareIdentity = "compare-identity"
    case adoptIdentity = "adopt-identity"
    case pause
    case restoreConfiguration = "restore-configuration"
    case proveReturn = "prove-return"
    case restoreMappings = "restore-mappings"
    case detach
    case rekey
    case returnHostDriver = "return-host-driver"

    /// Whether the effect opens something: journalled before it starts, never repeated after an unknown outcome.
    public var isGranting: Bool {
        switch self {
        case .attach, .lock, .accept, .bindGuestDriver, .restoreMappings, .rekey, .returnHostDriver, .requireConnection:
            true
        case .none, .refuse, .releaseHostDriver, .unbindGuestDriver, .drainDMA, .saveLedger, .dropMappings,
            .collectEvidence, .appraise, .reconfirm, .probePrivate, .cut, .askState, .stop, .reset, .compareIdentity,
            .adoptIdentity, .pause,
            .restoreConfiguration, .proveReturn, .detach:
            false
        }
    }

    /// Whether the effect may start before its intent is in the journal: the cut and the teardown that it starts.
    public var precedesJournal: Bool {
        switch self {
        case .cut, .stop, .reset: true
        case .none, .refuse, .releaseHostDriver, .requireConnection, .attach, .unbindGuestDriver, .drainDMA,
            .saveLedger,
            .dropMappings, .lock, .collectEvidence, .appraise, .reconfirm, .accept, .bindGuestDriver, .probePrivate,
            .askState, .compareIdentity, .adoptIdentity, .pause, .restoreConfiguration, .proveReturn, .restoreMappings,
            .detach, .rekey,
            .returnHostDriver:
            false
        }
    }

    /// What happens, for a person who watches.
    public var sentence: String {
        switch self {
        case .none: "nothing to do"
        case .refuse: "refused"
        case .releaseHostDriver: "take the device off its host driver"
        case .requireConnection: "open the SPDM session, key the IDE stream"
        case .attach: "put the device into the domain, map its shared pages"
        case .unbindGuestDriver: "take the guest's driver off"
        case .drainDMA: "wait for DMA in flight"
        case .saveLedger: "save the untrusted mappings"
        case .dropMappings: "drop the untrusted mappings"
        case .lock: "LOCK_INTERFACE"
        case .collectEvidence: "collect evidence under a fresh nonce"
        case .appraise: "judge the evidence"
        case .reconfirm: "confirm CONFIG_LOCKED and an unchanged report"
        case .accept: "open the trusted tables, START_INTERFACE"
        case .bindGuestDriver: "let the guest's driver bind"
        case .probePrivate: "probe: T=1 arrives in private memory, T=0 faults"
        case .cut: "cut trusted DMA"
        case .askState: "ask the device for its state"
        case .stop: "STOP_INTERFACE, confirm CONFIG_UNLOCKED"
        case .reset: "reset the function, wait until it answers"
        case .compareIdentity: "compare the device's identity"
        case .adoptIdentity: "take the identity that it shows for its own"
        case .pause: "wait before it is converted again"
        case .restoreConfiguration: "restore configuration space"
        case .proveReturn: "prove the return"
        case .restoreMappings: "restore the untrusted mappings"
        case .detach: "take the device out of the domain"
        case .rekey: "change the stream's keys"
        case .returnHostDriver: "give the device back to its host driver"
        }
    }
}

extension AssignmentEffect {
    /// The effect's stable name.
    public var name: EffectName {
        switch self {
        case .none: .none
        case .refuse: .refuse
        case .releaseHostDriver: .releaseHostDriver
        case .requireConnection: .requireConnection
        case .attach: .attach
        case .unbindGuestDriver: .unbindGuestDriver
        case .drainDMA: .drainDMA
        case .saveLedger: .saveLedger
        case .dropMappings: .dropMappings
        case .lock: .lock
        case .collectEvidence: .collectEvidence
        case .appraise: .appraise
        case .reconfirm: .reconfirm
        case .accept: .accept
        case .bindGuestDriver: .bindGuestDriver
        case .probePrivate: .probePrivate
        case .cut: .cut
        case .askState: .askState
        case .stop: .stop
        case .reset: .reset
        case .compareIdentity: .compareIdentity
        case .adoptIdentity: .adoptIdentity
        case .pause: .pause
        case .restoreConfiguration: .restoreConfiguration
        case .proveReturn: .proveReturn
        case .restoreMappings: .restoreMappings
        case .detach: .detach
        case .rekey: .rekey
        case .returnHostDriver: .returnHostDriver
        }
    }
}
