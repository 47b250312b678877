/// What a capability of the conventional list (offsets 0x40...0xFF) is. Numbers we do not know survive.
public struct CapabilityID: RawRepresentable, Hashable, Sendable {
    /// The number in the capability's first byte.
    public let rawValue: UInt8

    /// Creates an ID from its number.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Power management.
    public static let powerManagement = Self(rawValue: 0x01)
    /// Vital product data.
    public static let vitalProductData = Self(rawValue: 0x03)
    /// Message signalled interrupts.
    public static let msi = Self(rawValue: 0x05)
    /// Vendor specific.
    public static let vendorSpecific = Self(rawValue: 0x09)
    /// PCI Express.
    public static let express = Self(rawValue: 0x10)
    /// MSI-X.
    public static let msiX = Self(rawValue: 0x11)
    /// Enhanced allocation.
    public static let enhancedAllocation = Self(rawValue: 0x14)
}

/// What an extended capability (offsets 0x100 and up) is. Numbers we do not know survive.
public struct ExtendedCapabilityID: RawRepresentable, Hashable, Sendable {
    /// The number in bits 15:0 of the capability's header.
    public let rawValue: UInt16

    /// Creates an ID from its number.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Advanced error reporting.
    public static let advancedErrorReporting = Self(rawValue: 0x01)
    /// Virtual channel.
    public static let virtualChannel = Self(rawValue: 0x02)
    /// Virtual channel of a device with a multi-function virtual channel.
    public static let virtualChannelWithMultiFunction = Self(rawValue: 0x09)
    /// Access control services.
    public static let accessControl = Self(rawValue: 0x0D)
    /// Alternative routing-ID interpretation.
    public static let alternativeRoutingID = Self(rawValue: 0x0E)
    /// Address translation services.
    public static let addressTranslation = Self(rawValue: 0x0F)
    /// Single root I/O virtualization.
    public static let singleRootIOVirtualization = Self(rawValue: 0x10)
    /// Multicast.
    public static let multicast = Self(rawValue: 0x12)
    /// Page request interface.
    public static let pageRequest = Self(rawValue: 0x13)
    /// Resizable BAR.
    public static let resizableBAR = Self(rawValue: 0x15)
    /// Dynamic power allocation.
    public static let dynamicPowerAllocation = Self(rawValue: 0x16)
    /// Latency tolerance reporting.
    public static let latencyToleranceReporting = Self(rawValue: 0x18)
    /// Protocol multiplexing.
    public static let protocolMultiplexing = Self(rawValue: 0x1A)
    /// Process address space ID.
    public static let processAddressSpaceID = Self(rawValue: 0x1B)
    /// Precision time measurement.
    public static let precisionTimeMeasurement = Self(rawValue: 0x1F)
    /// VF resizable BAR.
    public static let vfResizableBAR = Self(rawValue: 0x24)
    /// Data object exchange.
    public static let dataObjectExchange = Self(rawValue: 0x2E)
    /// Device 3.
    public static let device3 = Self(rawValue: 0x2F)
    /// Integrity and data encryption.
    public static let ide = Self(rawValue: 0x30)
}
