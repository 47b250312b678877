public import PCIe
public import WireBytes

/// A TDISP request without its header: what a TSM asks of one TDI (TDISP 1.0, 11.3).
///
/// | request | code | legal in |
/// |---|---|---|
/// | GET_TDISP_VERSION, GET_TDISP_CAPABILITIES | 81h, 82h | any state |
/// | LOCK_INTERFACE | 83h | CONFIG_UNLOCKED |
/// | GET_DEVICE_INTERFACE_REPORT | 84h | CONFIG_LOCKED, RUN |
/// | GET_DEVICE_INTERFACE_STATE | 85h | any state |
/// | START_INTERFACE | 86h | CONFIG_LOCKED |
/// | STOP_INTERFACE | 87h | any state |
/// | BIND_P2P_STREAM, UNBIND_P2P_STREAM, SET_MMIO_ATTRIBUTE (optional) | 88h, 89h, 8Ah | RUN |
/// | VDM (optional) | 8Bh | the vendor's word |
public enum TDISPRequest: Equatable, Sendable {
    /// Which versions does the DSM speak?
    case getVersion
    /// What can it do?
    case getCapabilities
    /// Lock the interface.
    case lockInterface(LockInterfaceRequest)
    /// Give a portion of the report.
    case getInterfaceReport(InterfaceReportQuery)
    /// Which state is the interface in?
    case getInterfaceState
    /// Enter RUN.
    case startInterface(StartNonce)
    /// Return to CONFIG_UNLOCKED.
    case stopInterface
    /// Use this stream for peer-to-peer traffic that matches its address association.
    case bindP2PStream(StreamID)
    /// Use it no more.
    case unbindP2PStream(StreamID)
    /// Open pages of an updatable MMIO range, or close them.
    case setMMIOAttribute(SetMMIOAttributeRequest)
    /// The vendor's own request.
    case vendorDefined(VendorDefinedMessage)
    /// A request of a type this module does not know, with the bytes behind its header.
    case unknown(TDISPMessageType, [UInt8])

    /// The type that the header carries.
    public var type: TDISPMessageType {
        switch self {
        case .getVersion: .getVersion
        case .getCapabilities: .getCapabilities
        case .lockInterface: .lockInterface
        case .getInterfaceReport: .getInterfaceReport
        case .getInterfaceState: .getInterfaceState
        case .startInterface: .startInterface
        case .stopInterface: .stopInterface
        case .bindP2PStream: .bindP2PStream
        case .unbindP2PStream: .unbindP2PStream
        case .setMMIOAttribute: .setMMIOAttribute
        case .vendorDefined: .vendorDefined
        case .unknown(let type, _): type
        }
    }

    /// Reads a whole request; its header is read by ``TDISPHeader/decode(_:)``.
    ///
    /// Only the lengths of the message can be wrong here: what fields mean in which state is the TDI's to judge. Throws
    /// ``WireError`` `truncated` or `trailingBytes`.
    public static func decode(_ bytes: Span<UInt8>) throws(WireError) -> TDISPRequest {
        var cursor = WireCursor(bytes)
        let header = try TDISPHeader.read(bytes, &cursor)
        let request = try readBody(header.type, bytes, &cursor)
        try cursor.expectEnd("TDISP request")
        return request
    }

    private static func readBody(
        _ type: TDISPMessageType, _ bytes: Span<UInt8>, _ cursor: inout WireCursor
    ) throws(WireError) -> TDISPRequest {
        switch type {
        case .getVersion: return .getVersion
        case .getCapabilities:
            try cursor.skip(4, "TSM_CAPS")
            return .getCapabilities
        case .lockInterface: return .lockInterface(try LockInterfaceRequest.read(bytes, &cursor))
        case .getInterfaceReport: return .getInterfaceReport(try InterfaceReportQuery.read(bytes, &cursor))
        case .getInterfaceState: return .getInterfaceState
        case .startInterface: return .startInterface(StartNonce(try cursor.bytes32(bytes, "START_INTERFACE_NONCE")))
        case .stopInterface: return .stopInterface
        case .bindP2PStream: return .bindP2PStream(StreamID(rawValue: try cursor.uint8(bytes, "P2P_STREAM_ID")))
        case .unbindP2PStream: return .unbindP2PStream(StreamID(rawValue: try cursor.uint8(bytes, "P2P_STREAM_ID")))
        case .setMMIOAttribute: return .setMMIOAttribute(try SetMMIOAttributeRequest.read(bytes, &cursor))
        case .vendorDefined: return .vendorDefined(try VendorDefinedMessage.read(bytes, &cursor))
        default: return .unknown(type, try cursor.bytes(bytes, count: cursor.remaining, "body"))
        }
    }

    /// The whole message, to the interface named.
    public func encoded(to interfaceID: InterfaceID, version: TDISPVersion = .v1_0) -> [UInt8] {
        var writer = WireWriter(capacity: 64)
        TDISPHeader(version: version, type: type, interfaceID: interfaceID).write(to: &writer)
        switch self {
        case .getVersion, .getInterfaceState, .stopInterface: break
        case .getCapabilities: writer.zeros(4)
        case .lockInterface(let lock): lock.write(to: &writer)
        case .getInterfaceReport(let query): query.write(to: &writer)
        case .startInterface(let nonce): writer.bytes32(nonce.bytes)
        case .bindP2PStream(let stream), .unbindP2PStream(let stream): writer.uint8(stream.rawValue)
        case .setMMIOAttribute(let change): change.write(to: &writer)
        case .vendorDefined(let message): message.write(to: &writer)
        case .unknown(_, let body): writer.append(body)
        }
        return writer.bytes
    }
}
