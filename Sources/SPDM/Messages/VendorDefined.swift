public import WireBytes

/// VENDOR_DEFINED_REQUEST and VENDOR_DEFINED_RESPONSE of the PCI-SIG (DSP0274, 10.22; PCIe 6.0, 6.31.3): the envelope in
/// which IDE_KM and TDISP travel inside an SPDM session.
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 1 | SPDM version |
/// | 1 | 1 | FEh request, 7Eh response |
/// | 2 | 2 | param1, param2: reserved |
/// | 4 | 2 | StandardID = 0003h (PCI-SIG) |
/// | 6 | 1 | VendorIDLen = 2 |
/// | 7 | 2 | VendorID = 0001h (PCI-SIG) |
/// | 9 | 2 | PayloadLength: counts the protocol ID and the bytes behind it |
/// | 11 | 1 | protocol ID |
/// | 12 | n | IDE_KM or TDISP message |
///
/// The value is the envelope only: the message inside is named by its place, as in `bytes.span.extracting(payload)`, so
/// that opening an envelope copies nothing and a key inside it is not duplicated.
public struct VendorDefined: Hashable, Sendable {
    /// Request or response, with the SPDM code as raw value.
    public enum Kind: UInt8, Hashable, Sendable, CaseIterable {
        /// VENDOR_DEFINED_REQUEST.
        case request = 0xFE
        /// VENDOR_DEFINED_RESPONSE.
        case response = 0x7E
    }

    /// Number of bytes in front of the message inside.
    public static let headerSize = 12

    /// SPDM version, byte 0; whether it is the negotiated one is for the receiver to check.
    public var version: SPDMVersion
    /// Request or response.
    public var kind: Kind
    /// Protocol of the message inside.
    public var protocolID: PCIProtocolID
    /// Where the message inside stands in the bytes given to ``init(decoding:)``.
    public var payload: Range<Int>

    /// Opens an envelope; allocates nothing.
    ///
    /// Throws ``WireError``: `truncated` when a field does not fit; `unexpectedType` when the code is neither FEh nor 7Eh
    /// or the standard or vendor is not the PCI-SIG; `invalidValue` for the large form that SPDM 1.4 marks in param1
    /// bit 7, which is not spoken here; `lengthMismatch` when PayloadLength has no room for the protocol ID;
    /// `trailingBytes` when bytes follow the payload.
    public init(decoding bytes: Span<UInt8>) throws(WireError) {
        var cursor = WireCursor(bytes)
        version = SPDMVersion(rawValue: try cursor.uint8(bytes, "SPDMVersion"))
        let code = try cursor.uint8(bytes, "RequestResponseCode")
        guard let kind = Kind(rawValue: code) else {
            throw WireError(.unexpectedType, at: 1, in: "RequestResponseCode")
        }
        self.kind = kind
        let param1 = try cursor.uint8(bytes, "Param1")
        guard version < .v1_4 || param1 & 0x80 == 0 else { throw WireError(.invalidValue, at: 2, in: "Param1") }
        try cursor.skip(1, "Param2")
        guard try cursor.uint16(bytes, "StandardID") == 3 else {
            throw WireError(.unexpectedType, at: 4, in: "StandardID")
        }
        guard try cursor.uint8(bytes, "VendorIDLen") == 2, try cursor.uint16(bytes, "VendorID") == 1 else {
            throw WireError(.unexpectedType, at: 6, in: "VendorID")
        }
        let length = try cursor.uint16(bytes, "PayloadLength")
        guard length >= 1 else { throw WireError(.lengthMismatch, at: 9, in: "PayloadLength") }
        protocolID = PCIProtocolID(rawValue: try cursor.uint8(bytes, "ProtocolID"))
        let start = cursor.offset
        try cursor.skip(Int(length) - 1, "Payload")
        payload = start..<cursor.offset
        try cursor.expectEnd("VENDOR_DEFINED")
    }

    /// Puts `payload` into an envelope; one allocation.
    ///
    /// Throws ``WireError`` with `lengthMismatch` when the payload is longer than the 65,534 bytes that PayloadLength can
    /// count.
    public static func encode(
        _ kind: Kind, version: SPDMVersion, protocolID: PCIProtocolID, payload: Span<UInt8>
    ) throws(WireError) -> [UInt8] {
        guard let length = UInt16(exactly: payload.count + 1) else {
            throw WireError(.lengthMismatch, at: 9, in: "PayloadLength")
        }
        var writer = WireWriter(capacity: headerSize + payload.count)
        writer.uint8(version.rawValue)
        writer.uint8(kind.rawValue)
        writer.zeros(2)
        writer.uint16(3)
        writer.uint8(2)
        writer.uint16(1)
        writer.uint16(length)
        writer.uint8(protocolID.rawValue)
        for index in payload.indices { writer.uint8(payload[index]) }
        return writer.bytes
    }
}

/// The protocol inside a PCI-SIG vendor-defined message (PCIe 6.0, 6.31.3).
public struct PCIProtocolID: RawRepresentable, Hashable, Sendable, Codable {
    /// The byte on the wire.
    public let rawValue: UInt8

    /// Creates a protocol ID from its byte.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// IDE key management.
    public static let ideKM = Self(rawValue: 0x00)
    /// TEE device interface security protocol.
    public static let tdisp = Self(rawValue: 0x01)
}

extension PCIProtocolID: CustomStringConvertible {
    /// `IDE_KM`, `TDISP` or the number.
    public var description: String {
        switch self {
        case .ideKM: "IDE_KM"
        case .tdisp: "TDISP"
        default: "protocol \(rawValue)"
        }
    }
}
