/// What has been noticed about one TDI since it last proved itself, and what that comes to.
///
/// Small and bounded, however long the trouble lasts: one tally for each kind and source, never a list of signals.
public struct Suspicion: Hashable, Sendable, Codable {
    /// What it comes to. It rises and never falls by itself.
    public internal(set) var standing: Standing
    /// When it rose last; nil: it never did.
    public internal(set) var since: UInt64?
    /// In order of kind and source.
    public internal(set) var tallies: [SignalTally]
    /// The time of the newest signal.
    public internal(set) var latest: UInt64

    /// Nothing was noticed.
    public static let none = Suspicion(standing: .nothing, since: nil, tallies: [], latest: 0)

    /// What signals come to together.
    public enum Standing: Hashable, Sendable, Codable {
        /// Nothing to act upon.
        case nothing
        /// Something may be wrong: the device is asked. That it answers RUN clears nothing.
        case suspect
        /// It is believed to have fallen out of private operation, and how.
        case failed(Observation)

        /// The names of all.
        public static let names = ["nothing", "suspect", "failed"]

        /// Its stable name.
        public var name: String {
            switch self {
            case .nothing: "nothing"
            case .suspect: "suspect"
            case .failed: "failed"
            }
        }
    }

    /// Whether there is anything to show.
    public var isEmpty: Bool { tallies.allSatisfy { $0.total == 0 } }

    /// The points of all signals that still count.
    public var points: UInt16 { tallies.reduce(0) { $0 + $1.points(at: latest) } }

    /// The same TDI once it has proven itself, by a new epoch or its return: only what counters stand at is kept.
    public var cleared: Suspicion {
        var next = Suspicion.none
        next.latest = latest
        next.tallies = tallies.filter { $0.reading != nil }.map(\.restarted)
        return next
    }

    /// The tally of a kind and source, which is begun where there is none.
    mutating func withTally(of signal: Signal, _ change: (inout SignalTally) -> Void) {
        let fresh = SignalTally(signal.kind, signal.source)
        let index = tallies.firstIndex { !($0 < fresh) } ?? tallies.endIndex
        if index == tallies.endIndex || tallies[index].kind != signal.kind || tallies[index].source != signal.source {
            tallies.insert(fresh, at: index)
        }
        change(&tallies[index])
    }
}

/// How often one thing was noticed at one place.
public struct SignalTally: Hashable, Sendable, Codable, Comparable {
    /// What was noticed.
    public let kind: SignalKind
    /// Where.
    public let source: Signal.Source
    /// How often since the last proof.
    public internal(set) var total: UInt32 = 0
    /// How often in the latest run of signals, each of which came within the window of the one before.
    public internal(set) var run: UInt16 = 0
    /// When it was noticed first since the last proof.
    public internal(set) var first: UInt64 = 0
    /// When it was noticed last.
    public internal(set) var last: UInt64 = 0
    /// What the counter stands at, where it is one.
    public internal(set) var reading: UInt64?

    init(_ kind: SignalKind, _ source: Signal.Source) {
        self.kind = kind
        self.source = source
    }

    /// What they weigh at a time: nothing when the last came before the window.
    public func points(at time: UInt64) -> UInt16 {
        guard isOpen(at: time) else { return 0 }
        let weight = kind.weight
        let (points, isTooMany) = weight.points.multipliedReportingOverflow(by: run)
        return isTooMany ? weight.ceiling : min(points, weight.ceiling)
    }

    /// Whether a signal at this time belongs to the same run.
    func isOpen(at time: UInt64) -> Bool { total > 0 && time <= last.addingClamped(SignalWeight.window) }

    /// The counter, and nothing counted.
    var restarted: SignalTally {
        var next = SignalTally(kind, source)
        next.reading = reading
        return next
    }

    /// By kind, in the order of the table, then by source.
    public static func < (left: Self, right: Self) -> Bool {
        left.kind == right.kind ? left.source < right.source : left.kind.rank < right.kind.rank
    }
}

extension SignalKind {
    /// Its place in the table.
    var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

extension UInt64 {
    fileprivate func addingClamped(_ other: UInt64) -> UInt64 {
        let (sum, isTooLarge) = addingReportingOverflow(other)
        return isTooLarge ? .max : sum
    }
}
