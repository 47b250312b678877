import PCIe

/// How a platform holds a function: as the host's own, or as an interface (TDI) of a VM in a state of TDISP
/// (TDISP 1.0, PCIe 6.x chapter 11, interface states).
///
/// It is what the platform's own owner of tables goes by, which may lag behind the device but never runs ahead of it.
public enum Standing: UInt8, Hashable, Sendable, Codable, CaseIterable {
    /// CONFIG_UNLOCKED, the host's own.
    case host
    /// CONFIG_UNLOCKED, in a VM: shared operation.
    case unlocked
    /// CONFIG_LOCKED.
    case locked
    /// RUN: private operation.
    case run
    /// ERROR, or behind the platform's cut: closed, whatever state the device is in.
    case error

    /// Whether no memory DMA may come in it (rule ``RoutingRule/silentWhenLockedOrFailed``).
    public var isSilent: Bool {
        switch self {
        case .locked, .error: true
        case .host, .unlocked, .run: false
        }
    }
}

extension Standing: CustomStringConvertible {
    /// The state as TDISP spells it.
    public var description: String {
        switch self {
        case .host: "CONFIG_UNLOCKED (host)"
        case .unlocked: "CONFIG_UNLOCKED"
        case .locked: "CONFIG_LOCKED"
        case .run: "RUN"
        case .error: "ERROR"
        }
    }
}

extension Standing {
    /// What is said of DMA that the gate stops. A device that the cut holds closed may be in any state, and comes home in
    /// CONFIG_UNLOCKED.
    func refusal(of tBit: TBit) -> String {
        switch self {
        case .host, .unlocked, .locked, .run: "\(tBit) is not let through in \(self)"
        case .error: "\(tBit) is held closed by the cut"
        }
    }
}
