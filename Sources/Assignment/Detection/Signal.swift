/// Something noticed about one TDI: what, where, when. What it weighs is in one table (``SignalKind/weight``).
public struct Signal: Hashable, Sendable, Codable {
    /// Where it was noticed. The two ends of a link count apart.
    public enum Source: String, Hashable, Sendable, Codable, CaseIterable, Comparable {
        /// The function's own registers, or what it answers.
        case device
        /// The root port above it.
        case rootPort = "root-port"
        /// The TSM, its session, its files.
        case tsm
        /// The IOMMU.
        case iommu
        /// The guest and its driver.
        case guest
        /// The hypervisor, through libvirt.
        case hypervisor

        /// In the order of the list above.
        public static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

        private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    }

    /// What it is.
    public let kind: SignalKind
    /// Where it was noticed.
    public let source: Source
    /// When, in the nanoseconds of whoever hands it in.
    public let time: UInt64
    /// What a counter stands at, where it is one: it counts by what it has grown. Nil: the signal counts once.
    public let reading: UInt64?

    /// Creates a signal; the source is the usual one of its kind unless another is named.
    public init(_ kind: SignalKind, from source: Source? = nil, at time: UInt64, reading: UInt64? = nil) {
        self.kind = kind
        self.source = source ?? kind.usualSource
        self.time = time
        self.reading = reading
    }

    /// The same signal, by the clock of who hears it: the window is measured by one clock only.
    public func heard(at time: UInt64) -> Signal { Signal(kind, from: source, at: time, reading: reading) }
}

extension SignalKind {
    /// Where it is noticed if nobody says otherwise.
    public var usualSource: Signal.Source {
        switch self {
        case .correctableErrors, .nonFatalErrors, .fatalErrors, .ideCheck, .misroutedIDE, .pcrcCheck, .allOnes,
            .answersUnlocked, .answersLocked, .answersError, .answersRun, .deviceReset:
            .device
        case .streamInsecure, .streamSecure: .rootPort
        case .boundEmptied, .filesVanished, .evidenceChanged, .evidenceFailing, .sessionLost, .heartbeatMissed: .tsm
        case .translationFault, .asidFenced: .iommu
        case .memoryAllOnes, .driverErrors, .driverTimeout: .guest
        case .domainStopped, .hostdevRemoved: .hypervisor
        }
    }
}
