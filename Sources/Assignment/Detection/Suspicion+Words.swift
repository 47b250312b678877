extension Suspicion {
    /// What led to where it stands, one clause: `failed: 2 x ide-check at device (100), 1 x driver-errors at guest (15)`. What
    /// no longer counts is not named.
    public var explanation: String {
        let counted = tallies.filter { $0.points(at: latest) > 0 }
        let reasons = counted.map {
            "\($0.run) x \($0.kind.rawValue) at \($0.source.rawValue) (\($0.points(at: latest)))"
        }
        return reasons.isEmpty ? standing.name : "\(standing.name): \(reasons.joined(separator: ", "))"
    }
}
