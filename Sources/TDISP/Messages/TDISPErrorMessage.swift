internal import PCIe
internal import WireBytes

/// ERROR_CODE of TDISP_ERROR (TDISP 1.0, 11.3.24). An error answer never changes the state of the TDI.
public struct TDISPErrorCode: RawRepresentable, Hashable, Sendable, Codable {
    /// The number on the wire.
    public let rawValue: UInt32

    /// Creates a code from its number.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// A length or field is wrong, or a precondition does not hold.
    public static let invalidRequest = TDISPErrorCode(rawValue: 0x01)
    /// Resources are short or too many requests are outstanding; may be tried again.
    public static let busy = TDISPErrorCode(rawValue: 0x03)
    /// The request is not legal in the state of the TDI.
    public static let invalidInterfaceState = TDISPErrorCode(rawValue: 0x04)
    /// Anything else.
    public static let unspecified = TDISPErrorCode(rawValue: 0x05)
    /// The DSM does not know or take this request; ERROR_DATA is its code.
    public static let unsupportedRequest = TDISPErrorCode(rawValue: 0x07)
    /// The DSM does not speak the version of the header.
    public static let versionMismatch = TDISPErrorCode(rawValue: 0x41)
    /// The vendor's own error; ERROR_DATA is the length of the extended data.
    public static let vendorSpecific = TDISPErrorCode(rawValue: 0xFF)
    /// INTERFACE_ID is not one of this DSM's.
    public static let invalidInterface = TDISPErrorCode(rawValue: 0x101)
    /// START showed another nonce than LOCK handed out.
    public static let invalidNonce = TDISPErrorCode(rawValue: 0x102)
    /// No random bits for a nonce.
    public static let insufficientEntropy = TDISPErrorCode(rawValue: 0x103)
    /// LOCK found a configuration that may not be locked.
    public static let invalidDeviceConfiguration = TDISPErrorCode(rawValue: 0x104)
}

extension TDISPErrorCode: CustomStringConvertible {
    /// The specification's name, or the number in hexadecimal.
    public var description: String {
        switch self {
        case .invalidRequest: "INVALID_REQUEST"
        case .busy: "BUSY"
        case .invalidInterfaceState: "INVALID_INTERFACE_STATE"
        case .unspecified: "UNSPECIFIED"
        case .unsupportedRequest: "UNSUPPORTED_REQUEST"
        case .versionMismatch: "VERSION_MISMATCH"
        case .vendorSpecific: "VENDOR_SPECIFIC_ERROR"
        case .invalidInterface: "INVALID_INTERFACE"
        case .invalidNonce: "INVALID_NONCE"
        case .insufficientEntropy: "INSUFFICIENT_ENTROPY"
        case .invalidDeviceConfiguration: "INVALID_DEVICE_CONFIGURATION"
        default: "0x" + hex(rawValue, 2)
        }
    }
}

/// The fields of TDISP_ERROR, 24 bytes and, for a vendor-specific error, its extended data (TDISP 1.0, 11.3.24).
///
/// | offset | size | field |
/// |---|---|---|
/// | 16 | 4 | ERROR_CODE |
/// | 20 | 4 | ERROR_DATA |
/// | 24 | ERROR_DATA | extended data, only with VENDOR_SPECIFIC_ERROR: a ``VendorDefinedMessage`` |
public struct TDISPErrorMessage: Hashable, Sendable {
    /// What is wrong.
    public let code: TDISPErrorCode
    /// ERROR_DATA; 0 unless the code gives it a meaning.
    public let data: UInt32
    /// The vendor's words, with VENDOR_SPECIFIC_ERROR.
    public let vendor: VendorDefinedMessage?

    /// Creates an error.
    public init(_ code: TDISPErrorCode, data: UInt32 = 0) {
        self.code = code
        self.data = data
        vendor = nil
    }

    /// Creates a vendor-specific error.
    public init(vendor: VendorDefinedMessage) {
        code = .vendorSpecific
        data = UInt32(truncatingIfNeeded: vendor.byteCount)
        self.vendor = vendor
    }

    /// UNSUPPORTED_REQUEST for this request.
    public static func unsupported(_ request: TDISPMessageType) -> TDISPErrorMessage {
        TDISPErrorMessage(.unsupportedRequest, data: UInt32(request.rawValue))
    }

    static func read(_ bytes: Span<UInt8>, _ cursor: inout WireCursor) throws(WireError) -> TDISPErrorMessage {
        let code = TDISPErrorCode(rawValue: try cursor.uint32(bytes, "ERROR_CODE"))
        let dataOffset = cursor.offset
        let data = try cursor.uint32(bytes, "ERROR_DATA")
        guard code == .vendorSpecific else { return TDISPErrorMessage(code, data: data) }
        guard Int(data) == cursor.remaining else { throw WireError(.lengthMismatch, at: dataOffset, in: "ERROR_DATA") }
        return TDISPErrorMessage(vendor: try VendorDefinedMessage.read(bytes, &cursor))
    }

    func write(to writer: inout WireWriter) {
        writer.uint32(code.rawValue)
        writer.uint32(data)
        vendor?.write(to: &writer)
    }
}
