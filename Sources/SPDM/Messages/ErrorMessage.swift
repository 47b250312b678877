public import WireBytes

/// SPDM ERROR (DSP0274, 10.10.2): what a responder sends instead of the response.
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 1 | SPDM version |
/// | 1 | 1 | 7Fh |
/// | 2 | 1 | error code |
/// | 3 | 1 | error data |
/// | 4 | n | extended error data, by code |
///
/// Extended data is skipped on reading and never written: none of the codes sent here has any.
public struct ErrorMessage: Hashable, Sendable {
    /// Which error.
    public struct Code: RawRepresentable, Hashable, Sendable, Codable {
        /// The byte on the wire.
        public let rawValue: UInt8

        /// Creates a code from its byte.
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// A field of the request is wrong.
        public static let invalidRequest = Self(rawValue: 0x01)
        /// The responder is busy; the requester may send the request again.
        public static let busy = Self(rawValue: 0x03)
        /// The request does not belong here in the sequence.
        public static let unexpectedRequest = Self(rawValue: 0x04)
        /// Anything else.
        public static let unspecified = Self(rawValue: 0x05)
        /// A secured message could not be decrypted or verified.
        public static let decryptError = Self(rawValue: 0x06)
        /// The request is not supported; the error data holds its code.
        public static let unsupportedRequest = Self(rawValue: 0x07)
        /// The request must come inside a session.
        public static let sessionRequired = Self(rawValue: 0x0B)
        /// The version byte is not the negotiated one.
        public static let versionMismatch = Self(rawValue: 0x41)
        /// The response comes later, when asked for with RESPOND_IF_READY.
        public static let responseNotReady = Self(rawValue: 0x42)
    }

    /// The code of an ERROR message, byte 1.
    public static let messageCode: UInt8 = 0x7F

    /// SPDM version, byte 0.
    public var version: SPDMVersion
    /// Which error, byte 2.
    public var code: Code
    /// Data by code, byte 3; 0 for most.
    public var data: UInt8

    /// Creates an error.
    public init(version: SPDMVersion, code: Code, data: UInt8 = 0) {
        self.version = version
        self.code = code
        self.data = data
    }

    /// Reads an error; throws ``WireError`` `truncated` or, when byte 1 is not 7Fh, `unexpectedType`.
    public init(decoding bytes: Span<UInt8>) throws(WireError) {
        var cursor = WireCursor(bytes)
        version = SPDMVersion(rawValue: try cursor.uint8(bytes, "SPDMVersion"))
        guard try cursor.uint8(bytes, "RequestResponseCode") == Self.messageCode else {
            throw WireError(.unexpectedType, at: 1, in: "RequestResponseCode")
        }
        code = Code(rawValue: try cursor.uint8(bytes, "ErrorCode"))
        data = try cursor.uint8(bytes, "ErrorData")
    }

    /// The four bytes on the wire.
    public func encoded() -> [UInt8] { [version.rawValue, Self.messageCode, code.rawValue, data] }
}
