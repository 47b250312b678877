public import WireBytes

/// The type of a DOE data object: who defines it, and which it is (PCIe 6.0, 6.30.1.1).
public struct DOEType: Hashable, Sendable {
    /// Vendor ID of the definer.
    public var vendor: UInt16
    /// The definer's number.
    public var number: UInt8

    /// Creates a type.
    public init(vendor: UInt16, number: UInt8) {
        self.vendor = vendor
        self.number = number
    }

    /// Vendor ID of the PCI-SIG.
    public static let pciSIG: UInt16 = 0x0001
    /// DOE discovery: ``DOEDiscovery``.
    public static let discovery = Self(vendor: pciSIG, number: 0)
    /// CMA/SPDM: an SPDM message in the clear.
    public static let spdm = Self(vendor: pciSIG, number: 1)
    /// Secured CMA/SPDM: a ``SecuredRecord``.
    public static let securedSPDM = Self(vendor: pciSIG, number: 2)
}

/// A DOE data object (PCIe 6.0, 6.30.1.1), little-endian.
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 2 | Vendor ID |
/// | 2 | 1 | Data Object Type |
/// | 3 | 1 | reserved |
/// | 4 | 4 | 17:0 Length in DWORDs, with these two; 0 means 2^18. 31:18 reserved |
/// | 8 | n | payload, zero-padded to a DWORD; at least one DWORD |
///
/// Names the payload by its place and copies nothing. How many of its last bytes are padding, only the payload can
/// tell.
public struct DOEObject: Hashable, Sendable {
    /// Bytes in front of the payload.
    public static let headerSize = 8
    /// The longest object, 2^18 DWORDs, in bytes.
    public static let maximumSize = 1 << 20

    /// What the payload is.
    public var type: DOEType
    /// Where it stands, with its padding.
    public var payload: Range<Int>

    /// Reads an object that fills `bytes`.
    ///
    /// Throws ``WireError``: `truncated`; `lengthMismatch` when Length leaves no room for a payload; `trailingBytes`.
    public static func decode(_ bytes: Span<UInt8>) throws(WireError) -> DOEObject {
        var cursor = WireCursor(bytes)
        let header = try DOEHeader.read(bytes, &cursor)
        let payload = try cursor.range(header.size - headerSize, "payload")
        try cursor.expectEnd("DOE object")
        return DOEObject(type: header.type, payload: payload)
    }

    /// Puts `payload` into an object; one allocation.
    ///
    /// Throws ``WireError`` `lengthMismatch` when it is empty or the object would be longer than 2^18 DWORDs.
    public static func encode(_ type: DOEType, payload: Span<UInt8>) throws(WireError) -> [UInt8] {
        let padding = -payload.count & 3
        let size = headerSize + payload.count + padding
        guard payload.count > 0, size <= maximumSize else { throw WireError(.lengthMismatch, at: 4, in: "Length") }
        var writer = WireWriter(capacity: size)
        writer.uint16(type.vendor)
        writer.uint8(type.number)
        writer.zeros(1)
        writer.uint32(UInt32(size / 4) & 0x3FFFF)
        for index in payload.indices { writer.uint8(payload[index]) }
        writer.zeros(padding)
        return writer.bytes
    }
}

/// The first two DWORDs of an object, from which a mailbox knows how many to read (PCIe 6.0, 6.30.1.1).
public struct DOEHeader: Hashable, Sendable {
    /// What the payload is.
    public var type: DOEType
    /// Bytes of the whole object, header included; a multiple of 4 from 12 to 2^20.
    public var size: Int

    /// Reads a header and ignores what follows.
    ///
    /// Throws ``WireError`` `truncated`, or `lengthMismatch` when Length leaves no room for a payload.
    public static func decode(_ bytes: Span<UInt8>) throws(WireError) -> DOEHeader {
        var cursor = WireCursor(bytes)
        return try read(bytes, &cursor)
    }

    static func read(_ bytes: Span<UInt8>, _ cursor: inout WireCursor) throws(WireError) -> DOEHeader {
        let vendor = try cursor.uint16(bytes, "Vendor ID")
        let number = try cursor.uint8(bytes, "Data Object Type")
        try cursor.skip(1, "reserved")
        let length = try cursor.uint32(bytes, "Length") & 0x3FFFF
        guard length == 0 || length >= 3 else { throw WireError(.lengthMismatch, at: 4, in: "Length") }
        return DOEHeader(
            type: DOEType(vendor: vendor, number: number), size: length == 0 ? DOEObject.maximumSize : 4 * Int(length))
    }
}
