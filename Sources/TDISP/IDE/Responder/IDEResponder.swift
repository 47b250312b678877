public import SPDM

/// The device side of IDE_KM: takes the requests of one session and keys the streams of the device's ports
/// (PCIe 6.0, 6.33.3).
///
/// ```
///               KEY_PROG: install
///   idle ------------------------------> installing
///    ^                                       |
///    +---------------------------------------+
///       outcome: KP_ACK, or nothing if the session ended meanwhile
/// ```
///
/// **Sessions.** Of the living sessions, the IDE_KM of the one that was established first counts; what another sends is
/// dropped without an answer. While no session was announced, the first that sends a request is taken for established.
///
/// **Answers that the specification leaves open.** K_GOSTOP_ACK has no status, so a K_SET_GO that cannot be carried out
/// (no such port, stream or substream, no key in the slot) is not acknowledged; an SPDM ERROR answers it, because an
/// acknowledgement would say that the key is in use. K_SET_STOP of an empty slot of a stream is acknowledged: what it asks
/// for holds. KEY_PROG over a key that protects traffic gets status 4.
public enum IDEResponder {
    /// What happens to the responder.
    public enum Event: Hashable, Sendable {
        /// An SPDM session was established.
        case sessionStarted(SessionID)
        /// An SPDM session ended, for whatever reason.
        case sessionEnded(SessionID)
        /// A request arrived in a session.
        case request(SessionID, IDEKM.Request)
        /// An IDE_KM message arrived in a session that is no request, or has a wrong length.
        case malformedRequest(SessionID)
        /// The port has the key.
        case keyInstalled
        /// The port could not take the key.
        case keyInstallFailed
        /// A stream block was given this port and stream ID.
        case streamConfigured(IDEStreamKey)
        /// A stream's registers other than its Enable bit were changed, or its block freed.
        case streamRemoved(IDEStreamKey)
        /// A stream's Enable bit was set.
        case streamEnabled(IDEStreamKey)
        /// A stream's Enable bit was cleared.
        case streamDisabled(IDEStreamKey)
        /// A TLP protected by this key set arrived over a stream and passed its check.
        case received(IDEStreamKey, IDESubstream, IDEKeySet)
        /// A stream must leave Secure.
        case streamLost(IDEStreamKey, IDEStreamLoss)
        /// Every stream of a port must leave Secure.
        case portLost(UInt8, IDEStreamLoss)
        /// Conventional reset: sessions, keys and stream configuration are gone.
        case reset
    }

    /// What the device does.
    public enum Effect: Hashable, Sendable {
        /// Nothing.
        case none
        /// Read the port's registers and answer with QUERY_RESP.
        case answerQuery(portIndex: UInt8)
        /// Put the key that came with the request into its slot, then tell whether that went well.
        case install(IDEStreamKey, IDEKeySlot)
        /// Make the change, if there is one, then send the response.
        case reply(IDEKM.Response, after: IDEStreamChange?)
        /// Make these changes, which are in order of port and stream.
        case apply([IDEStreamChange])
        /// Answer with SPDM ERROR: Busy for ``Refusal/busy``, InvalidRequest for the others. Nothing changed.
        case refuse(Refusal)
        /// Do not answer. Nothing changed.
        case discard
    }

    /// Why a request that has no status in its answer is refused.
    public enum Refusal: String, Hashable, Sendable, Codable, CaseIterable {
        /// No request, or of a wrong length.
        case malformed
        /// A key is being installed.
        case busy
        /// The device has no such port.
        case noSuchPort = "no-such-port"
        /// The port has no such stream, or the stream no such substream.
        case noSuchStream = "no-such-stream"
        /// The slot holds no key, or one that was superseded.
        case slotNotProgrammed = "slot-not-programmed"
    }

    /// Where the responder is.
    public enum State: Hashable, Sendable {
        /// No request is being worked on.
        case idle(Idle)
        /// A key is being put into its slot.
        case installing(Installing)

        /// Ports, streams and sessions.
        public var ports: IDEPorts {
            switch self {
            case .idle(let state): state.ports
            case .installing(let state): state.ports
            }
        }
    }

    /// Exactly one next state and one effect.
    public struct Transition: Hashable, Sendable {
        /// The next state.
        public var next: State
        /// What the device does.
        public var effect: Effect

        /// Creates a transition.
        public init(_ next: State, _ effect: Effect) {
            self.next = next
            self.effect = effect
        }
    }

    /// A device after power-on: ports 0...`maxPortIndex`, no session, no streams.
    public static func initial(maxPortIndex: UInt8) -> State {
        .idle(Idle(ports: IDEPorts(maxPortIndex: maxPortIndex)))
    }

    /// Takes an event.
    public static func step(_ state: State, _ event: Event) -> Transition {
        switch state {
        case .idle(let idle): idle.step(event)
        case .installing(let installing): installing.step(event)
        }
    }
}
