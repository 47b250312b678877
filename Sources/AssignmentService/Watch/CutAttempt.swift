public import Assignment
public import PCIe

/// One of the platform's cuts, as it was tried on one device.
public struct CutAttempt: Hashable, Sendable {
    /// Which of the platform's cuts.
    public let rank: CutRank
    /// When it was issued, by the clock of who issued it.
    public let issuedAt: UInt64
    /// What became of it.
    public let report: EffectReport

    /// Creates an attempt.
    public init(rank: CutRank, issuedAt: UInt64, report: EffectReport) {
        self.rank = rank
        self.issuedAt = issuedAt
        self.report = report
    }

    /// Whether T=1 is known to be cut.
    public var isConfirmed: Bool { report.outcome == .succeeded }
}

extension Platform {
    /// Cuts the T=1 of a TDI: by the first rank, and where that is not confirmed by the next, until one is or none is left.
    /// Each is issued before the clock is read. Gives every attempt, in order.
    public func cutByRank(_ tdi: FunctionAddress, now: @Sendable () -> UInt64) async -> [CutAttempt] {
        var attempts: [CutAttempt] = []
        var next: CutRank? = .first
        while let rank = next {
            let cut = Task.immediate { await perform(.cut(rank), on: tdi) }
            let attempt = CutAttempt(rank: rank, issuedAt: now(), report: await cut.value)
            attempts.append(attempt)
            next = attempt.isConfirmed ? nil : rank.next
        }
        return attempts
    }
}
