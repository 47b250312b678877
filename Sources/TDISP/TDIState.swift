/// The TDISP state of a TEE device interface (TDI), with its wire value in DEVICE_INTERFACE_STATE (TDISP 1.0, 11.3.13).
public enum TDIState: UInt8, Hashable, Sendable, Codable, CaseIterable {
    /// Not locked: ordinary, untrusted operation.
    case configUnlocked = 0
    /// Locked by a TSM: no DMA, waits for START.
    case configLocked = 1
    /// Private operation: DMA carries T=1.
    case run = 2
    /// Fell out of CONFIG_LOCKED or RUN: no DMA until STOP.
    case error = 3
}

extension TDIState: CustomStringConvertible {
    /// The specification's name, for example `CONFIG_UNLOCKED`.
    public var description: String {
        switch self {
        case .configUnlocked: "CONFIG_UNLOCKED"
        case .configLocked: "CONFIG_LOCKED"
        case .run: "RUN"
        case .error: "ERROR"
        }
    }
}
