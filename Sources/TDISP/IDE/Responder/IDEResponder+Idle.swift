internal import SPDM

extension IDEResponder {
    /// No request is being worked on.
    public struct Idle: Hashable, Sendable {
        /// Ports, streams and sessions.
        public let ports: IDEPorts

        func step(_ event: Event) -> Transition {
            switch event {
            case .request(let session, let request):
                guard ports.serves(session) else { return stay(.discard) }
                var bound = ports
                bound.remember(session)
                return Idle(ports: bound).answer(request, in: session)
            case .malformedRequest(let session):
                return stay(ports.serves(session) ? .refuse(.malformed) : .discard)
            case .keyInstalled, .keyInstallFailed:
                return stay(.none)
            case .sessionStarted, .sessionEnded, .streamConfigured, .streamRemoved, .streamEnabled, .streamDisabled,
                .received, .streamLost, .portLost, .reset:
                var changed = ports
                let changes = changed.takePlatformEvent(event)
                return Transition(.idle(Idle(ports: changed)), changes.isEmpty ? .none : .apply(changes))
            }
        }

        private func answer(_ request: IDEKM.Request, in session: SessionID) -> Transition {
            switch request {
            case .query(let query):
                guard query.portIndex <= ports.maxPortIndex else { return stay(.refuse(.noSuchPort)) }
                return stay(.answerQuery(portIndex: query.portIndex))
            case .keyProgramOfWrongLength(let request):
                return stay(.reply(.keyProgramAck(IDEKM.KeyProgramAck(to: request, .incorrectLength)), after: nil))
            case .keyProgram(let request):
                return program(request, in: session)
            case .keySetGo(let request):
                return control(request) { .go($0) }
            case .keySetStop(let request):
                return control(request) { .stop($0) }
            }
        }

        /// The order of the checks is that of their status codes; the length was checked before.
        private func program(_ request: IDEKM.KeyProgram, in session: SessionID) -> Transition {
            func reject(_ status: IDEKM.KeyProgramAck.Status) -> Transition {
                stay(.reply(.keyProgramAck(IDEKM.KeyProgramAck(to: request, status)), after: nil))
            }
            guard request.portIndex <= ports.maxPortIndex else { return reject(.unsupportedPortIndex) }
            let key = IDEStreamKey(portIndex: request.portIndex, streamID: request.streamID)
            guard let slot = request.keySubStream.slot, request.invocationField == 1, let stream = ports.streams[key]
            else { return reject(.unsupportedValue) }
            guard stream.mayProgram(slot) else { return reject(.unspecifiedFailure) }
            let next = Installing(ports: ports, session: session, request: request, slot: slot, fate: .wanted)
            return Transition(.installing(next), .install(key, slot))
        }

        private func control(
            _ request: IDEKM.KeySetControl, _ event: (IDEKeySlot) -> IDEStream.Event
        ) -> Transition {
            guard request.portIndex <= ports.maxPortIndex else { return stay(.refuse(.noSuchPort)) }
            let key = IDEStreamKey(portIndex: request.portIndex, streamID: request.streamID)
            guard let slot = request.keySubStream.slot, ports.streams[key] != nil else {
                return stay(.refuse(.noSuchStream))
            }
            var changed = ports
            let change = changed.step(key, event(slot))
            guard change.effect != .refuse else { return stay(.refuse(.slotNotProgrammed)) }
            return Transition(.idle(Idle(ports: changed)), .reply(.goStopAck(request), after: change))
        }

        private func stay(_ effect: Effect) -> Transition { Transition(.idle(self), effect) }
    }
}
