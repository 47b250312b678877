/// The advanced error reporting capability (extended capability 01h; PCIe 6.0 7.8.4). A snapshot.
public struct ErrorReportingCapability: Hashable, Sendable {
    /// Offset of its first byte.
    public let offset: Int
    /// Errors that were seen and not cleared, of those that lose data.
    public let uncorrectable: Uncorrectable
    /// Errors that were seen and not cleared, of those that hardware mended.
    public let correctable: Correctable

    /// The uncorrectable error status register.
    public struct Uncorrectable: OptionSet, Hashable, Sendable {
        /// The register, 32 bits.
        public let rawValue: UInt32

        /// Creates the register from its value.
        public init(rawValue: UInt32) { self.rawValue = rawValue }

        /// Data link protocol error.
        public static let dataLinkProtocol = Self(rawValue: 1 << 4)
        /// Poisoned TLP received.
        public static let poisonedTLP = Self(rawValue: 1 << 12)
        /// Completion timeout.
        public static let completionTimeout = Self(rawValue: 1 << 14)
        /// IDE check failed: a MAC was wrong.
        public static let ideCheckFailed = Self(rawValue: 1 << 28)
        /// Misrouted IDE TLP.
        public static let misroutedIDE = Self(rawValue: 1 << 29)
        /// PCRC check failed.
        public static let pcrcCheckFailed = Self(rawValue: 1 << 30)
    }

    /// The correctable error status register.
    public struct Correctable: OptionSet, Hashable, Sendable {
        /// The register, 32 bits.
        public let rawValue: UInt32

        /// Creates the register from its value.
        public init(rawValue: UInt32) { self.rawValue = rawValue }

        /// Bad TLP: its CRC was wrong, and it was sent again.
        public static let badTLP = Self(rawValue: 1 << 6)
    }

    enum Register {
        static let uncorrectableStatus = 0x04
        static let uncorrectableMask = 0x08
        static let uncorrectableSeverity = 0x0C
        static let correctableStatus = 0x10
        static let correctableMask = 0x14
        /// Up to the end of the TLP prefix log.
        static let size = 0x48
        /// What is fatal after a reset, of the errors that there were before IDE.
        static let usualSeverity: UInt32 = 0x0046_2030
    }

    /// Offset of the uncorrectable error status register.
    public var uncorrectableOffset: Int { offset + Register.uncorrectableStatus }
    /// Offset of the correctable error status register.
    public var correctableOffset: Int { offset + Register.correctableStatus }

    /// The capability of a function; nil when it has none.
    ///
    /// Throws when the capability list is malformed or the capability does not fit.
    public init?(in space: ConfigurationSpace) throws(ConfigurationSpaceError) {
        guard let offset = try space.offset(of: .advancedErrorReporting) else { return nil }
        try space.require(Register.size, at: offset, below: ConfigurationSpace.size)
        self.offset = offset
        uncorrectable = Uncorrectable(rawValue: space.uint32(at: offset + Register.uncorrectableStatus))
        correctable = Correctable(rawValue: space.uint32(at: offset + Register.correctableStatus))
    }
}
