import TDISP

/// What an assignment carries through all its phases.
public struct Lineage: Hashable, Sendable, Codable {
    /// The last lock epoch that was begun.
    public var epoch: LockEpoch
    /// Whether the TDI was locked since its stream's keys last changed: its owner may not change before new keys.
    public var rekeyOwed: Bool
    /// Recoveries begun since the last rest in `private` or `attached` that an operator asked for.
    public var recoveries: UInt8
    /// What to do when the device falls out of private operation.
    public var orders: StandingOrders

    /// Creates a lineage; a device that was never seen has the default one.
    public init(
        epoch: LockEpoch = .none, rekeyOwed: Bool = false, recoveries: UInt8 = 0,
        orders: StandingOrders = StandingOrders()
    ) {
        self.epoch = epoch
        self.rekeyOwed = rekeyOwed
        self.recoveries = recoveries
        self.orders = orders
    }

    /// How many seconds a recovery waits before it converts again: nothing the first time, then 1, 2, 4, ... up to a minute.
    var pause: UInt16 { recoveries < 2 ? 0 : min(60, 1 << UInt16(min(recoveries - 2, 6))) }

    /// A TDI that answers anything but CONFIG_UNLOCKED was locked, whoever did it: new keys are owed.
    func seen(_ state: TDIState) -> Lineage {
        var next = self
        next.rekeyOwed = rekeyOwed || state != .configUnlocked
        return next
    }

    /// What was noticed, where it bears on the keys.
    func seen(_ observation: Observation) -> Lineage {
        switch observation {
        case .state(let state): seen(state)
        case .streamInsecure, .sessionLost, .deviceGone, .deviceReset, .domainStopped, .hostdevRemoved, .driverTimeout:
            self
        }
    }
}

/// An operator's standing word on recovery.
public struct StandingOrders: Hashable, Sendable, Codable {
    /// Convert again from scratch after a recovery, instead of resting in shared operation.
    public var convertAgain: Bool
    /// Allow a conventional reset, which takes every sibling of the device along.
    public var allowConventionalReset: Bool
    /// How many recoveries in a row may be tried before the device rests instead of being converted again.
    public var recoveryLimit: UInt8
    /// Take the identity that the device shows after its next reset for its own, once.
    public var acceptIdentity: Bool
    /// Let locked siblings fall with its next reset, once.
    public var takeSiblings: Bool

    /// Creates orders; the default rests in shared operation, spares siblings and takes no other device.
    public init(
        convertAgain: Bool = false, allowConventionalReset: Bool = false, recoveryLimit: UInt8 = 3,
        acceptIdentity: Bool = false, takeSiblings: Bool = false
    ) {
        self.convertAgain = convertAgain
        self.allowConventionalReset = allowConventionalReset
        self.recoveryLimit = recoveryLimit
        self.acceptIdentity = acceptIdentity
        self.takeSiblings = takeSiblings
    }

    /// Whether siblings may fall with a reset: who allows one of the whole device has given them up.
    public var givesUpSiblings: Bool { takeSiblings || allowConventionalReset }
}

extension StandingOrders {
    /// Reads orders; what a journal of an earlier version does not know of has its default.
    public init(from decoder: any Decoder) throws {
        let keys = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            convertAgain: try keys.decode(Bool.self, forKey: .convertAgain),
            allowConventionalReset: try keys.decode(Bool.self, forKey: .allowConventionalReset),
            recoveryLimit: try keys.decode(UInt8.self, forKey: .recoveryLimit),
            acceptIdentity: try keys.decodeIfPresent(Bool.self, forKey: .acceptIdentity) ?? false,
            takeSiblings: try keys.decodeIfPresent(Bool.self, forKey: .takeSiblings) ?? false)
    }
}

/// A resting phase outside private operation, to which a conversion that fails returns.
public enum Rest: String, Hashable, Sendable, Codable, CaseIterable {
    /// With the host.
    case available
    /// In a domain, in shared operation.
    case attached
}
