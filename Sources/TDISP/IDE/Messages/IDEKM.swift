/// The messages of IDE key management (PCIe 6.0, 6.33.3). They travel in vendor-defined messages of protocol 00h; the
/// tables here count from the Object ID, the byte behind the protocol ID.
public enum IDEKM {
    /// The first byte of a message: which object it is.
    public struct ObjectID: RawRepresentable, Hashable, Sendable, Codable {
        /// The byte on the wire.
        public let rawValue: UInt8

        /// Creates an object ID from its byte.
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// Asks for a port's address and IDE registers.
        public static let query = Self(rawValue: 0x00)
        /// Answers QUERY.
        public static let queryResponse = Self(rawValue: 0x01)
        /// Programs one key.
        public static let keyProgram = Self(rawValue: 0x02)
        /// Answers KEY_PROG.
        public static let keyProgramAck = Self(rawValue: 0x03)
        /// Activates a programmed key.
        public static let keySetGo = Self(rawValue: 0x04)
        /// Makes a key unusable.
        public static let keySetStop = Self(rawValue: 0x05)
        /// Answers K_SET_GO and K_SET_STOP.
        public static let goStopAck = Self(rawValue: 0x06)
    }
}
