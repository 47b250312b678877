internal import PCIe

/// The message type of a TDISP message: requests are `80h + n`, their responses `n` (TDISP 1.0, 11.3).
public struct TDISPMessageType: RawRepresentable, Hashable, Sendable, Codable {
    /// The byte on the wire.
    public let rawValue: UInt8

    /// Creates a type from its byte.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// GET_TDISP_VERSION.
    public static let getVersion = TDISPMessageType(rawValue: 0x81)
    /// GET_TDISP_CAPABILITIES.
    public static let getCapabilities = TDISPMessageType(rawValue: 0x82)
    /// LOCK_INTERFACE_REQUEST.
    public static let lockInterface = TDISPMessageType(rawValue: 0x83)
    /// GET_DEVICE_INTERFACE_REPORT.
    public static let getInterfaceReport = TDISPMessageType(rawValue: 0x84)
    /// GET_DEVICE_INTERFACE_STATE.
    public static let getInterfaceState = TDISPMessageType(rawValue: 0x85)
    /// START_INTERFACE_REQUEST.
    public static let startInterface = TDISPMessageType(rawValue: 0x86)
    /// STOP_INTERFACE_REQUEST.
    public static let stopInterface = TDISPMessageType(rawValue: 0x87)
    /// BIND_P2P_STREAM_REQUEST, optional.
    public static let bindP2PStream = TDISPMessageType(rawValue: 0x88)
    /// UNBIND_P2P_STREAM_REQUEST, optional.
    public static let unbindP2PStream = TDISPMessageType(rawValue: 0x89)
    /// SET_MMIO_ATTRIBUTE_REQUEST, optional.
    public static let setMMIOAttribute = TDISPMessageType(rawValue: 0x8A)
    /// VDM_REQUEST, optional.
    public static let vendorDefined = TDISPMessageType(rawValue: 0x8B)
    /// TDISP_ERROR: the answer to any request that is refused.
    public static let error = TDISPMessageType(rawValue: 0x7F)

    /// Whether bit 7 says that this is a request.
    public var isRequest: Bool { rawValue & 0x80 != 0 }
    /// The type of the response that answers this request.
    public var response: TDISPMessageType { TDISPMessageType(rawValue: rawValue & 0x7F) }
}

extension TDISPMessageType: CustomStringConvertible {
    /// The number in hexadecimal, for example `0x83`.
    public var description: String { "0x" + hex(rawValue, 2) }
}
