public import Assignment
public import PCIe

/// A TDI in private operation: as the journal has it, or as the host shows it where nobody has recorded it.
public struct WatchedDevice: Hashable, Sendable {
    /// The function.
    public let tdi: FunctionAddress
    /// The function that hosts its DSM.
    public let dsm: FunctionAddress
    /// When it was recorded to be in private operation. A later time is another life.
    public let since: UInt64
    /// What was recorded of it to be noticed.
    public let suspicion: Suspicion
    /// Whether it is asked for its state. One of which only the host knows, and that has no session, may be in shared
    /// operation: that it does not answer says nothing.
    public let isAsked: Bool

    /// Creates a device.
    public init(
        tdi: FunctionAddress, dsm: FunctionAddress, since: UInt64, suspicion: Suspicion, isAsked: Bool = true
    ) {
        self.isAsked = isAsked
        self.tdi = tdi
        self.dsm = dsm
        self.since = since
        self.suspicion = suspicion
    }
}

/// What a watcher owes: the owner has to hear what was noticed, and where T=1 was cut, to bring the device home.
public struct WatchOrder: Hashable, Sendable {
    /// The device, as it was known.
    public let device: WatchedDevice
    /// What all that was noticed comes to.
    public let suspicion: Suspicion
    /// When it was weighed, by the watcher's clock.
    public let time: UInt64
    /// What the device is believed to have come to; nil: nothing yet, there is only something to weigh.
    public let observation: Observation?
    /// How its T=1 was cut, in the order in which that was tried; empty: it was not.
    public let cuts: [CutAttempt]

    /// Whether the device is believed to have fallen.
    public var isFall: Bool { observation != nil }
    /// Whether its T=1 is known to be cut.
    public var isCut: Bool { cuts.last?.isConfirmed ?? false }
}

/// What a watcher tells, in order.
public enum WatchNews: Hashable, Sendable {
    /// So many devices are watched now.
    case watching(Int)
    /// A sign of trouble was weighed; what all of them come to.
    case signal(FunctionAddress, Signal, Suspicion)
    /// It is believed that the device fell out of private operation, and why.
    case failed(FunctionAddress, Observation, Suspicion)
    /// The device was asked for its state.
    case answered(FunctionAddress, EffectReport)
    /// One of the platform's cuts was tried; so many nanoseconds from the signal to its being issued.
    case cut(FunctionAddress, CutAttempt, delay: UInt64)
    /// More was noticed than the platform keeps: every device is asked.
    case gap
    /// The platform cannot be listened to.
    case unreachable(String)
}
