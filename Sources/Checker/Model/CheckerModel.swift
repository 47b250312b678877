public import Assignment
public import IOMMU

/// What is modelled: how DMA is routed, how many VMs there are, what may go wrong and what may be asked.
public struct CheckerModel: Sendable {
    /// How DMA is routed.
    public var profile: RoutingProfile
    /// How many VMs there are.
    public var vms: Int
    /// How many things may go wrong on a way: effects, messages, devices, host, guest and manager. Nil: any number.
    public var faults: Int?
    /// Whether the manager may die at any step.
    public var hasCrashes: Bool
    /// Whether pages of VMs are converted.
    public var hasConversions: Bool
    /// Whether the device is a function 0, whose FLR ends session and stream.
    public var isFunctionZero: Bool
    /// Whether the devices are two functions of one device, the first of them function 0, which share session, stream and
    /// fate; otherwise devices share nothing but VMs, manager and streams.
    public var hasSiblings: Bool
    /// How many streams the bridge has that all devices are under; nil: enough for all.
    public var streams: Int?
    /// The orders that a conversion may come with.
    public var orders: [StandingOrders]
    /// The words with which an operator may have a device recovered.
    public var recoveries: [RecoveryRequest]
    /// The functions that it steps by.
    public var functions: StepFunctions

    /// Creates a model; the default has all of it, for one VM.
    public init(
        _ profile: RoutingProfile = .standard, vms: Int = 1, faults: Int? = nil, hasCrashes: Bool = true,
        hasConversions: Bool = true, isFunctionZero: Bool = true, hasSiblings: Bool = false, streams: Int? = nil,
        orders: [StandingOrders] = Self.allOrders, recoveries: [RecoveryRequest] = Self.allRecoveries,
        functions: StepFunctions = .shipped
    ) {
        self.profile = profile
        self.vms = vms
        self.faults = faults
        self.hasCrashes = hasCrashes
        self.hasConversions = hasConversions
        self.isFunctionZero = isFunctionZero
        self.hasSiblings = hasSiblings
        self.streams = streams
        self.orders = orders
        self.recoveries = recoveries
        self.functions = functions
    }

    /// Cautious, and bold. One recovery in a row leads to another conversion: more of them only repeat what the first does.
    public static let allOrders = [
        StandingOrders(recoveryLimit: 0),
        StandingOrders(convertAgain: true, allowConventionalReset: true, recoveryLimit: 1),
    ]

    /// Cautious, out of quarantine, and bold.
    public static let allRecoveries = [
        RecoveryRequest(), RecoveryRequest(fromQuarantine: true),
        RecoveryRequest(fromQuarantine: true, convertAgain: true, allowConventionalReset: true),
    ]

    /// Whether anything goes wrong.
    var hasFaults: Bool { faults != 0 }

    /// The VM of a number, as the engine names it.
    static func domain(_ vm: UInt8) -> DomainID { DomainID(high: 0, low: UInt64(vm) + 1) }

    /// The number of a VM.
    static func vm(_ domain: DomainID) -> UInt8 { UInt8(truncatingIfNeeded: domain.low &- 1) }
}
