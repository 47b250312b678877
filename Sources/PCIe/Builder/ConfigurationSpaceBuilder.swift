/// Describes a function and lays out its configuration space, as a system that enumerated it would find it.
///
/// The conventional list holds power management, PCI Express and MSI-X; the extended list SR-IOV, DOE mailboxes, IDE,
/// error reporting, ARI, PASID, Device 3 and Resizable BAR.
public struct ConfigurationSpaceBuilder: Hashable, Sendable {
    /// Vendor ID; FFFFh for a VF.
    public var vendorID: UInt16
    /// Device ID; FFFFh for a VF.
    public var deviceID: UInt16
    /// Subsystem vendor ID; endpoints only.
    public var subsystemVendorID: UInt16 = 0
    /// Subsystem ID; endpoints only.
    public var subsystemID: UInt16 = 0
    /// Revision.
    public var revision: UInt8 = 0
    /// Class, subclass and programming interface in 24 bits.
    public var classCode: UInt32
    /// Whether the device has functions other than 0.
    public var isMultiFunction = false
    /// Endpoint or bridge, and a bridge's buses.
    public var layout: Layout = .endpoint
    /// What the command register holds.
    public var command: Command = [.memorySpace, .busMaster]
    /// The ranges of addresses that it answers.
    public var baseAddresses: [BaseAddress] = []
    /// The expansion ROM: a power of two from 2 KiB up; nil: none.
    public var expansionROMSize: UInt64?
    /// Whether it can test itself (BIST); the test ends at once and finds nothing.
    public var hasSelfTest = false
    /// The PCI Express capability.
    public var express = Express()
    /// The MSI-X capability; nil: none.
    public var msiX: MSIX?
    /// The SR-IOV capability; nil: none.
    public var virtualization: Virtualization?
    /// Number of DOE mailboxes.
    public var mailboxCount = 0
    /// The IDE capability; nil: none.
    public var ide: IDE?
    /// Whether it has the advanced error reporting capability.
    public var reportsErrors = false
    /// The ARI capability; nil: none.
    public var alternativeRouting: AlternativeRouting?
    /// Whether it has the PASID capability, with 20 bits.
    public var hasPASID = false
    /// Whether it has the Device 3 capability, with 14-bit tags.
    public var hasLongTags = false
    /// Whether its memory base address registers of 1 MiB to 128 TiB are in a Resizable BAR capability. Each supports the
    /// one size that it has, so that what it answers to sizing never changes.
    public var hasResizableMemory = false

    /// Creates the description of an endpoint that has only what every function has.
    public init(vendorID: UInt16, deviceID: UInt16, classCode: UInt32) {
        self.vendorID = vendorID
        self.deviceID = deviceID
        self.classCode = classCode
    }

    /// Which header a function has.
    public enum Layout: Hashable, Sendable {
        /// An endpoint.
        case endpoint
        /// A port or bridge, with the bus above it and the range of buses below.
        case bridge(primary: UInt8, secondary: UInt8, subordinate: UInt8)
    }

    /// One base address register, or two that form a 64-bit one.
    public struct BaseAddress: Hashable, Sendable {
        /// Number of the (lower) register.
        public var index: Int
        /// What requests it answers.
        public var kind: BaseAddressRegister.Kind
        /// Number of bytes: a power of two, at least 16 (I/O: 4).
        public var size: UInt64
        /// Whether reads have no side effects.
        public var isPrefetchable: Bool
        /// First address; a multiple of the size.
        public var address: UInt64

        /// Describes a register.
        public init(
            index: Int, kind: BaseAddressRegister.Kind, size: UInt64, isPrefetchable: Bool = false, address: UInt64 = 0
        ) {
            self.index = index
            self.kind = kind
            self.size = size
            self.isPrefetchable = isPrefetchable
            self.address = address
        }
    }

    /// The PCI Express capability, version 2.
    public struct Express: Hashable, Sendable {
        /// What kind of function it is.
        public var portType: PortType
        /// What it can do.
        public var capabilities: DeviceCapabilities
        /// How it is set up.
        public var control: DeviceControl

        /// Describes the capability.
        public init(
            portType: PortType = .endpoint,
            capabilities: DeviceCapabilities = [.extendedTag, .functionLevelReset],
            control: DeviceControl = [.extendedTag]
        ) {
            self.portType = portType
            self.capabilities = capabilities
            self.control = control
        }
    }

    /// The MSI-X capability.
    public struct MSIX: Hashable, Sendable {
        /// Number of vectors, 1...2048.
        public var vectors: Int
        /// Where the vectors are.
        public var table: MSIXCapability.Location
        /// Where the pending bits are.
        public var pendingBits: MSIXCapability.Location

