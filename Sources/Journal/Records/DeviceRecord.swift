public import Assignment
public import PCIe
public import TDISP

/// What the journal knows about one function: what the manager recorded, and apart from it what the device confirmed.
public struct DeviceRecord: Hashable, Sendable {
    /// The function.
    public let address: FunctionAddress
    /// What names the device wherever it is plugged in (such as its leaf key's digest), once that is known.
    public let identity: String?
    /// The recorded state. The device may be elsewhere by now.
    public let state: AssignmentState
    /// When the state was recorded, nanoseconds.
    public let updatedAt: UInt64
    /// The TDISP state that the device itself last confirmed, or nil.
    public let confirmed: ConfirmedState?
    /// What was noticed about it since it last proved itself, or nil.
    public let suspicion: Suspicion?

    /// The recorded phase.
    public var recordedPhase: Phase { state.phase }
    /// The last lock epoch.
    public var epoch: LockEpoch { state.lineage.epoch }
    /// The effect that was begun and has no outcome.
    public var intent: Intent? {
        state.pending == .none ? nil : Intent(device: address, effect: state.pending, begunAt: updatedAt)
    }
}

/// A TDISP state that the device answered or proved.
public struct ConfirmedState: Hashable, Sendable, Codable {
    /// The state.
    public let state: TDIState
    /// When, nanoseconds.
    public let time: UInt64
}

/// An effect that was begun and has no outcome. On start its outcome is unknown: the platform is asked.
public struct Intent: Hashable, Sendable, Codable {
    /// The function.
    public let device: FunctionAddress
    /// The effect.
    public let effect: AssignmentEffect
    /// When it was begun, nanoseconds.
    public let begunAt: UInt64
}

/// What the journal knows about one DSM's connection.
public struct ConnectionRecord: Hashable, Sendable {
    /// The function that hosts the DSM.
    public let dsm: FunctionAddress
    /// The recorded state.
    public let state: ConnectionState
    /// When it was recorded, nanoseconds.
    public let updatedAt: UInt64
}

extension AssignmentEvent {
    /// The TDISP state of which this event is the device's own word, or nil.
    ///
    /// Only effects that read the state or prove it confirm one: START_INTERFACE that was sent is not RUN.
    var confirmedState: TDIState? {
        switch self {
        case .answered(let state), .observed(.state(let state)): state
        case .finished(let effect, .succeeded): effect.confirmedState
        case .finished(_, .failed), .finished(_, .unknown), .convert, .release, .recover, .cancel, .restarted,
            .foundShut:
            nil
        case .observed(
            .streamInsecure), .observed(.sessionLost), .observed(.deviceGone), .observed(.deviceReset),
            .observed(.domainStopped), .observed(.hostdevRemoved), .observed(.driverTimeout):
            nil
        }
    }
}

extension EffectName {
    /// The TDISP state that is confirmed when the effect succeeds, or nil.
    fileprivate var confirmedState: TDIState? {
        switch self {
        case .lock, .reconfirm: .configLocked
        case .probePrivate: .run
        case .stop: .configUnlocked
        case .none, .refuse, .releaseHostDriver, .requireConnection, .attach, .unbindGuestDriver, .drainDMA,
            .saveLedger,
            .dropMappings, .collectEvidence, .appraise, .accept, .bindGuestDriver, .cut, .askState, .reset,
            .compareIdentity, .adoptIdentity, .pause, .restoreConfiguration, .proveReturn, .restoreMappings, .detach,
            .rekey, .returnHostDriver:
            nil
        }
    }
}
