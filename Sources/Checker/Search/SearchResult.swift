/// How far a search may go.
public struct SearchLimits: Hashable, Sendable {
    /// Steps from the initial states, at least 1; nil: any number.
    public var depth: Int?
    /// Bytes for the states that were found.
    public var bytes: Int

    /// Creates limits; the default is any depth in 4 GiB.
    public init(depth: Int? = nil, bytes: Int = 4 << 30) {
        self.depth = depth
        self.bytes = bytes
    }
}

/// How far a search has come.
public struct SearchProgress: Hashable, Sendable {
    /// States that were found; folded ones count once.
    public internal(set) var states = 0
    /// Steps that were followed.
    public internal(set) var transitions = 0
    /// Steps from the initial states to those that are being expanded.
    public internal(set) var depth = 0
    /// Bytes that the states take.
    public internal(set) var bytes = 0

    /// Creates the progress of a search that has not begun.
    public init() {}

    /// Bytes per state.
    public var bytesPerState: Double { states == 0 ? 0 : Double(bytes) / Double(states) }
}

/// Why a search ended.
public enum SearchEnd: String, Hashable, Sendable, CaseIterable {
    /// Every state was visited, and no rule is broken.
    case complete
    /// A rule is broken.
    case violation
    /// States beyond the depth were left out.
    case depth
    /// The time was up.
    case time
    /// The memory was used up.
    case memory
    /// It was told to stop.
    case interrupted
    /// There are more devices than fit a state of 128 bits: nothing was searched.
    case tooManyDevices = "too-many-devices"

    /// Whether states may be left that nobody looked at.
    public var isPartial: Bool {
        switch self {
        case .complete: false
        case .violation, .depth, .time, .memory, .interrupted, .tooManyDevices: true
        }
    }
}

/// What a search found. Unless ``end`` is `complete`, it says nothing about states that were not visited.
public struct SearchResult<System: TransitionSystem>: Sendable {
    /// How far it came.
    public let progress: SearchProgress
    /// Why it ended.
    public let end: SearchEnd
    /// The shortest way to the rule that is broken; nil unless ``end`` is `violation`.
    public let counterexample: Counterexample<System>?
    /// The most steps that any state takes to rest when faults stop; nil where that was not asked or not answered.
    public let stepsToRest: Int?
}
