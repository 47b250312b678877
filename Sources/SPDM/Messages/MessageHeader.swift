public import WireBytes

/// The four bytes that start every SPDM message (DSP0274, 10.2).
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 1 | SPDMVersion |
/// | 1 | 1 | RequestResponseCode |
/// | 2 | 1 | Param1 |
/// | 3 | 1 | Param2 |
public struct MessageHeader: Hashable, Sendable {
    /// SPDM version; the layout of what follows depends on it.
    public var version: SPDMVersion
    /// Which message.
    public var code: MessageCode
    /// First parameter, by message.
    public var param1: UInt8
    /// Second parameter, by message.
    public var param2: UInt8

    /// Creates a header.
    public init(_ version: SPDMVersion, _ code: MessageCode, param1: UInt8 = 0, param2: UInt8 = 0) {
        self.version = version
        self.code = code
        self.param1 = param1
        self.param2 = param2
    }

    /// Reads the header of any message, so that the receiver can judge version and code before the rest.
    ///
    /// Throws ``WireError`` `truncated`.
    public static func decode(_ bytes: Span<UInt8>) throws(WireError) -> MessageHeader {
        var cursor = WireCursor(bytes)
        return try read(bytes, &cursor)
    }

    static func read(_ bytes: Span<UInt8>, _ cursor: inout WireCursor) throws(WireError) -> MessageHeader {
        MessageHeader(
            SPDMVersion(rawValue: try cursor.uint8(bytes, "SPDMVersion")),
            MessageCode(rawValue: try cursor.uint8(bytes, "RequestResponseCode")),
            param1: try cursor.uint8(bytes, "Param1"),
            param2: try cursor.uint8(bytes, "Param2"))
    }

    func write(to writer: inout WireWriter) {
        writer.uint8(version.rawValue)
        writer.uint8(code.rawValue)
        writer.uint8(param1)
        writer.uint8(param2)
    }
}

/// RequestResponseCode (DSP0274, tables 4 and 5): requests have bit 7, responses do not.
public struct MessageCode: RawRepresentable, Hashable, Sendable, Codable {
    /// The byte on the wire.
    public let rawValue: UInt8

    /// Creates a code from its byte.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Whether the code is a request's.
    public var isRequest: Bool { rawValue & 0x80 != 0 }

    /// The code of the response to this request: bit 7 cleared. RESPOND_IF_READY has none of its own.
    public var response: MessageCode { MessageCode(rawValue: rawValue & 0x7F) }

