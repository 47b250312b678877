internal import TDISP

/// The requests that the TSM of an emulated host sends, by the names that traces print and faults are placed on.
public enum ProtocolMessage: String, Hashable, Sendable, Codable, CaseIterable {
    // SPDM. Until sessions are spoken as bytes, the first three are events of the link without bytes.
    case keyExchange = "KEY_EXCHANGE"
    case getMeasurements = "GET_MEASUREMENTS"
    case endSession = "END_SESSION"

    // IDE_KM
    case query = "QUERY"
    case keyProgram = "KEY_PROG"
    case keySetGo = "K_SET_GO"
    case keySetStop = "K_SET_STOP"

    // TDISP
    case getVersion = "GET_TDISP_VERSION"
    case getCapabilities = "GET_TDISP_CAPABILITIES"
    case lockInterface = "LOCK_INTERFACE"
    case getInterfaceReport = "GET_DEVICE_INTERFACE_REPORT"
    case getInterfaceState = "GET_DEVICE_INTERFACE_STATE"
    case startInterface = "START_INTERFACE"
    case stopInterface = "STOP_INTERFACE"

    /// The TDISP request with this code, or nil for one that the TSM does not send.
    init?(_ type: TDISPMessageType) {
        switch type {
        case .getVersion: self = .getVersion
        case .getCapabilities: self = .getCapabilities
        case .lockInterface: self = .lockInterface
        case .getInterfaceReport: self = .getInterfaceReport
        case .getInterfaceState: self = .getInterfaceState
        case .startInterface: self = .startInterface
        case .stopInterface: self = .stopInterface
        default: return nil
        }
    }

    /// What of the bytes behind the envelope is a secret, in the request and in its response; shown as zeros.
    var secret: (request: Range<Int>?, response: Range<Int>?) {
        switch self {
        case .keyProgram: (7..<39, nil)
        case .lockInterface: (nil, 16..<48)
        case .startInterface: (16..<48, nil)
        case .keyExchange, .getMeasurements, .endSession, .query, .keySetGo, .keySetStop, .getVersion, .getCapabilities,
            .getInterfaceReport, .getInterfaceState, .stopInterface:
            (nil, nil)
        }
    }
}
