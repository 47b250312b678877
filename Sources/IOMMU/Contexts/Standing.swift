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
    /// ERROR.
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
