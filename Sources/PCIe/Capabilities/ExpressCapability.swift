/// The PCI Express capability (ID 10h): what the function can do, and how it is set up. A snapshot.
public struct ExpressCapability: Hashable, Sendable {
    /// Offset of its first byte.
    public let offset: Int
    /// Version of the layout; Device Control 2 exists from 2 on.
    public let version: UInt8
    /// What kind of function it is.
    public let portType: PortType
    /// Device Capabilities.
    public let deviceCapabilities: DeviceCapabilities
    /// Device Control.
    public let deviceControl: DeviceControl
    /// 10-Bit Tag Requester Enable of Device Control 2.
    public let isTenBitTagRequester: Bool

    enum Register {
        static let flags = 0x02
        static let deviceCapabilities = 0x04
        static let deviceControl = 0x08
        static let deviceControl2 = 0x28
        static let firstSize = 0x0C
        static let secondSize = 0x3C
        static let tenBitTagRequester: UInt32 = 1 << 12
    }

    /// Reads the capability; nil when the function has none.
    ///
    /// Throws when the capability list is malformed or the capability does not fit into its region.
    public init?(in space: ConfigurationSpace) throws(ConfigurationSpaceError) {
        guard let offset = try space.offset(of: .express) else { return nil }
        try space.require(Register.firstSize, at: offset, below: ConfigurationSpace.conventionalSize)
        let flags = space.uint16(at: offset + Register.flags)
        version = UInt8(truncatingIfNeeded: flags & 0xF)
        if version >= 2 {
            try space.require(Register.secondSize, at: offset, below: ConfigurationSpace.conventionalSize)
        }
        self.offset = offset
        portType = PortType(rawValue: UInt8(truncatingIfNeeded: flags >> 4 & 0xF))
        deviceCapabilities = DeviceCapabilities(rawValue: space.uint32(at: offset + Register.deviceCapabilities))
        deviceControl = DeviceControl(rawValue: space.uint16(at: offset + Register.deviceControl))
        let control2 = version >= 2 ? space.uint32(at: offset + Register.deviceControl2) : 0
        isTenBitTagRequester = control2 & Register.tenBitTagRequester != 0
    }

    /// The write that sets Device Control.
    public func setting(_ control: DeviceControl) -> ConfigurationWrite {
        ConfigurationWrite(
            aligned: offset + Register.deviceControl, width: .word, value: UInt32(control.rawValue))
    }
}

/// What kind of function a PCI Express capability belongs to. Numbers we do not know survive.
public struct PortType: RawRepresentable, Hashable, Sendable {
    /// The number, 0...15.
    public let rawValue: UInt8

    /// Creates a type from its number.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Endpoint.
    public static let endpoint = Self(rawValue: 0)
    /// Root port.
    public static let rootPort = Self(rawValue: 4)
    /// Switch port towards the root.
    public static let upstreamPort = Self(rawValue: 5)
    /// Switch port towards the devices.
    public static let downstreamPort = Self(rawValue: 6)
    /// Endpoint inside the root complex.
    public static let integratedEndpoint = Self(rawValue: 9)
}

/// The Device Capabilities register.
public struct DeviceCapabilities: OptionSet, Hashable, Sendable {
    /// The register, 32 bits.
    public let rawValue: UInt32

    /// Creates the register from its value.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Can use 8-bit tags.
    public static let extendedTag = Self(rawValue: 1 << 5)
    /// Can be reset alone (FLR).
    public static let functionLevelReset = Self(rawValue: 1 << 28)
    /// TEE-IO Supported: has a TDISP interface.
    public static let teeIO = Self(rawValue: 1 << 30)

    /// How many of the three function number bits it can use for phantom functions.
    public var phantomFunctionBits: Int { Int(rawValue.bits(3, 2)) }
}

/// The Device Control register.
public struct DeviceControl: OptionSet, Hashable, Sendable {
    /// The register, 16 bits.
    public let rawValue: UInt16

    /// Creates the register from its value.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// May use 8-bit tags.
    public static let extendedTag = Self(rawValue: 1 << 8)
    /// May use unclaimed function numbers as tags.
    public static let phantomFunctions = Self(rawValue: 1 << 9)
    /// May set No Snoop.
    public static let noSnoop = Self(rawValue: 1 << 11)
    /// Writing 1 resets the function (FLR); reads 0.
    public static let initiateFunctionLevelReset = Self(rawValue: 1 << 15)
}
