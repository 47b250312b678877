public import TDISP

/// What goes into the assignment machine: requests, outcomes of effects, and what was noticed.
public enum AssignmentEvent: Hashable, Sendable, Codable {
    /// Bring the device to private operation for this domain.
    case convert(DomainID, StandingOrders)
    /// Leave private operation and rest there. Locked siblings that its reset would make fall need the operator's word.
    case release(to: Rest, takeSiblings: Bool = false)
    /// Run the recovery ladder; out of quarantine only with the operator's explicit word.
    case recover(RecoveryRequest)
    /// Stop a conversion at the next safe point and go home.
    case cancel
    /// An effect ended.
    case finished(EffectName, Outcome)
    /// The device answered ``AssignmentEffect/askState``.
    case answered(TDIState)
    /// Something was noticed.
    case observed(Observation)
    /// The manager restarted and found this effect begun without an outcome.
    case restarted(during: EffectName)
    /// The manager found it shut by the platform, where by the record it rests: it was cut, and whoever did that did not
    /// record it or say why.
    case foundShut
}

/// What an operator asks of a recovery.
public struct RecoveryRequest: Hashable, Sendable, Codable {
    /// The operator's explicit word to leave quarantine.
    public var fromQuarantine: Bool
    /// Convert again afterwards instead of resting in shared operation.
    public var convertAgain: Bool
    /// Allow a conventional reset, which takes siblings along.
    public var allowConventionalReset: Bool
    /// The operator knows that another card, or other firmware, is in the slot: what it shows is its identity from now on.
    public var acceptIdentity: Bool
    /// Let locked siblings fall that a reset takes along.
    public var takeSiblings: Bool

    /// Creates a request; the default spares siblings, rests afterwards, leaves quarantine alone, and takes no other device.
    public init(
        fromQuarantine: Bool = false, convertAgain: Bool = false, allowConventionalReset: Bool = false,
        acceptIdentity: Bool = false, takeSiblings: Bool = false
    ) {
        self.fromQuarantine = fromQuarantine
        self.convertAgain = convertAgain
        self.allowConventionalReset = allowConventionalReset
        self.acceptIdentity = acceptIdentity
        self.takeSiblings = takeSiblings
    }
}

extension RecoveryRequest {
    /// Reads a request; what a journal of an earlier version does not know of has its default.
    public init(from decoder: any Decoder) throws {
        let keys = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            fromQuarantine: try keys.decode(Bool.self, forKey: .fromQuarantine),
            convertAgain: try keys.decode(Bool.self, forKey: .convertAgain),
            allowConventionalReset: try keys.decode(Bool.self, forKey: .allowConventionalReset),
            acceptIdentity: try keys.decodeIfPresent(Bool.self, forKey: .acceptIdentity) ?? false,
            takeSiblings: try keys.decodeIfPresent(Bool.self, forKey: .takeSiblings) ?? false)
    }
}

/// Something noticed outside our own effects. Weak signals are weighed elsewhere; what arrives here is believed.
public enum Observation: Hashable, Sendable, Codable {
    /// The device answered a state query.
    case state(TDIState)
    /// The IDE stream left Secure.
    case streamInsecure
    /// The SPDM session ended.
    case sessionLost
    /// Configuration reads return all ones.
    case deviceGone
    /// Someone else reset the function.
    case deviceReset
    /// The domain stopped or vanished.
    case domainStopped
    /// Someone else took the hostdev out of the domain.
    case hostdevRemoved
    /// The guest's driver stopped answering.
    case driverTimeout
}
