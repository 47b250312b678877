import TDISP

extension TDI.Request {
    /// The message's name in the specification.
    var name: String {
        switch self {
        case .lock: "LOCK_INTERFACE"
        case .report: "GET_DEVICE_INTERFACE_REPORT"
        case .state: "GET_DEVICE_INTERFACE_STATE"
        case .start: "START_INTERFACE"
        case .stop: "STOP_INTERFACE"
        case .adjust(let adjustment): adjustment.name
        }
    }
}

extension TDI.Adjustment {
    /// The message's name in the specification.
    var name: String {
        switch self {
        case .bind: "BIND_P2P_STREAM"
        case .unbind: "UNBIND_P2P_STREAM"
        case .setAttribute: "SET_MMIO_ATTRIBUTE"
        }
    }
}

extension TDI.Outcome {
    /// How it is shown.
    var stimulus: Graph.Stimulus {
        switch self {
        case .inspected: .success("checks passed")
        case .lockPrepared: .success("lock prepared")
        case .lockNotPrepared: .trouble("lock not prepared")
        case .nonceConsumed: .success("nonce right")
        case .nonceRejected: .trouble("nonce wrong")
        case .started: .success("T=1 enabled")
        case .notStarted: .trouble("T=1 not enabled")
        case .adjusted: .success("adjusted")
        case .notAdjusted: .trouble("not adjusted")
        case .stopped: .success("silent and clean")
        case .notStopped: .trouble("not clean")
        case .secured: .success("secured")
        }
    }
}

extension TDI.Incident {
    /// What is shown.
    var name: String {
        switch self {
        case .functionLevelReset: "function level reset"
        case .requesterIDChanged: "requester ID changed"
        case .configurationChanged: "watched register changed"
        case .streamInsecure: "stream insecure"
        case .sessionEnded: "session ended"
        case .linkDown: "link down"
        case .poisonedData: "poisoned data"
        case .dataIntegrityLost: "data integrity lost"
        case .requestFailed: "request failed"
        case .untrustedTranslation: "untrusted translation"
        case .untrustedPageResponse: "untrusted page response"
        case .debugAuthorized: "debug authorized"
        case .firmwareForced: "firmware forced"
        case .contextLost: "context lost"
        }
    }
}

extension TDI.Effect {
    /// How it is shown.
    var issued: Issued? {
        switch self {
        case .none: nil
        case .answer(let response): response.name.map { .word("answer \($0)") }
        case .inspect: .work("inspect")
        case .prepareLock: .work("prepare lock")
        case .consumeNonce: .work("compare nonce")
        case .start: .work("enable T=1")
        case .adjust: .work("adjust")
        case .stop: .work("stop and scrub")
        case .secure: .work("secure")
        }
    }
}

extension TDISPResponse {
    /// A short name; nil for messages that the machine of an interface does not answer with.
    fileprivate var name: String? {
        switch self {
        case .lockInterface: "LOCK"
        case .interfaceReport: "report"
        case .interfaceState: "state"
        case .startInterface: "START"
        case .stopInterface: "STOP"
        case .bindP2PStream: "BIND"
        case .unbindP2PStream: "UNBIND"
        case .setMMIOAttribute: "SET"
        case .error: "TDISP_ERROR"
        case .version, .capabilities, .vendorDefined, .unknown: nil
        }
    }
}
