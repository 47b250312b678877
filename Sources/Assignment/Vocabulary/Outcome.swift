/// How an effect ended, as far as its platform knows.
public enum Outcome: Hashable, Sendable, Codable {
    /// Carried out, and confirmed where the effect says so.
    case succeeded
    /// Not carried out; nothing of it remains.
    case failed(FailureReason)
    /// It may or may not have happened. Never retried blindly.
    case unknown

    /// Why it failed; nil: it did not, or nobody knows.
    var reason: FailureReason? {
        switch self {
        case .failed(let reason): reason
        case .succeeded, .unknown: nil
        }
    }
}

/// Why an effect failed. The platform's own words travel beside it in ``EffectReport/detail``.
public enum FailureReason: String, Hashable, Sendable, Codable, CaseIterable {
    /// The device or its DSM said no, or answered what the protocol does not allow.
    case deviceRefused
    /// The owner's verdict on the evidence was no.
    case policyRefused
    /// No answer within the bounds.
    case timedOut
    /// The platform has no such operation.
    case unsupported
    /// Something else holds what is needed (driver, stream).
    case busy
    /// It would make other interfaces of the device fall, and nobody gave them up.
    case siblingsInUse
    /// The SPDM session or its stream is gone.
    case connectionLost
    /// The device that answers is not the one that was there before.
    case identityChanged
    /// A required proof did not hold.
    case notProven
    /// The hypervisor refused or could not be reached.
    case hypervisor
    /// The function does not answer configuration reads.
    case deviceGone
    /// Anything else; the detail says what.
    case other
}