        /// Describes the capability.
        public init(vectors: Int, table: MSIXCapability.Location, pendingBits: MSIXCapability.Location) {
            self.vectors = vectors
            self.table = table
            self.pendingBits = pendingBits
        }
    }

    /// The SR-IOV capability, with 4 KiB pages only.
    public struct Virtualization: Hashable, Sendable {
        /// The most VFs.
        public var totalVFs: UInt16
        /// VFs that exist; 0: VF Enable is clear.
        public var enabledVFs: UInt16
        /// Distance of the first VF's requester ID from the PF's.
        public var firstVFOffset: UInt16
        /// Distance of one VF's requester ID from the next one's.
        public var vfStride: UInt16
        /// Device ID of the VFs.
        public var vfDeviceID: UInt16
        /// The VFs' base address registers; sizes are those of one VF.
        public var baseAddresses: [BaseAddress]

        /// Describes the capability.
        public init(
            totalVFs: UInt16, enabledVFs: UInt16 = 0, firstVFOffset: UInt16, vfStride: UInt16, vfDeviceID: UInt16,
            baseAddresses: [BaseAddress] = []
        ) {
            self.totalVFs = totalVFs
            self.enabledVFs = enabledVFs
            self.firstVFOffset = firstVFOffset
            self.vfStride = vfStride
            self.vfDeviceID = vfDeviceID
            self.baseAddresses = baseAddresses
        }
    }

    /// The IDE capability.
    public struct IDE: Hashable, Sendable {
        /// Link streams, 0...8.
        public var linkStreamCount: Int
        /// Selective streams, 0...256.
        public var selectiveStreamCount: Int
        /// Address associations of each selective stream, 0...15.
        public var addressAssociationCount: Int

        /// Describes the capability.
        public init(linkStreamCount: Int = 0, selectiveStreamCount: Int, addressAssociationCount: Int = 1) {
            self.linkStreamCount = linkStreamCount
            self.selectiveStreamCount = selectiveStreamCount
            self.addressAssociationCount = addressAssociationCount
        }
    }

    /// The ARI capability.
    public struct AlternativeRouting: Hashable, Sendable {
        /// The next function of the device; 0: none.
        public var nextFunction: UInt8
        /// Whether it can be put into a function group.
        public var hasGroup: Bool
        /// Whether it enables the groups of its device (for ACS), which only function 0 does.
        public var enablesGroups: Bool

        /// Describes the capability.
        public init(nextFunction: UInt8 = 0, hasGroup: Bool = false, enablesGroups: Bool = false) {
            self.nextFunction = nextFunction
            self.hasGroup = hasGroup
            self.enablesGroups = enablesGroups
        }
    }

    /// Why a description cannot be laid out.
    public enum BuildError: Error, Hashable, Sendable {
        /// A base address register does not exist, or is already the upper half of another.
        case baseAddressIndex(Int)
        /// The size is no power of two or too small, or the address is not a multiple of it or too large.
        case baseAddressSize(index: Int)
        /// The expansion ROM's size is no power of two from 2 KiB to 2 GiB.
        case expansionROMSize
        /// A number of vectors, VFs, streams or associations that the capability cannot express.
        case count
        /// The capabilities do not fit into the configuration space.
        case tooLarge
    }

    /// Lays out the space.
    ///
    /// Throws ``BuildError`` when the description cannot be expressed.
    public func build() throws(BuildError) -> FunctionRegisters {
        var layout = ConfigurationLayout()
        try layout.placeHeader(self)
        layout.placePowerManagement()
        layout.placeExpress(express)
        if let msiX { try layout.placeMSIX(msiX) }
        if let virtualization { try layout.placeVirtualization(virtualization) }
        guard mailboxCount >= 0 else { throw .count }
        for _ in 0..<mailboxCount { try layout.placeMailbox() }
        if let ide { try layout.placeIDE(ide) }
        if reportsErrors { try layout.placeErrorReporting() }
        if let alternativeRouting { try layout.placeAlternativeRouting(alternativeRouting) }
        if hasPASID { try layout.placePASID() }
        if hasLongTags { try layout.placeDevice3() }
        if hasResizableMemory { try layout.placeResizableMemory(baseAddresses) }
        return layout.registers
    }
}

extension ConfigurationSpaceBuilder.BuildError: CustomStringConvertible {
    /// One line for whoever wrote the description.
    public var description: String {
        switch self {
        case .baseAddressIndex(let index): "base address register \(index) does not exist or is taken"
        case .baseAddressSize(let index):
            "base address register \(index): the size must be a power of two and divide the address"
        case .expansionROMSize: "the expansion ROM's size must be a power of two from 2 KiB to 2 GiB"
        case .count: "a number of vectors, VFs, mailboxes, streams or associations is out of range"
        case .tooLarge: "the capabilities do not fit into 4096 bytes"
        }
    }
}
