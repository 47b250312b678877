public import TDISP

/// Why an assignment left the straight path. The first cause is kept; what follows from it is not.
public enum FailureCause: Hashable, Sendable, Codable {
    /// The device reported a TDISP state that the phase does not allow.
    case unexpectedState(TDIState)
    /// The IDE stream left Secure.
    case streamInsecure
    /// The SPDM session ended.
    case sessionLost
    /// The function no longer answers.
    case deviceGone
    /// The function was reset by someone else.
    case deviceReset
    /// The domain stopped or vanished.
    case domainStopped
    /// Someone else took the device out of the domain.
    case hostdevRemoved
    /// The guest's driver stopped answering.
    case driverTimeout
    /// An effect failed.
    case effectFailed(EffectName, FailureReason)
    /// An effect may or may not have happened.
    case outcomeUnknown(EffectName)
    /// The operator cancelled.
    case cancelled
    /// The operator ordered a recovery.
    case ordered
    /// The manager stopped in the middle of an effect.
    case interrupted(EffectName)
    /// The platform lets nothing of it through, and nobody recorded why.
    case foundShut
}

/// Why a device is in quarantine.
public enum QuarantineReason: String, Hashable, Sendable, Codable, CaseIterable {
    /// No cut of the platform could be confirmed.
    case cutUnconfirmed = "cut-unconfirmed"
    /// STOP did not lead to CONFIG_UNLOCKED, and a conventional reset is not allowed or failed too.
    case stopUnconfirmed = "stop-unconfirmed"
    /// Its reset would make other interfaces of the device fall, and nobody gave them up.
    case siblingsInUse = "siblings-in-use"
    /// The device did not come back from its reset.
    case resetFailed = "reset-failed"
    /// Another device came back.
    case identityChanged = "identity-changed"
    /// The proof of return did not hold.
    case returnNotProven = "return-not-proven"
    /// The untrusted mappings could not be restored.
    case mappingsNotRestored = "mappings-not-restored"
    /// The device could not be taken out of the domain.
    case detachFailed = "detach-failed"
    /// New stream keys are owed before the owner may change.
    case needsRekey = "needs-rekey"
    /// The host's driver could not be bound again.
    case hostDriverNotReturned = "host-driver-not-returned"
}

extension QuarantineReason {
    /// Why a device is put away whose last step home failed: with its gate open the proof did not hold, or it never got so
    /// far.
    init(_ failure: FailureReason?, or other: QuarantineReason) {
        self = failure == .notProven ? .returnNotProven : other
    }
}
