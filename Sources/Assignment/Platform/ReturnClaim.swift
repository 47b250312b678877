/// What has to be shown of a device that was away before it counts as home: the whole list, in the order in which it is
/// looked at.
///
/// A claim that is disproven always fails the proof. One that a platform cannot look at is printed as not proven, and fails
/// the proof as well unless the platform's policy excuses it.
public enum ReturnClaim: String, Hashable, Sendable, Codable, CaseIterable {
    /// The device answers CONFIG_UNLOCKED over a live session.
    case unlocked = "state is CONFIG_UNLOCKED"
    /// What software keeps over a reset is what it was.
    case configuration = "configuration space is as it was saved"
    /// Nothing that was made for its last user is left in the device's own cache (ATS).
    case forgotten = "the function holds no translation"
    /// DMA gets to where the mappings lead that are back.
    case insideArrives = "T=0 inside the map arrives"
    /// DMA beside the mappings that are back, and where one was left out, reaches nothing.
    case outsideFaults = "T=0 outside the map faults"
    /// What it reached privately is out of reach of ordinary DMA.
    case oldPageUntrusted = "T=0 does not reach the old private page"
    /// What it reached privately is out of reach of trusted DMA.
    case oldPageTrusted = "T=1 does not reach the old private page"

    /// When a claim is looked at.
    public enum Moment: Hashable, Sendable {
        /// While the platform still lets nothing of the device through (`prove-return`).
        case closed
        /// Behind the opened gate, the mappings restored: what is closed anyway proves nothing of DMA (`restore-mappings`,
        /// `return-host-driver`). If the proof does not hold, the gate is shut again.
        case open
    }

    /// When it is looked at.
    public var moment: Moment {
        switch self {
        case .unlocked, .configuration, .forgotten: .closed
        case .insideArrives, .outsideFaults, .oldPageUntrusted, .oldPageTrusted: .open
        }
    }
}

extension EffectReport {
    /// The outcome of a proof: nothing is disproven, and nothing is left open that is not excused.
    public init(
        proving proofs: [(claim: ReturnClaim, proof: Proof)], excusing excused: Set<ReturnClaim>, _ detail: String
    ) {
        let failed = proofs.first { claim, proof in
            switch proof.result {
            case .proven: false
            case .disproven: true
            case .notProven: !excused.contains(claim)
            }
        }
        let shown = proofs.map(\.proof)
        self =
            failed.map { EffectReport(.failed(.notProven), "\($0.proof.claim): \($0.proof.seen)", proofs: shown) }
            ?? EffectReport(.succeeded, detail, proofs: shown)
    }
}
