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
                // Whatever makes the TSM send a STOP: nothing of the interface is open any more when it goes out, unless
                // the platform will have it the other way round.
                if messageType(of: bytes) == .stopInterface, !stopsFirst { memory.cutTrusted(tdi) }
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
