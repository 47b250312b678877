/// The safety rules that hold in every phase. Errors, traces and the checker name a rule by its raw value.
///
/// Each has this one definition and one place that can know it (``Enforcer``); `tdispctl doctor` prints the table.
public enum SafetyRule: String, Hashable, Sendable, Codable, CaseIterable {
    case noTrustedDMAWithoutRun = "no-trusted-dma-without-run"
    case noUntrustedDMAToPrivate = "no-untrusted-dma-to-private"
    case silentWhenLockedOrFailed = "silent-when-locked-or-failed"
    case noMixedTraffic = "no-mixed-traffic"
    case noConversionUnderDMA = "no-conversion-under-dma"
    case oneOwner = "one-owner"
    case revokeFirst = "revoke-first"
    case restoreLast = "restore-last"
    case nothingOutlivesAnEpoch = "nothing-outlives-an-epoch"
    case allOrHome = "all-or-home"
    case noDriverInBetween = "no-driver-in-between"
    case noBlindRetry = "no-blind-retry"
    case alwaysEnds = "always-ends"

    /// Which part of the program can know a rule, and therefore enforces it.
    public enum Enforcer: String, Hashable, Sendable, Codable, CaseIterable {
        /// The pure machine of one assignment.
        case engine
        /// The pure function over a snapshot of the whole host.
        case admission
        /// The IOMMU model that decides each DMA.
        case routing
        /// Not refused anywhere: proven by the exhaustive checker.
        case checker
    }

    /// The place that knows this rule.
    public var enforcer: Enforcer {
        switch self {
        case .noTrustedDMAWithoutRun, .noUntrustedDMAToPrivate, .silentWhenLockedOrFailed, .noMixedTraffic,
            .noConversionUnderDMA:
            .routing
        case .oneOwner: .admission
        case .revokeFirst, .restoreLast, .nothingOutlivesAnEpoch, .allOrHome, .noDriverInBetween, .noBlindRetry: .engine
        case .alwaysEnds: .checker
        }
    }

    /// The rule in one sentence.
    public var definition: String {
        switch self {
        case .noTrustedDMAWithoutRun:
            "T=1 reaches private memory only if the TDI is in RUN, its bound stream is Secure, evidence of this lock epoch "
                + "was accepted by the owner, and the page is that owner's."
        case .noUntrustedDMAToPrivate: "T=0 never reaches private memory, in any phase, on any profile."
        case .silentWhenLockedOrFailed: "In CONFIG_LOCKED and ERROR no memory DMA reaches anything."
        case .noMixedTraffic: "T=0 and T=1 from one TDI only where the profile declares it."
        case .noConversionUnderDMA:
            "A page changes between private and shared only when no translation, cached entry or DMA in flight can reach it."
        case .oneOwner:
            "A TDI has one owner; it changes only through CONFIG_UNLOCKED, a proven reset and, if it was locked since the "
                + "stream's keys last changed, new keys."
        case .revokeFirst:
            "The first effect after any sign of trouble is the platform's own cut of T=1; nothing else is issued before it."
        case .restoreLast:
            "Untrusted mappings come back only after CONFIG_UNLOCKED is confirmed and trusted mappings are gone."
        case .nothingOutlivesAnEpoch:
            "Nonce, report, verdict and freshness die with the lock epoch and cannot be used to accept again."
        case .allOrHome:
            "A conversion that fails ends in the last confirmed resting phase, mappings and driver as found, or in quarantine."
        case .noDriverInBetween: "No function driver is bound from the end of quiescing to the end of accepting."
        case .noBlindRetry: "After an unknown outcome no granting effect is repeated: ask, or tear down."
        case .alwaysEnds: "Once faults stop, every phase leads to a resting phase in a bounded number of steps."
        }
    }
}
