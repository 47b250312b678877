public import Assignment
public import Attestation
public import PCIe

/// Everything outside the engine that owners need, given from outside so that a replay can give its own.
public struct World: Sendable {
    /// How an assignment is stepped: by ``AssignmentMachine/step(_:_:)``. A replay may put a faulty engine in its place, to see
    /// that the fault is found.
    public var engine: @Sendable (AssignmentState, AssignmentEvent) -> AssignmentTransition
    /// What effects are carried out on.
    public var platform: any Platform
    /// Where steps are committed.
    public var journal: any AssignmentJournal
    /// Who judges evidence: the guest's side of the line.
    public var judge: @Sendable (EvidenceCase) -> Judgement
    /// 32 fresh random bytes, or nil when there are none.
    public var nonce: @Sendable () -> [UInt8]?
    /// Nanoseconds since 1970-01-01 UTC, or virtual time.
    public var now: @Sendable () -> UInt64
    /// Called with every step, in order per device.
    public var report: @Sendable (StepReport) -> Void

    /// Creates a world.
    public init(
        platform: any Platform, journal: any AssignmentJournal, judge: @escaping @Sendable (EvidenceCase) -> Judgement,
        nonce: @escaping @Sendable () -> [UInt8]?, now: @escaping @Sendable () -> UInt64,
        report: @escaping @Sendable (StepReport) -> Void = { _ in },
        engine: @escaping @Sendable (AssignmentState, AssignmentEvent) -> AssignmentTransition = AssignmentMachine.step
    ) {
        self.engine = engine
        self.platform = platform
        self.journal = journal
        self.judge = judge
        self.nonce = nonce
        self.now = now
        self.report = report
    }
}

/// What a judge gets: evidence, and what the owner knows without the device's help.
public struct EvidenceCase: Sendable {
    /// The function that is to be accepted.
    public let tdi: FunctionAddress
    /// The evidence of this epoch.
    public let evidence: Evidence
    /// The epoch it must belong to.
    public let epoch: LockEpoch
    /// The nonce that was asked under.
    public let nonce: [UInt8]
    /// The function as the host shows it.
    public let function: FunctionFacts?
    /// The domain that is to accept it, with what its guest pins.
    public let domain: DomainFacts?
}

extension EvidenceCase {
    /// Lets a verifier judge the case against what the owner knows: its own nonce and epoch, the roots that the guest pins,
    /// and the memory that the host shows.
    public func judged(by verifier: any Verifier) -> Judgement {
        let memory = (function?.memory ?? []).map {
            Expectations.MemoryRange(register: $0.register, address: $0.address, size: $0.size)
        }
        let verdict = verifier.appraise(
            evidence,
            against: Expectations(
                tdi: tdi, epoch: epoch.rawValue, nonce: nonce, pinnedRoots: domain?.pinnedRoots ?? [],
                memory: memory))
        return Judgement(accepted: verdict.isAccepted, findings: verdict.lines)
    }
}

/// A verdict in the words that a person reads.
public struct Judgement: Hashable, Sendable {
    /// Whether the device may be accepted.
    public let accepted: Bool
    /// Why, or why not: one line for each finding.
    public let findings: [String]

    /// Creates a judgement.
    public init(accepted: Bool, findings: [String]) {
        self.accepted = accepted
        self.findings = findings
    }
}
