/// The MSI-X capability (ID 11h): where the interrupt table is, and whether it is used. A snapshot.
public struct MSIXCapability: Hashable, Sendable {
    /// Offset of its first byte.
    public let offset: Int
    /// Number of vectors, 1...2048.
    public let tableSize: Int
    /// Whether it is used instead of MSI and INTx.
    public let isEnabled: Bool
    /// Whether all vectors are masked.
    public let isMasked: Bool
    /// Where the vectors are.
    public let table: Location
    /// Where the pending bits are.
    public let pendingBits: Location

    /// A place in the memory of a base address register.
    public struct Location: Hashable, Sendable {
        /// Number of the register, 0...5.
        public let baseAddressRegister: Int
        /// Byte offset in its memory, a multiple of 8.
        public let offset: UInt32

        /// Creates a place.
        public init(baseAddressRegister: Int, offset: UInt32) {
            self.baseAddressRegister = baseAddressRegister
            self.offset = offset
        }

        init(register: UInt32) {
            self.init(baseAddressRegister: Int(register.bits(0, 3)), offset: register & ~0b111)
        }

        /// The register that holds it.
        var register: UInt32 { offset & ~0b111 | UInt32(baseAddressRegister) & 0b111 }
    }

    static let size = 12

    /// Reads the capability; nil when the function has none.
    ///
    /// Throws when the capability list is malformed or the capability does not fit into its region.
    public init?(in space: ConfigurationSpace) throws(ConfigurationSpaceError) {
        guard let offset = try space.offset(of: .msiX) else { return nil }
        try space.require(Self.size, at: offset, below: ConfigurationSpace.conventionalSize)
        let control = space.uint16(at: offset + 2)
        self.offset = offset
        tableSize = Int(control & 0x7FF) + 1
        isMasked = control & 1 << 14 != 0
        isEnabled = control & 1 << 15 != 0
        table = Location(register: space.uint32(at: offset + 4))
        pendingBits = Location(register: space.uint32(at: offset + 8))
    }
}
