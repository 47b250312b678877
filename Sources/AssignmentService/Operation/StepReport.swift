public import Assignment
public import PCIe

/// One step as a person watches it: an effect that starts or has ended, and the phase it led to.
public struct StepReport: Hashable, Sendable {
    /// What happened.
    public enum Kind: Hashable, Sendable {
        /// The effect starts.
        case started(EffectName)
        /// The effect ended.
        case ended(EffectName, Outcome, detail: String, proofs: [Proof])
        /// Something was noticed.
        case noticed(Observation)
        /// A sign of trouble was weighed, and what all of them come to.
        case signalled(Signal, Suspicion)
        /// The device rests.
        case resting
    }

    /// The function, or the DSM for a step of its connection.
    public let device: FunctionAddress
    /// What happened.
    public let kind: Kind
    /// The phase before it.
    public let phaseBefore: Phase
    /// The phase after it.
    public let phase: Phase
    /// The whole state after it, where it is a step of the engine.
    public let state: AssignmentState
    /// When, in the world's nanoseconds.
    public let time: UInt64
}
