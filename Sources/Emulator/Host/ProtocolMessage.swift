internal import SPDM
internal import TDISP

/// The requests that the TSM of an emulated host sends, by the names that traces print and faults are placed on.
public enum ProtocolMessage: String, Hashable, Sendable, Codable, CaseIterable {
    // SPDM: on the wire in the clear or as secured records, so a fault loses or changes whole objects.
    case getVersion = "GET_VERSION"
    case getCapabilities = "GET_CAPABILITIES"
    case negotiateAlgorithms = "NEGOTIATE_ALGORITHMS"
    case getDigests = "GET_DIGESTS"
    case getCertificate = "GET_CERTIFICATE"
    case challenge = "CHALLENGE"
    case keyExchange = "KEY_EXCHANGE"
    case finish = "FINISH"
    case getMeasurements = "GET_MEASUREMENTS"
    case heartbeat = "HEARTBEAT"
    case keyUpdate = "KEY_UPDATE"
    case getEncapsulatedRequest = "GET_ENCAPSULATED_REQUEST"
    case deliverEncapsulatedResponse = "DELIVER_ENCAPSULATED_RESPONSE"
    case endSession = "END_SESSION"

    // IDE_KM and TDISP: inside a session, so a fault is one of the device's firmware behind the session.
    case query = "QUERY"
    case keyProgram = "KEY_PROG"
    case keySetGo = "K_SET_GO"
    case keySetStop = "K_SET_STOP"
    case getTDISPVersion = "GET_TDISP_VERSION"
    case getTDISPCapabilities = "GET_TDISP_CAPABILITIES"
    case lockInterface = "LOCK_INTERFACE"
    case getInterfaceReport = "GET_DEVICE_INTERFACE_REPORT"
    case getInterfaceState = "GET_DEVICE_INTERFACE_STATE"
    case startInterface = "START_INTERFACE"
    case stopInterface = "STOP_INTERFACE"
    case bindP2PStream = "BIND_P2P_STREAM"
    case unbindP2PStream = "UNBIND_P2P_STREAM"

    /// The TDISP request with this code, or nil for one that the TSM does not send.
    init?(_ type: TDISPMessageType) {
        switch type {
        case .getVersion: self = .getTDISPVersion
        case .getCapabilities: self = .getTDISPCapabilities
        case .lockInterface: self = .lockInterface
        case .getInterfaceReport: self = .getInterfaceReport
        case .getInterfaceState: self = .getInterfaceState
        case .startInterface: self = .startInterface
        case .stopInterface: self = .stopInterface
        case .bindP2PStream: self = .bindP2PStream
        case .unbindP2PStream: self = .unbindP2PStream
        default: return nil
        }
    }

    /// The SPDM request with this code, or nil for one that the TSM does not send by itself.
    init?(_ code: MessageCode) {
        switch code {
        case .getVersion: self = .getVersion
        case .getCapabilities: self = .getCapabilities
        case .negotiateAlgorithms: self = .negotiateAlgorithms
        case .getDigests: self = .getDigests
        case .getCertificate: self = .getCertificate
        case .challenge: self = .challenge
        case .keyExchange: self = .keyExchange
        case .finish: self = .finish
        case .getMeasurements: self = .getMeasurements
        case .heartbeat: self = .heartbeat
        case .keyUpdate: self = .keyUpdate
        case .getEncapsulatedRequest: self = .getEncapsulatedRequest
        case .deliverEncapsulatedResponse: self = .deliverEncapsulatedResponse
        case .endSession: self = .endSession
        default: return nil
        }
    }

    /// What of the bytes behind the envelope is a secret, in the request and in its response; shown as zeros.
    var secret: (request: Range<Int>?, response: Range<Int>?) {
        switch self {
        case .keyProgram: (7..<39, nil)
        case .lockInterface: (nil, 16..<48)
        case .startInterface: (16..<48, nil)
        case .getVersion, .getCapabilities, .negotiateAlgorithms, .getDigests, .getCertificate, .challenge,
            .keyExchange, .finish, .getMeasurements, .heartbeat, .keyUpdate, .getEncapsulatedRequest,
            .deliverEncapsulatedResponse, .endSession, .query, .keySetGo, .keySetStop, .getTDISPVersion,
            .getTDISPCapabilities, .getInterfaceReport, .getInterfaceState, .stopInterface, .bindP2PStream,
            .unbindP2PStream:
            (nil, nil)
        }
    }
}
