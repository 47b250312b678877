public import IOMMU
public import PCIe
public import TDISP

/// What a request on one device is going to do, worked out before anything is changed.
///
/// Every precondition is there, met or not, and the effects are those that the engine itself issues when each succeeds:
/// the plan is what is applied.
public struct Plan: Hashable, Sendable, Codable {
    /// The device.
    public let device: FunctionAddress
    /// The domain that it is converted for or released from, where there is one.
    public let domain: DomainID?
    /// What is asked.
    public let request: AssignmentEvent
    /// Everything that must be so, all at once.
    public let preconditions: [Precondition]
    /// The effects in the order in which they are issued; none when the engine refuses the request.
    public let effects: [AssignmentEffect]
    /// Why the engine would refuse the request, if it would.
    public let refusal: Refusal?
    /// The phase in which the device rests afterwards.
    public let destination: Phase
    /// The other functions of the device, and what they are doing.
    public let siblings: [Sibling]
    /// What is taken along when something must be reset, renewed or cut.
    public let blastRadius: [BlastRadius]
    /// How the platform ends T=1, in the order in which that is tried; empty when it is not known.
    public let cuts: [PlatformCut]
    /// IDE streams under its host bridge, when that is known.
    public let streams: StreamBudget?

    /// What a plan comes to.
    public enum Outcome: Hashable, Sendable, Codable {
        /// It can begin.
        case go
        /// The device is already where the request would bring it.
        case alreadyThere
        /// There is nothing to protect: the ordinary device model applies.
        case stepsAside
        /// It does not begin.
        case blocked(Obstacle)
    }

    /// The preconditions that stand in the way.
    public var blocking: [Precondition] { preconditions.filter { $0.obstacle != nil } }

    /// What it comes to. Where there is nothing to protect, what only a conversion needs stands in nobody's way.
    public var outcome: Outcome {
        let isAside = preconditions.contains { $0.verdict == .stepsAside }
        let obstacles = blocking.filter { !isAside || $0.name.concernsAnyAssignment }.compactMap(\.obstacle)
        if let worst = obstacles.min() { return .blocked(worst) }
        if isAside { return .stepsAside }
        if refusal?.reason == .alreadyThere { return .alreadyThere }
        return refusal.map { .blocked($0.obstacle) } ?? .go
    }
}

/// What ending the connection of a DSM is going to do.
public struct DisconnectPlan: Hashable, Sendable, Codable {
    /// The function that hosts the DSM.
    public let dsm: FunctionAddress
    /// Everything that must be so, all at once.
    public let preconditions: [Precondition]
    /// The effects in the order in which they are issued; none when there is no connection or the machine refuses.
    public let effects: [ConnectionEffect]
    /// Every interface that falls out of private operation, in whatever domain.
    public let takes: [Sibling]
    /// IDE streams under its host bridge, when that is known.
    public let streams: StreamBudget?

    /// The preconditions that stand in the way.
    public var blocking: [Precondition] { preconditions.filter { $0.obstacle != nil } }

    /// What it comes to.
    public var outcome: Plan.Outcome {
        if let worst = blocking.compactMap(\.obstacle).min() { return .blocked(worst) }
        return effects.isEmpty ? .alreadyThere : .go
    }
}

/// Another function of the same device, and what it is doing.
public struct Sibling: Hashable, Sendable, Codable {
    /// Where it is.
    public let address: FunctionAddress
    /// What it is.
    public let name: String
    /// Its recorded phase.
    public let phase: Phase
    /// The domain that has it.
    public let domain: DomainID?
    /// That domain's name.
    public let domainName: String?
    /// The TDISP state it answers now, or nil when it cannot be asked.
    public let state: TDIState?

    /// Whether a domain has it, or something is under way on it.
    public var isInUse: Bool { domain != nil || phase != .available }

    /// Whether it is or may be locked: the end of the connection, or a reset, makes it fall into ERROR. What the device
    /// answers counts for more than what is recorded.
    public var mayBeLocked: Bool { state.map { $0 != .configUnlocked } ?? phase.holdsLock }
}

/// What is taken along when something is done that one function cannot have for itself.
public struct BlastRadius: Hashable, Sendable, Codable {
    /// What is done.
    public enum Cause: String, Hashable, Sendable, Codable, CaseIterable {
        /// The function is reset. A physical function takes its virtual ones along.
        case functionReset = "function-reset"
        /// The whole device is reset.
        case conventionalReset = "conventional-reset"
        /// The platform's cuts that spare its siblings are not confirmed.
        case lastCut = "last-cut"
        /// The connection is ended, or renewed where the platform has no live refresh of keys.
        case reconnect
    }

    /// What is done.
    public let cause: Cause
    /// The functions that it takes along.
    public let takes: [Sibling]
}

/// IDE streams under one host bridge.
public struct StreamBudget: Hashable, Sendable, Codable {
    /// The bridge's name.
    public let bridge: String
    /// How many it can hold.
    public let total: Int
    /// How many are free now.
    public let before: Int
    /// How many are free afterwards.
    public let after: Int
}

extension Refusal {
    /// What a refusal by the engine is to an operator.
    var obstacle: Obstacle {
        switch reason {
        case .ownedByAnother, .busy: .busy
        case .alreadyThere, .notAssigned, .nothingToRecover, .connectionInUse: .refused
        case .quarantined: .quarantined
        }
    }
}
