public import TDISP

/// The manager's name for where an assignment is. A phase says which DMA may reach memory (``PermittedDMA``).
public enum Phase: String, Hashable, Sendable, Codable, CaseIterable {
    case available, attaching, attached, quiescing, locking, locked, attesting, attested, accepting, confirming
    case `private`, releasing, detaching, failed, recovering, quarantined, unknown

    /// Whether an assignment may stay here without anything under way.
    public var isResting: Bool {
        switch self {
        case .available, .attached, .private, .quarantined: true
        case .attaching, .quiescing, .locking, .locked, .attesting, .attested, .accepting, .confirming, .releasing,
            .detaching, .failed, .recovering, .unknown:
            false
        }
    }

    /// Whether a TDI in this phase may be locked, so that a reconnect would take it along.
    public var holdsLock: Bool {
        switch self {
        case .locking, .locked, .attesting, .attested, .accepting, .confirming, .private, .releasing, .failed,
            .recovering, .quarantined, .unknown:
            true
        case .available, .attaching, .attached, .quiescing, .detaching: false
        }
    }

    /// Whether an undisturbed TDI may answer this state while this phase is recorded.
    public func expects(_ state: TDIState) -> Bool {
        switch self {
        case .available, .attaching, .attached: state == .configUnlocked
        case .private: state == .run
        case .quiescing, .locking, .locked, .attesting, .attested, .accepting, .confirming, .releasing, .detaching,
            .failed, .recovering, .quarantined, .unknown:
            true
        }
    }

    /// Whether the end of its session would make a TDI in this phase fall: locked or being locked, and nothing is wrong yet.
    public var fallsWithSession: Bool {
        switch self {
        case .locking, .locked, .attesting, .attested, .accepting, .confirming, .private, .releasing: true
        case .available, .attaching, .attached, .quiescing, .detaching, .failed, .recovering, .quarantined, .unknown:
            false
        }
    }

    /// What DMA of the device may reach memory in this phase.
    public var permittedDMA: PermittedDMA {
        switch self {
        case .available: .hostOwn
        case .attached, .quiescing: .sharedPages
        case .confirming, .private: .privatePages
        case .attaching, .locking, .locked, .attesting, .attested, .accepting, .releasing, .detaching, .failed,
            .recovering, .quarantined, .unknown:
            .none
        }
    }
}

/// Which DMA of a device may reach memory.
public enum PermittedDMA: String, Hashable, Sendable, Codable, CaseIterable {
    /// T=0 into the host's own memory, by the host's driver.
    case hostOwn
    /// T=0 to shared pages of the domain, through the ledger's mappings.
    case sharedPages
    /// T=1 to private pages of the domain.
    case privatePages
    /// None.
    case none
}
