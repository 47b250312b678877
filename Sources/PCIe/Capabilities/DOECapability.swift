/// A data object exchange mailbox (extended capability 2Eh). A function may have several. A snapshot.
public struct DOECapability: Hashable, Sendable {
    /// Offset of its first byte.
    public let offset: Int
    /// Version of the layout; from 2 on discovery names a version.
    public let version: UInt8
    /// The interrupt message it uses; nil: it raises none.
    public let interruptMessage: UInt16?
    /// The control register.
    public let control: Control
    /// The status register.
    public let status: Status

    /// The DOE control register.
    public struct Control: OptionSet, Hashable, Sendable {
        /// The register, 32 bits.
        public let rawValue: UInt32

        /// Creates the register from its value.
        public init(rawValue: UInt32) { self.rawValue = rawValue }

        /// Stops what is under way.
        public static let abort = Self(rawValue: 1 << 0)
        /// Raises an interrupt when an object is ready.
        public static let interruptEnable = Self(rawValue: 1 << 1)
        /// The object in the write mailbox is complete.
        public static let go = Self(rawValue: 1 << 31)
    }

    /// The DOE status register.
    public struct Status: OptionSet, Hashable, Sendable {
        /// The register, 32 bits.
        public let rawValue: UInt32

        /// Creates the register from its value.
        public init(rawValue: UInt32) { self.rawValue = rawValue }

        /// Cannot take an object now.
        public static let busy = Self(rawValue: 1 << 0)
        /// Raised an interrupt.
        public static let interrupt = Self(rawValue: 1 << 1)
        /// Something went wrong; only Abort leads out.
        public static let error = Self(rawValue: 1 << 2)
        /// An object can be read.
        public static let dataObjectReady = Self(rawValue: 1 << 31)
    }

    enum Register {
        static let capabilities = 0x04
        static let control = 0x08
        static let status = 0x0C
        static let writeMailbox = 0x10
        static let readMailbox = 0x14
        static let size = 0x18
    }

    /// Offset of the control register.
    public var controlOffset: Int { offset + Register.control }
    /// Offset of the status register.
    public var statusOffset: Int { offset + Register.status }
    /// Offset of the write mailbox: takes an object, a doubleword at a time.
    public var writeMailboxOffset: Int { offset + Register.writeMailbox }
    /// Offset of the read mailbox: shows a doubleword of an object; writing anything moves to the next.
    public var readMailboxOffset: Int { offset + Register.readMailbox }

    /// All mailboxes of a function, in list order.
    ///
    /// Throws when the capability list is malformed or a mailbox does not fit into its region.
    public static func all(in space: ConfigurationSpace) throws(ConfigurationSpaceError) -> [DOECapability] {
        var mailboxes: [DOECapability] = []
        for entry in try space.extendedCapabilities() where entry.id == .dataObjectExchange {
            try space.require(Register.size, at: entry.offset, below: ConfigurationSpace.size)
            mailboxes.append(DOECapability(entry, in: space))
        }
        return mailboxes
    }

    private init(_ entry: ExtendedCapabilityEntry, in space: ConfigurationSpace) {
        offset = entry.offset
        version = entry.version
        let capabilities = space.uint32(at: offset + Register.capabilities)
        interruptMessage = capabilities.bits(0, 1) != 0 ? UInt16(capabilities.bits(1, 11)) : nil
        control = Control(rawValue: space.uint32(at: offset + Register.control))
        status = Status(rawValue: space.uint32(at: offset + Register.status))
    }
}
