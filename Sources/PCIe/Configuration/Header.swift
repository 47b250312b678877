/// Offsets of the registers that every function has (PCI Express Base, configuration space header).
enum HeaderOffset {
    static let vendorID = 0x00
    static let deviceID = 0x02
    static let command = 0x04
    static let status = 0x06
    static let revision = 0x08
    static let headerType = 0x0E
    static let bist = 0x0F
    static let baseAddresses = 0x10
    static let busNumbers = 0x18
    static let subsystemVendorID = 0x2C
    static let subsystemID = 0x2E
    static let expansionROM = 0x30
    static let capabilitiesPointer = 0x34
    static let interruptLine = 0x3C
    static let interruptPin = 0x3D
}

extension ConfigurationSpace {
    /// Bytes of the header.
    public static let headerSize = 64

    /// Who made the function. A VF shows FFFFh; its vendor is its PF's.
    public var vendorID: UInt16 { uint16(at: HeaderOffset.vendorID) }
    /// What the vendor calls it. A VF shows FFFFh; its device ID stands in its PF's SR-IOV capability.
    public var deviceID: UInt16 { uint16(at: HeaderOffset.deviceID) }
    /// The command register.
    public var command: Command { Command(rawValue: uint16(at: HeaderOffset.command)) }
    /// The status register.
    public var status: Status { Status(rawValue: uint16(at: HeaderOffset.status)) }
    /// Revision of the function.
    public var revision: UInt8 { uint8(at: HeaderOffset.revision) }
    /// Class, subclass and programming interface, for example 0x020000 for an Ethernet controller.
    public var classCode: UInt32 { uint32(at: HeaderOffset.revision) >> 8 }
    /// Which layout the header has, and whether the device has further functions.
    public var headerType: HeaderType { HeaderType(rawValue: uint8(at: HeaderOffset.headerType)) }
    /// Who made the board; only with an endpoint's header.
    public var subsystemVendorID: UInt16 { uint16(at: HeaderOffset.subsystemVendorID) }
    /// What that maker calls the board; only with an endpoint's header.
    public var subsystemID: UInt16 { uint16(at: HeaderOffset.subsystemID) }

    /// Whether nobody answers: every byte of the header reads as ones.
    public var isAbsent: Bool { bytes[..<Self.headerSize].allSatisfy { $0 == .max } }
}

/// The command register: what the function may do.
public struct Command: OptionSet, Hashable, Sendable {
    /// The register, 16 bits.
    public let rawValue: UInt16

    /// Creates the register from its value.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Answers I/O requests.
    public static let ioSpace = Self(rawValue: 1 << 0)
    /// Answers memory requests (MSE).
    public static let memorySpace = Self(rawValue: 1 << 1)
    /// May send memory requests (BME).
    public static let busMaster = Self(rawValue: 1 << 2)
    /// Reports poisoned packets.
    public static let parityErrorResponse = Self(rawValue: 1 << 6)
    /// Reports errors to the root complex.
    public static let systemError = Self(rawValue: 1 << 8)
    /// May not send INTx interrupts.
    public static let interruptDisable = Self(rawValue: 1 << 10)
}

/// The status register: what the function has and what happened to it.
public struct Status: OptionSet, Hashable, Sendable {
    /// The register, 16 bits.
    public let rawValue: UInt16

    /// Creates the register from its value.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// It has a capability list.
    public static let capabilityList = Self(rawValue: 1 << 4)
    /// A poisoned packet was received or sent.
    public static let masterDataParityError = Self(rawValue: 1 << 8)
    /// One of its requests was answered with CA.
    public static let receivedTargetAbort = Self(rawValue: 1 << 12)
    /// One of its requests was answered with UR.
    public static let receivedMasterAbort = Self(rawValue: 1 << 13)
}

/// The header type register.
public struct HeaderType: RawRepresentable, Hashable, Sendable {
    /// The register, 8 bits.
    public let rawValue: UInt8

    /// Creates the register from its value.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// An endpoint's header: six base address registers.
    public static let endpoint = Self(rawValue: 0)
    /// A bridge's or port's header: two base address registers, bus numbers, memory windows.
    public static let bridge = Self(rawValue: 1)

    /// The layout without the multi-function flag.
    public var layout: HeaderType { HeaderType(rawValue: rawValue & 0x7F) }
    /// Whether the device may have functions other than 0.
    public var isMultiFunction: Bool { rawValue & 0x80 != 0 }
}