    /// GET_DIGESTS; its response is DIGESTS, 01h.
    public static let getDigests = Self(rawValue: 0x81)
    /// GET_CERTIFICATE; its response is CERTIFICATE, 02h.
    public static let getCertificate = Self(rawValue: 0x82)
    /// CHALLENGE; its response is CHALLENGE_AUTH, 03h.
    public static let challenge = Self(rawValue: 0x83)
    /// GET_VERSION; its response is VERSION, 04h.
    public static let getVersion = Self(rawValue: 0x84)
    /// CHUNK_SEND; its response is CHUNK_SEND_ACK, 05h.
    public static let chunkSend = Self(rawValue: 0x85)
    /// CHUNK_GET; its response is CHUNK_RESPONSE, 06h.
    public static let chunkGet = Self(rawValue: 0x86)
    /// GET_MEASUREMENTS; its response is MEASUREMENTS, 60h.
    public static let getMeasurements = Self(rawValue: 0xE0)
    /// GET_CAPABILITIES; its response is CAPABILITIES, 61h.
    public static let getCapabilities = Self(rawValue: 0xE1)
    /// NEGOTIATE_ALGORITHMS; its response is ALGORITHMS, 63h.
    public static let negotiateAlgorithms = Self(rawValue: 0xE3)
    /// KEY_EXCHANGE; its response is KEY_EXCHANGE_RSP, 64h.
    public static let keyExchange = Self(rawValue: 0xE4)
    /// FINISH; its response is FINISH_RSP, 65h.
    public static let finish = Self(rawValue: 0xE5)
    /// PSK_EXCHANGE; its response is PSK_EXCHANGE_RSP, 66h.
    public static let pskExchange = Self(rawValue: 0xE6)
    /// PSK_FINISH; its response is PSK_FINISH_RSP, 67h.
    public static let pskFinish = Self(rawValue: 0xE7)
    /// HEARTBEAT; its response is HEARTBEAT_ACK, 68h.
    public static let heartbeat = Self(rawValue: 0xE8)
    /// KEY_UPDATE; its response is KEY_UPDATE_ACK, 69h.
    public static let keyUpdate = Self(rawValue: 0xE9)
    /// GET_ENCAPSULATED_REQUEST; its response is ENCAPSULATED_REQUEST, 6Ah.
    public static let getEncapsulatedRequest = Self(rawValue: 0xEA)
    /// DELIVER_ENCAPSULATED_RESPONSE; its response is ENCAPSULATED_RESPONSE_ACK, 6Bh.
    public static let deliverEncapsulatedResponse = Self(rawValue: 0xEB)
    /// END_SESSION; its response is END_SESSION_ACK, 6Ch.
    public static let endSession = Self(rawValue: 0xEC)
    /// VENDOR_DEFINED_REQUEST; its response is VENDOR_DEFINED_RESPONSE, 7Eh.
    public static let vendorDefined = Self(rawValue: 0xFE)
    /// RESPOND_IF_READY; its response is that of the request it asks about.
    public static let respondIfReady = Self(rawValue: 0xFF)
    /// ERROR, a response to any request.
    public static let error = Self(rawValue: 0x7F)
}

extension MessageCode: CustomStringConvertible {
    /// The name of the specification, of a request or of its response; else the number.
    public var description: String { Self.names[self] ?? "message \(String(rawValue, radix: 16))h" }

    private static let names: [MessageCode: String] = [
        getDigests: "GET_DIGESTS", getDigests.response: "DIGESTS", getCertificate: "GET_CERTIFICATE",
        getCertificate.response: "CERTIFICATE", challenge: "CHALLENGE", challenge.response: "CHALLENGE_AUTH",
        getVersion: "GET_VERSION", getVersion.response: "VERSION", chunkSend: "CHUNK_SEND",
        chunkSend.response: "CHUNK_SEND_ACK", chunkGet: "CHUNK_GET", chunkGet.response: "CHUNK_RESPONSE",
        getMeasurements: "GET_MEASUREMENTS", getMeasurements.response: "MEASUREMENTS",
        getCapabilities: "GET_CAPABILITIES", getCapabilities.response: "CAPABILITIES",
        negotiateAlgorithms: "NEGOTIATE_ALGORITHMS", negotiateAlgorithms.response: "ALGORITHMS",
        keyExchange: "KEY_EXCHANGE", keyExchange.response: "KEY_EXCHANGE_RSP", finish: "FINISH",
        finish.response: "FINISH_RSP", pskExchange: "PSK_EXCHANGE", pskExchange.response: "PSK_EXCHANGE_RSP",
        pskFinish: "PSK_FINISH", pskFinish.response: "PSK_FINISH_RSP", heartbeat: "HEARTBEAT",
        heartbeat.response: "HEARTBEAT_ACK", keyUpdate: "KEY_UPDATE", keyUpdate.response: "KEY_UPDATE_ACK",
        getEncapsulatedRequest: "GET_ENCAPSULATED_REQUEST", getEncapsulatedRequest.response: "ENCAPSULATED_REQUEST",
        deliverEncapsulatedResponse: "DELIVER_ENCAPSULATED_RESPONSE",
        deliverEncapsulatedResponse.response: "ENCAPSULATED_RESPONSE_ACK", endSession: "END_SESSION",
        endSession.response: "END_SESSION_ACK", vendorDefined: "VENDOR_DEFINED_REQUEST",
        vendorDefined.response: "VENDOR_DEFINED_RESPONSE", respondIfReady: "RESPOND_IF_READY", error: "ERROR",
    ]
}
