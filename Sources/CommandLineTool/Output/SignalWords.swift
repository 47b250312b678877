internal import Assignment

extension Signal {
    /// One line for who watches: what was noticed, where, and what it comes to with all others.
    func line(_ suspicion: Suspicion) -> String {
        "~ \(kind.sentence) (\(kind.rawValue) at \(source.rawValue)): \(suspicion.points) points, \(suspicion.standing.name)"
    }
}

extension Suspicion {
    /// One line for a person: `2 x ide-check at device, 60 points: a packet failed its integrity check, last 2026-...`.
    func line(_ tally: SignalTally) -> String {
        "\(tally.total) x \(tally.kind.rawValue) at \(tally.source.rawValue), \(tally.points(at: latest)) points: "
            + "\(tally.kind.sentence), last \(Clock.text(tally.last))"
    }
}
