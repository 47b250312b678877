public import WireBytes

/// SPDM ERROR (DSP0274, 10.10.2): what a responder sends instead of the response.
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 1 | SPDM version |
/// | 1 | 1 | 7Fh |
/// | 2 | 1 | error code |
/// | 3 | 1 | error data |
/// | 4 | n | extended error data, by code: ``Extension`` |
public struct ErrorMessage: Hashable, Sendable {
    /// Which error.
    public struct Code: RawRepresentable, Hashable, Sendable, Codable {
        /// The byte on the wire.
        public let rawValue: UInt8

        /// Creates a code from its byte.
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// A field of the request is wrong.
        public static let invalidRequest = Self(rawValue: 0x01)
        /// The session does not exist (1.1 only).
        public static let invalidSession = Self(rawValue: 0x02)
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
        /// An encapsulated request is still to be answered.
        public static let requestInFlight = Self(rawValue: 0x08)
        /// An encapsulated response has a code that was not expected.
        public static let invalidResponseCode = Self(rawValue: 0x09)
        /// No more sessions.
        public static let sessionLimitExceeded = Self(rawValue: 0x0A)
        /// The request must come inside a session.
        public static let sessionRequired = Self(rawValue: 0x0B)
        /// The request is carried out at the next reset.
        public static let resetRequired = Self(rawValue: 0x0C)
        /// The response is larger than the requester's MaxSPDMmsgSize.
        public static let responseTooLarge = Self(rawValue: 0x0D)
        /// The request is larger than the responder's MaxSPDMmsgSize.
        public static let requestTooLarge = Self(rawValue: 0x0E)
        /// The response comes in chunks.
        public static let largeResponse = Self(rawValue: 0x0F)
        /// The large message is lost.
        public static let messageLost = Self(rawValue: 0x10)
        /// A policy of the session or the device forbids it (1.3).
        public static let invalidPolicy = Self(rawValue: 0x11)
        /// The version byte is not the negotiated one.
        public static let versionMismatch = Self(rawValue: 0x41)
        /// The response comes later, when asked for with RESPOND_IF_READY.
        public static let responseNotReady = Self(rawValue: 0x42)
        /// The responder lost its state: start anew with GET_VERSION.
        public static let requestResynch = Self(rawValue: 0x43)
        /// The request failed although it was right (1.3).
        public static let operationFailed = Self(rawValue: 0x44)
        /// There is no encapsulated request (1.3).
        public static let noPendingRequests = Self(rawValue: 0x45)
        /// The error of a vendor or another standard; the error data names the registry.
        public static let vendorDefined = Self(rawValue: 0xFF)
    }

    /// Extended error data.
    public enum Extension: Hashable, Sendable {
        /// The code has none.
        case none
        /// ResponseNotReady, 4 bytes.
        case notReady(ResponseNotReady)
        /// ResponseTooLarge, 4 bytes, little-endian: how many bytes the response would have had.
        case responseTooLarge(actualSize: UInt32)
        /// LargeResponse, 1 byte: the handle to use in CHUNK_GET.
        case largeResponse(handle: UInt8)
        /// Vendor-defined: length of the vendor ID, vendor ID, and the vendor's data, with DOE padding behind it when
        /// it came in the clear.
        case vendor([UInt8])
    }

    /// When and how to ask again.
    ///
    /// | offset | size | field |
    /// |---|---|---|
    /// | 4 | 1 | RDTExponent |
    /// | 5 | 1 | code of the request |
    /// | 6 | 1 | Token |
    /// | 7 | 1 | RDTM |
    public struct ResponseNotReady: Hashable, Sendable {
        /// The response is ready after 2 to this power, in microseconds.
        public var exponent: UInt8
        /// The request that is to be answered.
        public var request: MessageCode
        /// To be shown in RESPOND_IF_READY.
        public var token: UInt8
        /// The response is dropped after this many times the time to wait.
        public var multiplier: UInt8

        /// Creates the data.
        public init(exponent: UInt8, request: MessageCode, token: UInt8, multiplier: UInt8) {
            self.exponent = exponent
            self.request = request
            self.token = token
            self.multiplier = multiplier
        }
    }

    /// The code of an ERROR message, byte 1.
    public static let messageCode: UInt8 = MessageCode.error.rawValue

    /// SPDM version, byte 0.
    public var version: SPDMVersion
    /// Which error, byte 2.
    public var code: Code
    /// Data by code, byte 3; 0 for most.
    public var data: UInt8
    /// Extended error data; belongs to the code.
    public var extended: Extension

    /// Creates an error without extended data.
    public init(version: SPDMVersion, code: Code, data: UInt8 = 0) {
        self.version = version
        self.code = code
        self.data = data
        extended = .none
    }

    /// Creates the error that asks the requester to come back.
    public init(version: SPDMVersion, notReady: ResponseNotReady) {
        self.init(version: version, code: .responseNotReady)
        extended = .notReady(notReady)
    }

