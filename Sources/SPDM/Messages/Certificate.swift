internal import WireBytes

/// GET_CERTIFICATE, 8 bytes: asks for a portion of a certificate chain (DSP0274, 10.7).
///
/// | offset | size | field |
/// |---|---|---|
/// | 2 | 1 | Param1: slot in bits 3:0 |
/// | 4 | 2 | Offset |
/// | 6 | 2 | Length; FFFFh for as much as there is |
public struct GetCertificate: Hashable, Sendable {
    /// Which slot, 0...15.
    public var slot: UInt8
    /// Where the portion starts.
    public var offset: UInt16
    /// Its greatest length in bytes.
    public var length: UInt16

    /// Creates the request.
    public init(slot: UInt8, offset: UInt16, length: UInt16) {
        self.slot = slot
        self.offset = offset
        self.length = length
    }

    static func read(
        _ header: MessageHeader, _ bytes: Span<UInt8>, _ cursor: inout WireCursor
    ) throws(WireError) -> GetCertificate {
        GetCertificate(
            slot: header.param1 & 0xF, offset: try cursor.uint16(bytes, "Offset"),
            length: try cursor.uint16(bytes, "Length"))
    }

    /// The whole message.
    public func encoded(version: SPDMVersion) -> [UInt8] {
        var writer = WireWriter(capacity: 8)
        MessageHeader(version, .getCertificate, param1: slot & 0xF).write(to: &writer)
        writer.uint16(offset)
        writer.uint16(length)
        return writer.bytes
    }
}

/// CERTIFICATE: a portion of a certificate chain (DSP0274, 10.7). The whole is a ``SPDMCertificateChain``.
///
/// | offset | size | field |
/// |---|---|---|
/// | 2 | 1 | Param1: slot in bits 3:0 |
/// | 3 | 1 | Param2: CertificateInfo (1.3), kind of certificate in bits 2:0 |
/// | 4 | 2 | PortionLength |
/// | 6 | 2 | RemainderLength |
/// | 8 | n | the portion |
public struct CertificateMessage: Hashable, Sendable {
    /// Which slot, 0...15.
    public var slot: UInt8
    /// Kind of certificate, from 1.3 on: 0 not told, 1 device, 2 alias, 3 generic.
    public var model: UInt8
    /// Bytes of the chain behind this portion.
    public var remainder: UInt16
    /// The portion; at most 65,535 bytes are written.
    public var portion: [UInt8]

    /// Creates the response.
    public init(slot: UInt8, model: UInt8 = 0, remainder: UInt16, portion: [UInt8]) {
        self.slot = slot
        self.model = model
        self.remainder = remainder
        self.portion = portion
    }

    static func read(
        _ header: MessageHeader, _ bytes: Span<UInt8>, _ cursor: inout WireCursor
    ) throws(WireError) -> CertificateMessage {
        let length = try cursor.uint16(bytes, "PortionLength")
        let remainder = try cursor.uint16(bytes, "RemainderLength")
        return CertificateMessage(
            slot: header.param1 & 0xF, model: header.version >= .v1_3 ? header.param2 & 7 : 0, remainder: remainder,
            portion: try cursor.bytes(bytes, count: Int(length), "CertChain"))
    }

    /// The whole message.
    public func encoded(version: SPDMVersion) -> [UInt8] {
        var writer = WireWriter(capacity: 8 + portion.count)
        MessageHeader(
            version, MessageCode.getCertificate.response, param1: slot & 0xF, param2: version >= .v1_3 ? model & 7 : 0
        ).write(to: &writer)
        writer.uint16(UInt16(clamping: portion.count))
        writer.uint16(remainder)
        writer.append(portion.prefix(Int(UInt16.max)))
        return writer.bytes
    }
}
