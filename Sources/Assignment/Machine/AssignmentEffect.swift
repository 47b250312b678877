/// The one thing to be done after a step. The owner carries it out and reports its outcome as an event.
///
/// Granting effects open something (``EffectName/isGranting``): their intent is committed to the journal first, and they
/// are never repeated after an unknown outcome.
public enum AssignmentEffect: Hashable, Sendable, Codable {
    /// Nothing.
    case none
    /// Tell the caller no; nothing changed.
    case refuse(Refusal)

    /// Take the device off its host driver and keep it off (vfio-pci).
    case releaseHostDriver
    /// Have the DSM's connection (session and keyed stream) ready.
    case requireConnection
    /// Put the hostdev into the domain and map the domain's shared pages for T=0.
    case attach(DomainID)
    /// Take the guest's function driver off and keep it off.
    case unbindGuestDriver
    /// Wait until no DMA of the function is in flight.
    case drainDMA
    /// Save the untrusted mappings.
    case saveLedger
    /// Drop the untrusted mappings.
    case dropMappings
    /// LOCK_INTERFACE, state read before and after.
    case lock(LockEpoch)
    /// Collect certificates, measurements and the interface report under a fresh nonce.
    case collectEvidence(LockEpoch)
    /// Let the owner judge the evidence of this epoch.
    case appraise(LockEpoch)
    /// Read state and report once more: still CONFIG_LOCKED, nothing changed since the verdict.
    case reconfirm(LockEpoch)
    /// Open the trusted table entry and START_INTERFACE.
    case accept(LockEpoch)
    /// Let the guest's function driver bind.
    case bindGuestDriver
    /// One T=1 DMA to a private page arrives, one T=0 to it faults.
    case probePrivate

    /// The platform's own cut of T=1, by rank.
    case cut(CutRank)
    /// Ask the device for its TDISP state.
    case askState
    /// STOP_INTERFACE, then state CONFIG_UNLOCKED confirmed.
    case stop
    /// Reset the function or the device and wait until it answers.
    case reset(ResetKind)
    /// Compare leaf certificate, serial and measurements with those from before.
    case compareIdentity
    /// Take the identity that the device shows for its own from now on: another card, or other firmware, that the operator
    /// knows of.
    case adoptIdentity
    /// Wait before the device is converted again, closed as it is.
    case pause(seconds: UInt16)
    /// Write back the saved configuration space.
    case restoreConfiguration
    /// Prove the return (state, configuration space, DMA inside arrives, outside faults).
    case proveReturn
    /// Restore the untrusted mappings as the ledger has them.
    case restoreMappings
    /// Take the hostdev out of the domain.
    case detach(DomainID)
    /// New stream keys.
    case rekey
    /// Give the device back to its host driver.
    case returnHostDriver
}

/// Which of the platform's cuts is used, in the order the profile declares.
public struct CutRank: RawRepresentable, Hashable, Sendable, Codable {
    /// 0 is the first cut.
    public let rawValue: UInt8
    /// Creates a rank.
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    /// The cut with the smallest blast radius.
    public static let first = CutRank(rawValue: 0)
    /// The next cut, or nil after the third: no profile declares more.
    public var next: CutRank? { rawValue < 2 ? CutRank(rawValue: rawValue + 1) : nil }
}

/// What is reset.
public enum ResetKind: String, Hashable, Sendable, Codable, CaseIterable {
    /// Function level reset (FLR) of this function.
    case function
    /// Conventional reset of the whole device: every sibling goes with it.
    case conventional
}
