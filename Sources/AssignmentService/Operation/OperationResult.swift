public import Assignment
public import PCIe

/// How an operation on one device ended: where the device is, and what the operation came to.
public struct OperationResult: Hashable, Sendable {
    /// What it came to.
    public enum End: Hashable, Sendable {
        /// The device is where the operation was to bring it.
        case done
        /// It already was there; nothing was changed.
        case alreadyThere
        /// The engine said no; nothing was changed.
        case refused(Refusal)
        /// Something failed; the device is back at rest.
        case failed(Trouble)
        /// The device was put away: why, and the last thing that went wrong.
        case quarantined(QuarantineReason, Trouble?)
        /// The journal could not be written; nothing was changed.
        case journal(JournalFailure)
        /// The device rests where the state says, and the journal does not know: the next manager will ask the device.
        case unrecorded(JournalFailure)
    }

    /// The function.
    public let device: FunctionAddress
    /// Where it is now.
    public let state: AssignmentState
    /// What the operation came to.
    public let end: End
    /// What was proven on the way, in order.
    public let proofs: [Proof]

    /// Creates a result.
    public init(device: FunctionAddress, state: AssignmentState, end: End, proofs: [Proof] = []) {
        self.device = device
        self.state = state
        self.end = end
        self.proofs = proofs
    }
}

/// Something that went wrong in an operation: the first thing, as what followed from it is in the history.
public struct Trouble: Hashable, Sendable {
    /// What went wrong.
    public enum What: Hashable, Sendable {
        case effect(EffectName, Outcome)
        case noticed(Observation)
        case connection(ConnectionLoss)
        /// It was cut by somebody who did not record it.
        case foundShut
        case cancelled
    }

    /// What went wrong.
    public let what: What
    /// The phase in which it did.
    public let phase: Phase
    /// The platform's own words.
    public let detail: String

    /// Creates a trouble.
    public init(_ what: What, in phase: Phase, detail: String = "") {
        self.what = what
        self.phase = phase
        self.detail = detail
    }

    /// Whether it is unknown what happened, rather than known to have failed.
    public var isUnknown: Bool {
        switch what {
        case .effect(_, .unknown), .effect(_, .failed(.timedOut)): true
        case .effect, .noticed, .connection, .foundShut, .cancelled: false
        }
    }
}
