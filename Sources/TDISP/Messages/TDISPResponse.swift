public import WireBytes

/// A TDISP response without its header: what the DSM answers for one TDI (TDISP 1.0, 11.3).
public enum TDISPResponse: Equatable, Sendable {
    /// TDISP_VERSION: VERSION_NUM_COUNT at 16, then one byte for each version.
    case version([TDISPVersion])
    /// TDISP_CAPABILITIES.
    case capabilities(TDISPCapabilities)
    /// LOCK_INTERFACE_RESPONSE: the interface is locked, START must show this nonce.
    case lockInterface(StartNonce)
    /// DEVICE_INTERFACE_REPORT.
    case interfaceReport(InterfaceReportPortion)
    /// DEVICE_INTERFACE_STATE: one byte at 16.
    case interfaceState(TDIState)
    /// START_INTERFACE_RESPONSE: the interface is in RUN.
    case startInterface
    /// STOP_INTERFACE_RESPONSE: the interface is CONFIG_UNLOCKED, and clean.
    case stopInterface
    /// BIND_P2P_STREAM_RESPONSE.
    case bindP2PStream
    /// UNBIND_P2P_STREAM_RESPONSE: traffic on the stream is drained.
    case unbindP2PStream
    /// SET_MMIO_ATTRIBUTE_RESPONSE.
    case setMMIOAttribute
    /// VDM_RESPONSE.
    case vendorDefined(VendorDefinedMessage)
    /// TDISP_ERROR: refused, and nothing changed.
    case error(TDISPErrorMessage)
    /// A response of a type this module does not know, with the bytes behind its header.
    case unknown(TDISPMessageType, [UInt8])

    /// The type that the header carries.
    public var type: TDISPMessageType {
        switch self {
        case .version: TDISPMessageType.getVersion.response
        case .capabilities: TDISPMessageType.getCapabilities.response
        case .lockInterface: TDISPMessageType.lockInterface.response
        case .interfaceReport: TDISPMessageType.getInterfaceReport.response
        case .interfaceState: TDISPMessageType.getInterfaceState.response
        case .startInterface: TDISPMessageType.startInterface.response
        case .stopInterface: TDISPMessageType.stopInterface.response
        case .bindP2PStream: TDISPMessageType.bindP2PStream.response
        case .unbindP2PStream: TDISPMessageType.unbindP2PStream.response
        case .setMMIOAttribute: TDISPMessageType.setMMIOAttribute.response
        case .vendorDefined: TDISPMessageType.vendorDefined.response
        case .error: .error
        case .unknown(let type, _): type
        }
    }

    /// TDISP_ERROR with this code and no data.
    public static func error(_ code: TDISPErrorCode) -> TDISPResponse { .error(TDISPErrorMessage(code)) }

    /// Reads a whole response; its header is read by ``TDISPHeader/decode(_:)``.
    ///
    /// Throws ``WireError``: `truncated`, `trailingBytes`, `lengthMismatch` for extended data of another length than
    /// ERROR_DATA says, `invalidValue` for a version list without entries and for a state that does not exist.
    public static func decode(_ bytes: Span<UInt8>) throws(WireError) -> TDISPResponse {
        var cursor = WireCursor(bytes)
        let header = try TDISPHeader.read(bytes, &cursor)
        let response = try readBody(header.type, bytes, &cursor)
        try cursor.expectEnd("TDISP response")
        return response
    }

    private static func readBody(
        _ type: TDISPMessageType, _ bytes: Span<UInt8>, _ cursor: inout WireCursor
    ) throws(WireError) -> TDISPResponse {
        guard type != .error else { return .error(try TDISPErrorMessage.read(bytes, &cursor)) }
        switch TDISPMessageType(rawValue: type.rawValue | 0x80) {
        case _ where type.isRequest: break
        case .getVersion: return .version(try readVersions(bytes, &cursor))
        case .getCapabilities: return .capabilities(try TDISPCapabilities.read(bytes, &cursor))
        case .lockInterface: return .lockInterface(StartNonce(try cursor.bytes32(bytes, "START_INTERFACE_NONCE")))
        case .getInterfaceReport: return .interfaceReport(try InterfaceReportPortion.read(bytes, &cursor))
        case .getInterfaceState: return .interfaceState(try readState(bytes, &cursor))
        case .startInterface: return .startInterface
        case .stopInterface: return .stopInterface
        case .bindP2PStream: return .bindP2PStream
        case .unbindP2PStream: return .unbindP2PStream
        case .setMMIOAttribute: return .setMMIOAttribute
        case .vendorDefined: return .vendorDefined(try VendorDefinedMessage.read(bytes, &cursor))
        default: break
        }
        return .unknown(type, try cursor.bytes(bytes, count: cursor.remaining, "body"))
    }

    private static func readVersions(
        _ bytes: Span<UInt8>, _ cursor: inout WireCursor
    ) throws(WireError) -> [TDISPVersion] {
        let at = cursor.offset
        let count = try cursor.uint8(bytes, "VERSION_NUM_COUNT")
        guard count > 0 else { throw WireError(.invalidValue, at: at, in: "VERSION_NUM_COUNT") }
        var entries = try cursor.slice(Int(count), "VERSION_NUM_ENTRY")
        var versions: [TDISPVersion] = []
        versions.reserveCapacity(Int(count))
        for _ in 0..<count { versions.append(TDISPVersion(rawValue: try entries.uint8(bytes, "VERSION_NUM_ENTRY"))) }
        return versions
    }

    private static func readState(_ bytes: Span<UInt8>, _ cursor: inout WireCursor) throws(WireError) -> TDIState {
        let at = cursor.offset
        guard let state = TDIState(rawValue: try cursor.uint8(bytes, "TDI_STATE")) else {
            throw WireError(.invalidValue, at: at, in: "TDI_STATE")
        }
        return state
    }

    /// The whole message, from the interface named.
    public func encoded(from interfaceID: InterfaceID, version: TDISPVersion = .v1_0) -> [UInt8] {
        var writer = WireWriter(capacity: 64)
        TDISPHeader(version: version, type: type, interfaceID: interfaceID).write(to: &writer)
        switch self {
        case .version(let versions):
            writer.uint8(UInt8(truncatingIfNeeded: versions.count))
            for version in versions { writer.uint8(version.rawValue) }
        case .capabilities(let capabilities): capabilities.write(to: &writer)
        case .lockInterface(let nonce): writer.bytes32(nonce.bytes)
        case .interfaceReport(let portion): portion.write(to: &writer)
        case .interfaceState(let state): writer.uint8(state.rawValue)
        case .startInterface, .stopInterface, .bindP2PStream, .unbindP2PStream, .setMMIOAttribute: break
        case .vendorDefined(let message): message.write(to: &writer)
        case .error(let error): error.write(to: &writer)
        case .unknown(_, let body): writer.append(body)
        }
        return writer.bytes
    }
}
