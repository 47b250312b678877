internal import PCIe
internal import SPDM
internal import TDISP

extension HostModel {
    /// Runs one operation of the TSM's requester to its end, over the wire. A requester that has not negotiated in this
    /// session does so first.
    mutating func run(
        _ operation: TDIRequester.Operation, on tdi: FunctionAddress, _ device: EmulatedDevice,
        over connection: TSMConnection
    ) -> TDIRequester.Result {
        if operation != .negotiate, connection[tdi].negotiated == nil {
            let result = drive(.negotiate, tdi, device, connection)
            guard case .negotiated = result else { return result }
        }
        return drive(operation, tdi, device, connection)
    }

    private mutating func drive(
        _ operation: TDIRequester.Operation, _ tdi: FunctionAddress, _ device: EmulatedDevice,
        _ connection: TSMConnection
    ) -> TDIRequester.Result {
        var event = TDIRequester.Event.begin(operation)
        while true {
            let transition = TDIRequester.step(connection[tdi], event)
            connection[tdi] = transition.next
            switch transition.effect {
            case .none:
                return .failed(.operationRunning, .untouched)
            case .send(let bytes):
                // Whatever makes the TSM send a STOP: nothing of the interface is open any more when it goes out.
                if messageType(of: bytes) == .stopInterface { memory.cutTrusted(tdi) }
                event = send(bytes, to: device, over: connection)
            case .storeNonce(let nonce, let bytes):
                keep(nonce, of: tdi, operation, connection)
                event = send(bytes, to: device, over: connection)
            case .provideNonce:
                event = tsm.locks[tdi]?.nonce.map { .nonce($0) } ?? .nonceMissing
            case .wait(let retry):
                advance(latencies.backoff << UInt64(min(retry, 16) - 1), device)
                event = .waited
            case .finish(let result):
                if !result.keepsNonce { tsm.locks[tdi]?.nonce = nil }
                return result
            }
        }
    }

    private mutating func keep(
        _ nonce: StartNonce, of tdi: FunctionAddress, _ operation: TDIRequester.Operation, _ connection: TSMConnection
    ) {
        guard case .lock(let request) = operation else { return }
        tsm.locks[tdi] = TSMLock(
            epoch: 0, session: connection.session, stream: request.defaultStream, nonce: nonce, report: nil)
    }

    private func messageType(of bytes: [UInt8]) -> TDISPMessageType? { (try? TDISPHeader.decode(bytes.span))?.type }

    private mutating func send(
        _ bytes: [UInt8], to device: EmulatedDevice, over connection: TSMConnection
    ) -> TDIRequester.Event {
        guard connection.isAlive, let name = messageType(of: bytes).flatMap(ProtocolMessage.init) else {
            return .timedOut
        }
        switch exchange(bytes, .tdisp, name, with: device, over: connection) {
        case .payload(let answer): return .received(answer)
        case .refused, .silence: return .timedOut
        }
    }
}

extension TDIRequester.Result {
    /// The result for a person, with the names of the specification.
    var detail: String {
        switch self {
        case .negotiated: "TDISP 1.0"
        case .locked: "CONFIG_LOCKED confirmed"
        case .report(let bytes): "report of \(bytes.count) bytes"
        case .running: "RUN confirmed"
        case .stopped(let from): "CONFIG_UNLOCKED confirmed\(from.map { ", was \($0)" } ?? "")"
        case .state(let state): "\(state)"
        case .adjusted: "adjusted"
        case .refused(let error, let state):
            "TDISP_ERROR 0x\(hex(error.code.rawValue, 2)) \(error.code)\(state.map { " in \($0)" } ?? "")"
        case .failed(let failure, let aftermath): "\(failure.detail)\(aftermath.detail)"
        case .outcomeUnknown(let type, let doubt):
            "no answer to \(type.name)\(doubt.map { ", sent because of \($0.detail)" } ?? "")"
        }
    }
}

extension TDIRequester.Failure {
    fileprivate var detail: String {
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
        case .unexpectedError(let error, let request):
            "\(request.name) was refused: TDISP_ERROR 0x\(hex(error.code.rawValue, 2)) \(error.code)"
        case .inconsistentReport: "the portions of the report do not add up"
        case .malformedReport(let error): "the report cannot be read: \(error)"
        }
    }
}

extension TDIRequester.Aftermath {
    fileprivate var detail: String {
        switch self {
        case .untouched: ""
        case .stopped: "; stopped, CONFIG_UNLOCKED confirmed"
        case .notStopped(let state): "; STOP did not help, it is in \(state)"
        }
    }
}

extension TDISPMessageType {
    /// The name of the specification, or the number.
    var name: String { ProtocolMessage(self)?.rawValue ?? "message \(self)" }
}
