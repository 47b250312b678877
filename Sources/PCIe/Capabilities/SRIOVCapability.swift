/// The single root I/O virtualization capability (extended ID 10h) of a physical function (PF). A snapshot.
public struct SRIOVCapability: Hashable, Sendable {
    /// Offset of its first byte.
    public let offset: Int
    /// The control register.
    public let control: Control
    /// VFs that the device starts with.
    public let initialVFs: UInt16
    /// The most VFs that it can have.
    public let totalVFs: UInt16
    /// VFs that are set up; there while ``Control/vfEnable`` is set.
    public let numberOfVFs: UInt16
    /// What is added to the PF's requester ID to get the first VF's.
    public let firstVFOffset: UInt16
    /// What is added to one VF's requester ID to get the next one's.
    public let vfStride: UInt16
    /// Device ID of the VFs.
    public let vfDeviceID: UInt16
    /// Supported page sizes: bit n is 2^(n+12) bytes.
    public let supportedPageSizes: UInt32
    /// The page size in use, one bit of the same meaning.
    public let systemPageSize: UInt32

    /// The SR-IOV control register.
    public struct Control: OptionSet, Hashable, Sendable {
        /// The register, 16 bits.
        public let rawValue: UInt16

        /// Creates the register from its value.
        public init(rawValue: UInt16) { self.rawValue = rawValue }

        /// The VFs exist.
        public static let vfEnable = Self(rawValue: 1 << 0)
        /// The VFs answer memory requests.
        public static let vfMemorySpace = Self(rawValue: 1 << 3)
        /// VFs may have function numbers above 7.
        public static let alternativeRoutingID = Self(rawValue: 1 << 4)
    }

    enum Register {
        static let control = 0x08
        static let initialVFs = 0x0C
        static let totalVFs = 0x0E
        static let numberOfVFs = 0x10
        static let firstVFOffset = 0x14
        static let vfStride = 0x16
        static let vfDeviceID = 0x1A
        static let supportedPageSizes = 0x1C
        static let systemPageSize = 0x20
        static let baseAddresses = 0x24
        static let size = 0x40
    }

    /// Reads the capability; nil when the function has none.
    ///
    /// Throws when the capability list is malformed or the capability does not fit into its region.
    public init?(in space: ConfigurationSpace) throws(ConfigurationSpaceError) {
        guard let offset = try space.offset(of: .singleRootIOVirtualization) else { return nil }
        try space.require(Register.size, at: offset, below: ConfigurationSpace.size)
        self.offset = offset
        control = Control(rawValue: space.uint16(at: offset + Register.control))
        initialVFs = space.uint16(at: offset + Register.initialVFs)
        totalVFs = space.uint16(at: offset + Register.totalVFs)
        numberOfVFs = space.uint16(at: offset + Register.numberOfVFs)
        firstVFOffset = space.uint16(at: offset + Register.firstVFOffset)
        vfStride = space.uint16(at: offset + Register.vfStride)
        vfDeviceID = space.uint16(at: offset + Register.vfDeviceID)
        supportedPageSizes = space.uint32(at: offset + Register.supportedPageSizes)
        systemPageSize = space.uint32(at: offset + Register.systemPageSize)
    }

    /// Number of VFs that exist now.
    public var enabledVFs: UInt16 { control.contains(.vfEnable) ? numberOfVFs : 0 }

    /// The requester ID of VF `number` (0 is the first) of the PF `physicalFunction`; nil when there is no such VF, or its
    /// requester ID would run past the last bus.
    public func requesterID(ofVF number: Int, of physicalFunction: RequesterID) -> RequesterID? {
        guard (0..<Int(numberOfVFs)).contains(number) else { return nil }
        let sum = Int(physicalFunction.rawValue) + Int(firstVFOffset) + number * Int(vfStride)
        return UInt16(exactly: sum).map(RequesterID.init(rawValue:))
    }

    /// The VFs' base address registers; each describes VF 0, the others follow at multiples of its size. For `sizing` and
    /// errors see ``ConfigurationSpace/baseAddressRegisters(sizing:)``.
    public func baseAddressRegisters(
        in space: ConfigurationSpace, sizing: ConfigurationSpace? = nil
    ) throws(ConfigurationSpaceError) -> [BaseAddressRegister] {
        try space.baseAddressRegisters(at: offset + Register.baseAddresses, count: 6, sizing: sizing)
    }

    /// The write that sets the control register.
    public func setting(_ control: Control) -> ConfigurationWrite {
        ConfigurationWrite(aligned: offset + Register.control, width: .word, value: UInt32(control.rawValue))
    }

    /// The write that sets NumVFs, to be made while VF Enable is clear.
    public func settingNumberOfVFs(_ count: UInt16) -> ConfigurationWrite {
        ConfigurationWrite(aligned: offset + Register.numberOfVFs, width: .word, value: UInt32(count))
    }
}
