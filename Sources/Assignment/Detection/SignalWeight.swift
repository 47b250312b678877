import TDISP

/// What signals of one kind weigh, and what they mean once they are believed.
public struct SignalWeight: Hashable, Sendable {
    /// What one signal weighs.
    public let points: UInt16
    /// The most that signals of this kind from one source weigh together.
    public let ceiling: UInt16
    /// What the engine is told when they, alone or with others, are believed; nil: they say that nothing is wrong, which is
    /// never believed.
    public let meaning: Observation?
    /// Who says that it weighs so: a clause, or our own reasons.
    public let basis: String

    /// So many points, in a window of ``window``, are enough to believe that a TDI fell out of private operation.
    public static let failing: UInt16 = 100
    /// So many are enough to ask the device.
    public static let suspicious: UInt16 = 20
    /// How far apart signals may be and still add up: one minute, in nanoseconds. (Ours: the kernel looks at errors within
    /// milliseconds, guests at their drivers' time-outs within 30 s.)
    public static let window: UInt64 = 60_000_000_000

    /// Whether one such signal is enough.
    public var isStrong: Bool { points >= Self.failing }

    private init(_ points: UInt16, upTo ceiling: UInt16, _ meaning: Observation?, _ basis: String) {
        self.points = points
        self.ceiling = ceiling
        self.meaning = meaning
        self.basis = basis
    }

    /// One is enough.
    fileprivate static func strong(_ meaning: Observation, _ basis: String) -> Self {
        Self(failing, upTo: failing, meaning, basis)
    }

    /// Several add up.
    fileprivate static func weak(_ points: UInt16, upTo ceiling: UInt16, _ meaning: Observation, _ basis: String)
        -> Self
    {
        Self(points, upTo: ceiling, meaning, basis)
    }

    /// Weighs nothing.
    fileprivate static func nothing(_ basis: String) -> Self { Self(0, upTo: 0, nil, basis) }
}

extension SignalKind {
    /// The table of weights. `Docs/Detection.md` prints it.
    ///
    /// Counters of a port do not say whose packet it was, and other streams pass there as well: they weigh less than the
    /// status of the stream itself.
    public var weight: SignalWeight {
        switch self {
        case .correctableErrors:
            .weak(2, upTo: 30, .streamInsecure, "PCIe 6.0 6.2.2.1: no data is lost; ours: a link that begins to fail")
        case .nonFatalErrors:
            .weak(30, upTo: 60, .state(.error), "PCIe 6.0 6.2.2.2.2; TDISP 1.0: UR, CA or poison may lead to ERROR")
        case .fatalErrors: .strong(.streamInsecure, "PCIe 6.0 6.2.2.2.1: the link is reset, and its streams end")
        case .ideCheck: .weak(60, upTo: 120, .streamInsecure, "PCIe 6.0 6.33; ours: the port does not say which stream")
        case .misroutedIDE: .weak(40, upTo: 80, .streamInsecure, "PCIe 6.0 6.33; ours: as above")
        case .pcrcCheck: .weak(50, upTo: 100, .streamInsecure, "PCIe 6.0 6.33; ours: as above")
        case .streamInsecure: .strong(.streamInsecure, "TDISP 1.0: a bound stream that leaves Secure means ERROR")
        case .allOnes: .strong(.deviceGone, "PCIe 6.0 2.3.2: FFFFh is what is read where nobody answers")
        case .memoryAllOnes: .weak(60, upTo: 60, .deviceGone, "ours: likely, but a register may hold ones")
        case .boundEmptied: .strong(.state(.configUnlocked), "Linux tsm/bound: empty once it is unbound, by STOP")
        case .filesVanished: .strong(.sessionLost, "Linux: with its TSM's driver goes every connection")
        case .evidenceChanged: .strong(.sessionLost, "Linux: evidence is of one connect; another one ended ours")
        case .evidenceFailing: .weak(50, upTo: 100, .sessionLost, "Linux: EIO on nonce or digest; ours: or it is busy")
        case .sessionLost: .strong(.sessionLost, "TDISP 1.0: the end of the session that locked it means ERROR")
        case .heartbeatMissed:
            .weak(40, upTo: 120, .sessionLost, "DSP0274 HEARTBEAT: a session ends after two periods of silence")
        case .answersUnlocked: .strong(.state(.configUnlocked), "TDISP 1.0 GET_DEVICE_INTERFACE_STATE")
        case .answersLocked: .strong(.state(.configLocked), "TDISP 1.0 GET_DEVICE_INTERFACE_STATE")
        case .answersError: .strong(.state(.error), "TDISP 1.0 GET_DEVICE_INTERFACE_STATE")
        case .deviceReset: .strong(.deviceReset, "TDISP 1.0: FLR means ERROR; a conventional reset, CONFIG_UNLOCKED")
        case .driverErrors: .weak(15, upTo: 60, .driverTimeout, "ours: a disk may be bad behind a sound function")
        case .driverTimeout: .strong(.driverTimeout, "ours: the guest has given it up already")
        case .translationFault:
            .weak(30, upTo: 90, .state(.error), "TDISP 1.0: UR or CA to its own request; ours: or its bug")
        case .asidFenced: .strong(.state(.error), "AMD SEV-TIO: no DMA of it passes until firmware lifts the fence")
        case .domainStopped: .strong(.domainStopped, "libvirt lifecycle event: nobody is left to own it")
        case .hostdevRemoved: .strong(.hostdevRemoved, "libvirt device-removed event: it is nobody's")
        case .answersRun: .nothing("ours: what failed may answer anything; only a new epoch proves more")
        case .streamSecure: .nothing("ours: a TDI may fall while its stream stands")
        }
    }
}
