public import Emulator

/// One function of the emulated host, looked at from all sides.
public struct HostInspection: Codable, Hashable, Sendable {
    /// What the device says, and what host and guest did with it.
    public var function: FunctionView
    /// The stream of its device.
    public var stream: StreamView?
    /// What its DMA reaches, by T.
    public var routes: RoutesView?
    /// Virtual time in nanoseconds.
    public var time: UInt64
}
