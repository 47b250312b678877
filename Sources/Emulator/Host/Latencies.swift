/// How long things take on an emulated host, in nanoseconds of its virtual time.
public struct Latencies: Hashable, Sendable {
    /// One message through a DOE mailbox, request to response.
    public var message: UInt64 = 250_000
    /// How long an answer is awaited.
    public var timeout: UInt64 = 1_000_000_000
    /// First wait after BUSY; doubles with each further one.
    public var backoff: UInt64 = 1_000_000
    /// One write to a configuration space.
    public var configurationWrite: UInt64 = 1_000
    /// Binding or unbinding a driver.
    public var driver: UInt64 = 5_000_000
    /// Changing a table of the IOMMU and invalidating what was cached of it.
    public var tables: UInt64 = 50_000
    /// How long DMA in flight is awaited.
    public var drain: UInt64 = 10_000_000
    /// How long a function is left alone after a function level reset (PCIe 6.0, 6.6.2).
    public var functionReset: UInt64 = 100_000_000
    /// How long a function may answer Request Retry Status after its reset before it is given up.
    public var readiness: UInt64 = 60_000_000_000
    /// How long one does whose reset is slow.
    public var slowReadiness: UInt64 = 2_000_000_000
    /// How long virtual functions are left alone once they are enabled (PCIe 6.0, 9.3.3.3.1).
    public var virtualFunctions: UInt64 = 100_000_000
    /// How long a device is left alone after a conventional reset (PCIe 6.0, 6.6.1).
    public var conventionalReset: UInt64 = 100_000_000

    /// The usual latencies.
    public init() {}
}
