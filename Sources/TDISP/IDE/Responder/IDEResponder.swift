public import SPDM

/// The device side of IDE_KM: takes requests of one session, keys the streams of its ports (PCIe 6.0, 6.33.3).
///
/// ```
///          KEY_PROG -> install
///   idle -----------------------> installing
///    ^                                |
///    +--------------------------------+
///      outcome -> KP_ACK (or nothing, if the session ended meanwhile)
/// ```
public enum IDEResponder {
    /// Where the responder is.
    public enum State: Hashable, Sendable {
        /// No request is being worked on.
        case idle(Idle)
        /// A key is being put into its slot.
        case installing(Installing)
    }

    /// No request is being worked on.
    public struct Idle: Hashable, Sendable {
        /// Ports, streams and session.
        public var ports: IDEPorts
    }

    /// A key is being put into its slot; every other request waits.
    public struct Installing: Hashable, Sendable {
        /// What becomes of the key once the port has it.
        public enum Fate: Hashable, Sendable, CaseIterable {
            /// It counts, and is acknowledged.
            case wanted
            /// The stream was lost meanwhile: it is erased, and the request fails.
            case overtaken
            /// The session ended meanwhile: it is erased, and nobody waits for an answer.
            case orphaned
        }

        /// Ports, streams and session.
        public var ports: IDEPorts
        /// The session that sent the request.
        public var session: SessionID
        /// The request.
        public var request: IDEKM.KeyProgram
        /// The slot it names.
        public var slot: IDEKeySlot
        /// What becomes of the key.
        public var fate: Fate
    }

    /// What happens to the responder.
    public enum Event: Hashable, Sendable {
        /// An SPDM session was established. The first one is the one whose IDE_KM counts.
        case sessionStarted(SessionID)
        /// An SPDM session ended, for whatever reason.
        case sessionEnded(SessionID)
        /// A request arrived in a session.
        case request(SessionID, IDEKM.Request)
        /// An IDE_KM message arrived in a session that is no request or has a wrong length.
        case malformedRequest(SessionID)
        /// The port has the key.
        case keyInstalled
        /// The port could not take the key.
        case keyInstallFailed
        /// A stream block was given this port and stream ID.
        case streamConfigured(IDEStreamKey)
        /// The stream's registers were changed, or its block freed.
        case streamRemoved(IDEStreamKey)
        /// Something happened to one stream: its Enable bit, its traffic, its loss.
        case stream(IDEStreamKey, StreamEvent)
        /// Every stream of a port is lost.
        case portLost(UInt8, IDEStreamLoss)
        /// Conventional reset: sessions, keys and stream configuration are gone.
        case reset
    }

    /// What happens to one stream other than by a request.
    public enum StreamEvent: Hashable, Sendable {
        /// The Enable bit was set.
        case enable
        /// The Enable bit was cleared.
        case disable
        /// A TLP protected by this key set arrived and passed its check.
        case received(IDESubstream, IDEKeySet)
        /// The stream must leave Secure.
        case lost(IDEStreamLoss)
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
        case reply(IDEKM.Response, after: StreamChange?)
        /// Make these changes, in order of port and stream.
        case apply([StreamChange])
        /// Answer with SPDM ERROR (InvalidRequest, or Busy for ``Refusal/busy``). Nothing changed.
        case refuse(Refusal)
        /// Do not answer. Nothing changed.
        case discard
    }

    /// What a stream's port does: see ``IDEStream/Effect``.
    public struct StreamChange: Hashable, Sendable {
        /// The stream.
        public var stream: IDEStreamKey
        /// What its port does.
        public var effect: IDEStream.Effect

        /// Creates a change.
        public init(_ stream: IDEStreamKey, _ effect: IDEStream.Effect) {
            self.stream = stream
            self.effect = effect
        }
    }

    /// Why a request without a status field is refused.
    public enum Refusal: String, Hashable, Sendable, Codable, CaseIterable {
        /// No request, or of a wrong length.
        case malformed
        /// A key is being installed.
        case busy
        /// The device has no such port.
        case noSuchPort = "no-such-port"
        /// The port has no such stream, or the stream no such substream.
        case noSuchStream = "no-such-stream"
        /// K_SET_GO for a slot without a key. K_GOSTOP_ACK has no status: an acknowledgement would say that it is in use.
        case slotNotProgrammed = "slot-not-programmed"
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
        .idle(Idle(ports: IDEPorts(maxPortIndex: maxPortIndex, session: nil, streams: [:])))
    }

    /// Takes an event.
    public static func step(_ state: State, _ event: Event) -> Transition { Transition(state, .none) }
}

/// A stream of a device: port and stream ID.
public struct IDEStreamKey: Hashable, Sendable, Codable, Comparable {
    /// Port index.
    public var portIndex: UInt8
    /// Stream ID.
    public var streamID: UInt8

    /// Creates a key.
    public init(portIndex: UInt8, streamID: UInt8) {
        self.portIndex = portIndex
        self.streamID = streamID
    }

    /// Orders by port, then stream ID.
    public static func < (left: Self, right: Self) -> Bool {
        (left.portIndex, left.streamID) < (right.portIndex, right.streamID)
    }
}

/// The ports of a device: their streams, and the session whose IDE_KM counts.
public struct IDEPorts: Hashable, Sendable {
    /// Highest port index.
    public var maxPortIndex: UInt8
    /// The first session that is still alive; nil when there is none.
    public var session: SessionID?
    /// The configured streams.
    public var streams: [IDEStreamKey: IDEStream]
}

extension IDEResponder.State {
    /// Ports, streams and session.
    public var ports: IDEPorts {
        switch self {
        case .idle(let state): state.ports
        case .installing(let state): state.ports
        }
    }
}
