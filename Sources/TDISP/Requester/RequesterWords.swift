internal import PCIe

// What requesters say, for a person: with the names of the specification.

extension TDIRequester.Result {
    /// How the operation ended, in one line.
    public var words: String {
        switch self {
        case .negotiated: "TDISP 1.0"
        case .locked: "CONFIG_LOCKED confirmed"
        case .report(let bytes): "report of \(bytes.count) bytes"
        case .running: "RUN confirmed"
        case .stopped(let from): "CONFIG_UNLOCKED confirmed\(from.map { ", was \($0)" } ?? "")"
        case .state(let state): "\(state)"
        case .adjusted: "adjusted"
        case .refused(let error, let state): "\(error.words)\(state.map { " in \($0)" } ?? "")"
        case .failed(let failure, let aftermath): failure.words + aftermath.words
        case .outcomeUnknown(let type, let doubt):
            "no answer to \(type.name)\(doubt.map { ", sent because of \($0.words)" } ?? "")"
        }
    }
}

extension TDIRequester.Failure {
    /// What went wrong, in one line.
    public var words: String {
        switch self {
        case .operationRunning: "another operation is running"
        case .notNegotiated: "TDISP was not negotiated"
        case .noCommonVersion: "the device does not speak TDISP 1.0"
        case .unsupportedFlags(let flags): "lock flags 0x\(hex(flags.rawValue, 4)) are not supported"
        case .unsupportedRequest(let type): "\(type.name) is not supported"
        case .nonceMissing: "there is no nonce to start with"
        case .wrongState(let state, let expected): "the interface is in \(state), \(expected) was expected"
        case .noAnswer(let type): "no answer to \(type.name)"
        case .malformedResponse(let error): "an answer cannot be read: \(error)"
        case .wrongVersion(let version): "an answer has version \(version)"
        case .wrongInterface(let interface): "an answer is about interface \(interface)"
        case .unexpectedResponse(let type, let request): "\(request.name) was answered by message \(type)"
        case .unexpectedError(let error, let request): "\(request.name) was refused: \(error.words)"
        case .inconsistentReport: "the portions of the report do not add up"
        case .malformedReport(let error): "the report cannot be read: \(error)"
        }
    }
}

extension TDIRequester.Aftermath {
    fileprivate var words: String {
        switch self {
        case .untouched: ""
        case .stopped: "; stopped, CONFIG_UNLOCKED confirmed"
        case .notStopped(let state): "; STOP did not help, it is in \(state)"
        }
    }
}

extension TDISPErrorMessage {
    fileprivate var words: String { "TDISP_ERROR 0x\(hex(code.rawValue, 2)) \(code)" }
}

extension TDISPMessageType {
    /// The specification's name of a request, or the number.
    fileprivate var name: String {
        switch self {
        case .getVersion: "GET_TDISP_VERSION"
        case .getCapabilities: "GET_TDISP_CAPABILITIES"
        case .lockInterface: "LOCK_INTERFACE"
        case .getInterfaceReport: "GET_DEVICE_INTERFACE_REPORT"
        case .getInterfaceState: "GET_DEVICE_INTERFACE_STATE"
        case .startInterface: "START_INTERFACE"
        case .stopInterface: "STOP_INTERFACE"
        case .bindP2PStream: "BIND_P2P_STREAM"
        case .unbindP2PStream: "UNBIND_P2P_STREAM"
        case .setMMIOAttribute: "SET_MMIO_ATTRIBUTE"
        default: "message \(self)"
        }
    }
}

extension IDERequester.Failure {
    /// Why a stream could not be keyed or was lost, in one line.
    public var words: String {
        switch self {
        case .otherDevice: "QUERY was answered for another function"
        case .notCapable: "the port takes no stream keys"
        case .noKey: "no random bits for a key"
        case .busy: "the device was busy too often"
        case .keyRefused(let status): "KP_ACK status \(status.rawValue)"
        case .refused: "the device refused a key message"
        case .timedOut: "no answer to QUERY"
        case .hostFailed: "the root port failed"
        case .notSecure: "the stream did not become Secure"
        case .sessionLost: "the session ended"
        case .streamLost: "the stream was lost"
        case .outcomeUnknown: "no answer to a key message"
        }
    }
}
