internal import Assignment

/// What was noticed about a device, as JSON.
struct SuspicionView: Encodable {
    /// How often one thing was noticed at one place.
    struct SignalView: Encodable {
        let kind: String
        let source: String
        let count: UInt32
        /// What they weigh now; 0 when they came too long before the newest signal.
        let points: UInt16
        let first: String
        let last: String
        let basis: String
    }

    /// `nothing`, `suspect` or `failed`.
    let standing: String
    let points: UInt16
    /// When it came to stand so.
    let since: String?
    let signals: [SignalView]

    init(_ suspicion: Suspicion) {
        standing = suspicion.standing.name
        points = suspicion.points
        since = suspicion.since.map(Clock.text)
        signals = suspicion.tallies.filter { $0.total > 0 }.map { tally in
            SignalView(
                kind: tally.kind.rawValue, source: tally.source.rawValue, count: tally.total,
                points: tally.points(at: suspicion.latest), first: Clock.text(tally.first),
                last: Clock.text(tally.last),
                basis: tally.kind.weight.basis)
        }
    }
}
