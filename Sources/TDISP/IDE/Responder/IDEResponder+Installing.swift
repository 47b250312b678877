public import SPDM

extension IDEResponder {
    /// A key is being put into its slot; every other request waits.
    public struct Installing: Hashable, Sendable {
        /// What becomes of the key once the port has it.
        public enum Fate: Hashable, Sendable, CaseIterable {
            /// It counts, and is acknowledged.
            case wanted
            /// The stream was lost meanwhile: the key is erased, and the request fails.
            case overtaken
            /// The session ended meanwhile: the key is erased, and nobody waits for an answer.
            case orphaned
        }

        /// Ports, streams and sessions.
        public let ports: IDEPorts
        /// The session that sent the request.
        public let session: SessionID
        /// The request.
        public let request: IDEKM.KeyProgram
        /// The slot it names.
        public let slot: IDEKeySlot
        /// What becomes of the key.
        public let fate: Fate

        /// The stream the key is for.
        public var stream: IDEStreamKey { IDEStreamKey(portIndex: request.portIndex, streamID: request.streamID) }

        func step(_ event: Event) -> Transition {
            switch event {
            case .keyInstalled:
                return finish(installed: true)
            case .keyInstallFailed:
                return finish(installed: false)
            case .request(let sender, _):
                return Transition(.installing(self), ports.serves(sender) ? .refuse(.busy) : .discard)
            case .malformedRequest(let sender):
                return Transition(.installing(self), ports.serves(sender) ? .refuse(.malformed) : .discard)
            case .sessionStarted, .sessionEnded, .streamConfigured, .streamRemoved, .streamEnabled, .streamDisabled,
                .received, .streamLost, .portLost, .reset:
                var changed = ports
                let changes = changed.takePlatformEvent(event)
                return Transition(.installing(after(event, changed)), changes.isEmpty ? .none : .apply(changes))
            }
        }

        private func finish(installed: Bool) -> Transition {
            var changed = ports
            let erase = IDEStreamChange(stream, .erase(IDEKeySlots(slot)))
            func answer(_ status: IDEKM.KeyProgramAck.Status, after change: IDEStreamChange?) -> Transition {
                let ack = IDEKM.KeyProgramAck(to: request, status)
                return Transition(.idle(Idle(ports: changed)), .reply(.keyProgramAck(ack), after: change))
            }
            switch fate {
            case .wanted where installed:
                let change = changed.step(stream, .keyInstalled(slot, by: session))
                switch change.effect {
                case .none: return answer(.success, after: nil)
                case .erase, .activate, .secure: return answer(.success, after: change)
                case .fail, .refuse: return answer(.unspecifiedFailure, after: change)
                }
            case .wanted:
                return answer(.unspecifiedFailure, after: changed.step(stream, .keyInstallFailed(slot)))
            case .overtaken:
                // The slot may have held a key before, which is gone as well. A stream that was removed knows of neither.
                let change = changed.step(stream, .keyInstallFailed(slot))
                return answer(.unspecifiedFailure, after: change.effect == .none ? erase : change)
            case .orphaned:
                return Transition(.idle(Idle(ports: changed)), .apply([erase]))
            }
        }

        private func after(_ event: Event, _ ports: IDEPorts) -> Self {
            Installing(ports: ports, session: session, request: request, slot: slot, fate: fate(after: event))
        }

        private func fate(after event: Event) -> Fate {
            guard fate == .wanted || fate == .overtaken else { return .orphaned }
            switch event {
            case .sessionEnded(let ended): return ended == session ? .orphaned : fate
            case .reset: return .orphaned
            case .streamRemoved(let key), .streamLost(let key, _), .streamDisabled(let key):
                return key == stream ? .overtaken : fate
            case .portLost(let port, _): return port == request.portIndex ? .overtaken : fate
            case .sessionStarted, .streamConfigured, .streamEnabled, .received, .request, .malformedRequest,
                .keyInstalled, .keyInstallFailed:
                return fate
            }
        }
    }
}
