public import WireBytes

/// One element of opaque data (DSP0274, 10.5.2 "general opaque data format"; DSP0277, 8).
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 1 | ID of the registry: 0 DMTF |
/// | 1 | 1 | VendorLen, v |
/// | 2 | v | VendorID |
/// | 2+v | 2 | OpaqueElementDataLen, n |
/// | 4+v | n | OpaqueElementData |
/// | .. | 0-3 | zero padding to a multiple of four bytes |
public struct OpaqueElement: Hashable, Sendable {
    /// The registry that names the vendor; 0 is the DMTF, which has no vendor ID.
    public var registry: UInt8
    /// Vendor in that registry; at most 255 bytes are written.
    public var vendor: ArraySlice<UInt8>
    /// The vendor's data; at most 65,535 bytes are written.
    public var data: ArraySlice<UInt8>

    /// Creates an element.
    public init(registry: UInt8 = 0, vendor: ArraySlice<UInt8> = [], data: ArraySlice<UInt8>) {
        self.registry = registry
        self.vendor = vendor
        self.data = data
    }

    func write(to writer: inout WireWriter) {
        let vendor = vendor.prefix(255)
        writer.uint8(registry)
        writer.uint8(UInt8(vendor.count))
        writer.append(vendor)
        writer.counted16(data)
        writer.zeros(-writer.bytes.count & 3)
    }
}

/// OpaqueData of KEY_EXCHANGE and PSK_EXCHANGE and their responses: a list of elements.
///
/// In front of the elements stands, from SPDM 1.2 on (OpaqueDataFmt1), `TotalElements u8 | reserved[3]`; before 1.2,
/// `SpecID u32 = 444D5446h | OpaqueVersion u8 = 1 | TotalElements u8 | reserved u16` (DSP0277 1.0).
public struct OpaqueData: Hashable, Sendable {
    /// SpecID before SPDM 1.2: the characters `DMTF`.
    private static let specification: UInt32 = 0x444D_5446

    /// The elements; at most 255 are written.
    public var elements: [OpaqueElement]

    /// Creates opaque data.
    public init(_ elements: [OpaqueElement]) { self.elements = elements }

    /// Reads opaque data whole. The data of the elements are slices of `bytes`.
    ///
    /// Throws ``WireError``: `truncated` when an element overflows; `unexpectedType` when the data of SPDM 1.1 are not
    /// of this format; `trailingBytes` when bytes follow the last element.
    public static func decode(_ bytes: ArraySlice<UInt8>, version: SPDMVersion) throws(WireError) -> OpaqueData {
        let span = bytes.span
        var cursor = WireCursor(span)
        let count = try readHeader(span, &cursor, version)
        var elements: [OpaqueElement] = []
        for _ in 0..<count {
            let registry = try cursor.uint8(span, "ID")
            let vendorLength = try cursor.uint8(span, "VendorLen")
            let vendor = try cursor.range(Int(vendorLength), "VendorID")
            let data = try cursor.counted16(span, "OpaqueElementData")
            try cursor.skip(-cursor.offset & 3, "AlignPadding")
            let base = bytes.startIndex
            elements.append(
                OpaqueElement(
                    registry: registry, vendor: bytes[(base + vendor.lowerBound)..<(base + vendor.upperBound)],
                    data: bytes[(base + data.lowerBound)..<(base + data.upperBound)]))
        }
        try cursor.expectEnd("OpaqueData")
        return OpaqueData(elements)
    }

    private static func readHeader(
        _ bytes: Span<UInt8>, _ cursor: inout WireCursor, _ version: SPDMVersion
    ) throws(WireError) -> UInt8 {
        if version >= .v1_2 {
            let count = try cursor.uint8(bytes, "TotalElements")
            try cursor.skip(3, "reserved")
            return count
        }
        guard try cursor.uint32(bytes, "SpecID") == specification else {
            throw WireError(.unexpectedType, at: 0, in: "SpecID")
        }
        guard try cursor.uint8(bytes, "OpaqueVersion") == 1 else {
            throw WireError(.unexpectedType, at: 4, in: "OpaqueVersion")
        }
        let count = try cursor.uint8(bytes, "TotalElements")
        try cursor.skip(2, "reserved")
        return count
    }

    /// The opaque data on the wire.
    public func encoded(version: SPDMVersion) -> [UInt8] {
        var writer = WireWriter(capacity: 24)
        if version >= .v1_2 {
            writer.uint8(UInt8(clamping: elements.count))
            writer.zeros(3)
        } else {
            writer.uint32(Self.specification)
            writer.uint8(1)
            writer.uint8(UInt8(clamping: elements.count))
            writer.zeros(2)
        }
        for element in elements.prefix(255) { element.write(to: &writer) }
        return writer.bytes
    }
}

/// What the two ends say about the version of secured messages (DSP0277, 8.1 and 8.2): an element of the DMTF.
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 1 | SMDataVersion = 1 |
/// | 1 | 1 | SMDataID: 1 supported versions, 0 the selected version |
/// | 2 | 1 | count, only with supported versions |
/// | .. | 2 each | versions, 15:12 major, 11:8 minor |
public enum SecuredMessageVersions: Hashable, Sendable {
    /// What the requester speaks, at most 255.
    case supported([VersionMessage.Entry])
    /// What the responder chose.
    case selected(VersionMessage.Entry)

    /// Reads an element. Nil when it is another one: of another registry, or of another SMDataVersion or SMDataID.
    ///
    /// Throws ``WireError`` `truncated`, or `trailingBytes` when bytes follow the versions.
    public static func decode(_ element: OpaqueElement) throws(WireError) -> SecuredMessageVersions? {
        guard element.registry == 0, element.vendor.isEmpty else { return nil }
        let bytes = element.data.span
        var cursor = WireCursor(bytes)
        guard try cursor.uint8(bytes, "SMDataVersion") == 1 else { return nil }
        let versions: SecuredMessageVersions
        switch try cursor.uint8(bytes, "SMDataID") {
        case 0: versions = .selected(VersionMessage.Entry(rawValue: try cursor.uint16(bytes, "SelectedVersion")))
        case 1: versions = .supported(try readSupported(bytes, &cursor))
        default: return nil
        }
        try cursor.expectEnd("OpaqueElementData")
        return versions
    }

    private static func readSupported(
        _ bytes: Span<UInt8>, _ cursor: inout WireCursor
    ) throws(WireError) -> [VersionMessage.Entry] {
        var versions: [VersionMessage.Entry] = []
        for _ in 0..<(try cursor.uint8(bytes, "SecuredMsgVerCount")) {
            versions.append(VersionMessage.Entry(rawValue: try cursor.uint16(bytes, "SecuredMsgVers")))
        }
        return versions
    }

    /// The element that says it.
    public var element: OpaqueElement {
        var writer = WireWriter(capacity: 9)
        writer.uint8(1)
        switch self {
        case .supported(let versions):
            writer.uint8(1)
            writer.uint8(UInt8(clamping: versions.count))
            for version in versions.prefix(255) { writer.uint16(version.rawValue) }
        case .selected(let version):
            writer.uint8(0)
            writer.uint16(version.rawValue)
        }
        return OpaqueElement(data: writer.bytes[...])
    }
}
