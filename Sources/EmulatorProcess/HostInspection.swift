public import Emulator
public import IOMMU

/// One function of the emulated host, looked at from all sides.
public struct HostInspection: Codable, Hashable, Sendable {
    /// What the device says, and what host and guest did with it.
    public var function: FunctionView
    /// The stream of its device.
    public var stream: StreamView?
    /// What its DMA reaches, by T.
    public var routes: RoutesView?
    /// The platform, and the kind of vIOMMU behind a slash where there is one.
    public var platform: String
    /// The number of the domain that has the function; nil: the host has it.
    public var domain: DomainNumber?
    /// Virtual time in nanoseconds.
    public var time: UInt64
}