    /// Creates the error that says how large the response would have been, in bytes.
    public init(version: SPDMVersion, responseTooLarge actualSize: UInt32) {
        self.init(version: version, code: .responseTooLarge)
        extended = .responseTooLarge(actualSize: actualSize)
    }

    /// Creates the error that announces a response in chunks.
    public init(version: SPDMVersion, largeResponse handle: UInt8) {
        self.init(version: version, code: .largeResponse)
        extended = .largeResponse(handle: handle)
    }

    /// Reads an error and ignores what follows it.
    ///
    /// Throws ``WireError`` `truncated` or, when byte 1 is not 7Fh, `unexpectedType`.
    public init(decoding bytes: Span<UInt8>) throws(WireError) {
        var cursor = WireCursor(bytes)
        let header = try MessageHeader.read(bytes, &cursor)
        guard header.code == .error else { throw WireError(.unexpectedType, at: 1, in: "RequestResponseCode") }
        self = try Self.read(header, bytes, &cursor)
    }

    static func read(
        _ header: MessageHeader, _ bytes: Span<UInt8>, _ cursor: inout WireCursor
    ) throws(WireError) -> ErrorMessage {
        var message = ErrorMessage(
            version: header.version, code: Code(rawValue: header.param1), data: header.param2)
        switch message.code {
        case .responseNotReady:
            message.extended = .notReady(
                ResponseNotReady(
                    exponent: try cursor.uint8(bytes, "RDTExponent"),
                    request: MessageCode(rawValue: try cursor.uint8(bytes, "RequestCode")),
                    token: try cursor.uint8(bytes, "Token"), multiplier: try cursor.uint8(bytes, "RDTM")))
        case .responseTooLarge:
            message.extended = .responseTooLarge(actualSize: try cursor.uint32(bytes, "ActualSize"))
        case .largeResponse: message.extended = .largeResponse(handle: try cursor.uint8(bytes, "Handle"))
        case .vendorDefined:
            message.extended = .vendor(try cursor.bytes(bytes, count: cursor.remaining, "ExtendedErrorData"))
        default: break
        }
        return message
    }

    /// The bytes on the wire: four, and the extended data.
    public func encoded() -> [UInt8] {
        var writer = WireWriter(capacity: 8)
        MessageHeader(version, .error, param1: code.rawValue, param2: data).write(to: &writer)
        switch extended {
        case .none: break
        case .notReady(let notReady):
            writer.uint8(notReady.exponent)
            writer.uint8(notReady.request.rawValue)
            writer.uint8(notReady.token)
            writer.uint8(notReady.multiplier)
        case .responseTooLarge(let actualSize): writer.uint32(actualSize)
        case .largeResponse(let handle): writer.uint8(handle)
        case .vendor(let bytes): writer.append(bytes)
        }
        return writer.bytes
    }
}

extension ErrorMessage: CustomStringConvertible {
    /// The code, and what its data say: `ERROR ResponseTooLarge (0Dh): the response has 70000 bytes`.
    public var description: String {
        if case .responseTooLarge(let actualSize) = extended {
            return "ERROR \(code): the response has \(actualSize) bytes"
        }
        if code == .unsupportedRequest, data != 0 { return "ERROR \(code): \(MessageCode(rawValue: data))" }
        return data == 0 ? "ERROR \(code)" : "ERROR \(code), data \(hexadecimal(data))"
    }
}

extension ErrorMessage.Code: CustomStringConvertible {
    /// The name of the specification and the number: `InvalidPolicy (11h)`; without a name, the number.
    public var description: String {
        let number = hexadecimal(rawValue)
        return Self.names[self].map { "\($0) (\(number))" } ?? number
    }

    private static let names: [ErrorMessage.Code: String] = [
        invalidRequest: "InvalidRequest", invalidSession: "InvalidSession", busy: "Busy",
        unexpectedRequest: "UnexpectedRequest", unspecified: "Unspecified", decryptError: "DecryptError",
        unsupportedRequest: "UnsupportedRequest", requestInFlight: "RequestInFlight",
        invalidResponseCode: "InvalidResponseCode", sessionLimitExceeded: "SessionLimitExceeded",
        sessionRequired: "SessionRequired", resetRequired: "ResetRequired", responseTooLarge: "ResponseTooLarge",
        requestTooLarge: "RequestTooLarge", largeResponse: "LargeResponse", messageLost: "MessageLost",
        invalidPolicy: "InvalidPolicy", versionMismatch: "VersionMismatch", responseNotReady: "ResponseNotReady",
        requestResynch: "RequestResynch", operationFailed: "OperationFailed", noPendingRequests: "NoPendingRequests",
        vendorDefined: "VendorDefinedError",
    ]
}

/// A byte as the specification writes it: `0Dh`.
private func hexadecimal(_ byte: UInt8) -> String {
    (byte < 0x10 ? "0" : "") + String(byte, radix: 16, uppercase: true) + "h"
}
