internal import WireBytes

/// The fields of VDM_REQUEST and VDM_RESPONSE, and of the extended data of a vendor-specific error (TDISP 1.0, 11.3).
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 1 | REGISTRY_ID |
/// | 1 | 1 | VENDOR_ID_LEN |
/// | 2 | VENDOR_ID_LEN | VENDOR_ID |
/// | | rest | vendor data |
public struct VendorDefinedMessage: Hashable, Sendable {
    /// Who numbers the vendors.
    public let registry: Registry
    /// VENDOR_ID and vendor data, one behind the other.
    private let content: [UInt8]
    private let vendorIDLength: UInt8

    /// REGISTRY_ID: who numbers the vendors.
    public struct Registry: RawRepresentable, Hashable, Sendable {
        /// The number on the wire.
        public let rawValue: UInt8
        /// Creates a registry from its number.
        public init(rawValue: UInt8) { self.rawValue = rawValue }
        /// PCI-SIG: the vendor ID is the PCI vendor ID, two bytes.
        public static let pciSIG = Registry(rawValue: 0)
        /// CXL.
        public static let cxl = Registry(rawValue: 1)
    }

    /// Creates a message of the vendor with this PCI vendor ID.
    public init(pciVendor: UInt16, data: [UInt8]) {
        registry = .pciSIG
        vendorIDLength = 2
        content = [UInt8(truncatingIfNeeded: pciVendor), UInt8(truncatingIfNeeded: pciVendor >> 8)] + data
    }

    private init(registry: Registry, vendorIDLength: UInt8, content: [UInt8]) {
        self.registry = registry
        self.vendorIDLength = vendorIDLength
        self.content = content
    }

    /// VENDOR_ID, as the registry writes it.
    public var vendorID: ArraySlice<UInt8> { content.prefix(Int(vendorIDLength)) }
    /// The vendor's own data.
    public var data: ArraySlice<UInt8> { content.dropFirst(Int(vendorIDLength)) }
    /// Size on the wire.
    public var byteCount: Int { 2 + content.count }

    /// Reads all that is left.
    static func read(_ bytes: Span<UInt8>, _ cursor: inout WireCursor) throws(WireError) -> VendorDefinedMessage {
        let registry = Registry(rawValue: try cursor.uint8(bytes, "REGISTRY_ID"))
        let length = try cursor.uint8(bytes, "VENDOR_ID_LEN")
        guard Int(length) <= cursor.remaining else { throw WireError(.truncated, at: cursor.offset, in: "VENDOR_ID") }
        let content = try cursor.bytes(bytes, count: cursor.remaining, "VENDOR_ID")
        return VendorDefinedMessage(registry: registry, vendorIDLength: length, content: content)
    }

    func write(to writer: inout WireWriter) {
        writer.uint8(registry.rawValue)
        writer.uint8(vendorIDLength)
        writer.append(content)
    }
}
