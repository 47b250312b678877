/// The answering end of SPDM: one connection, its sessions, and what is being worked on (DSP0274).
///
/// ```
///          GET_VERSION      GET_CAPABILITIES     NEGOTIATE_ALGORITHMS
///  closed ------------> versioned ---------> capable ---------------> negotiated
///    ^ lost (after a reset)                                              |  handshake: none <-> one, half open
///    +-- GET_VERSION starts anew from every state                        |  sessions: established, up to the limit
/// ```
///
/// A request goes in and one effect comes out: a response, a piece of work that needs keys, randomness or measurements,
/// a vendor's message for the device, or nothing. The outcome of work comes back as an event; until then every request
/// is answered Busy. A request that is refused changes nothing but the transcripts that the specification resets.
///
/// The value is the state. No key is in it, and no more than one half-open handshake, one deferred request,
/// ``ResponderProfile/sessionLimit`` sessions and one chunked message in each, whatever the peer sends. Sessions end by
/// being gone from it: who holds their keys looks after every step which are left.
public struct Responder: Hashable, Sendable {
    /// What this end offers and demands.
    public let profile: ResponderProfile
    /// How far the connection is.
    public internal(set) var connection: Connection
    /// What an outcome is awaited for.
    public internal(set) var work: Work?
    /// The message that passes in chunks: one in the clear, which is nil, and one in every session.
    public internal(set) var transfers: [SessionID?: Transfer] = [:]
    /// The request that was answered ResponseNotReady.
    public internal(set) var deferral: Deferral?
    /// Number of the last large response; the next gets the next.
    var lastHandle: UInt8 = 0
    /// Token of the last deferral.
    var lastToken: UInt8 = 0

    /// Exactly one next state and one effect.
    public struct Transition: Hashable, Sendable {
        /// The next state.
        public var next: Responder
        /// What the owner does.
        public var effect: Effect

        /// Creates a transition.
        public init(_ next: Responder, _ effect: Effect) {
            self.next = next
            self.effect = effect
        }
    }

    /// Creates a responder that nobody has spoken to.
    public init(_ profile: ResponderProfile) {
        self.profile = profile
        connection = .closed
    }

    /// Takes an event. An outcome that nobody waits for changes nothing.
    public static func step(_ responder: Responder, _ event: Event) -> Transition {
        var next = responder
        let effect = next.take(event)
        return Transition(next, effect)
    }

    /// The sessions that are established, in the order in which they were.
    public var sessions: [SessionID] { negotiated?.sessions.map(\.id) ?? [] }

    /// The session whose handshake is half open.
    public var handshakeSession: SessionID? { negotiated?.handshake?.session }

    /// Whether a session has keys: it is established or its handshake is half open.
    public func isAlive(_ session: SessionID) -> Bool {
        handshakeSession == session || negotiated?.place(of: session) != nil
    }
}

extension Responder {
    private mutating func take(_ event: Event) -> Effect {
        switch event {
        case .received(let bytes, let session, let time):
            return receive(Incoming(bytes: bytes, session: session, time: time))
        case .identitiesLoaded(let identities): return identitiesLoaded(identities)
        case .challengeDrawn(let nonce, let summary): return challengeDrawn(nonce, summary)
        case .measured(let measured): return self.measured(measured)
        case .exchangeBegun(let begun): return exchangeBegun(begun)
        case .pskBegun(let begun): return pskBegun(begun)
        case .signed(let signature): return signed(signature)
        case .sessionOpened(let signature, let verifyData): return sessionOpened(signature, verifyData)
        case .pskSessionOpened(let verifyData): return pskSessionOpened(verifyData)
        case .finishVerified(let verifyData): return finishVerified(verifyData)
        case .requesterVerified(let digest): return requesterVerified(digest)
        case .vendorAnswered(let response): return vendorAnswered(response)
        case .failed(let failure): return failed(failure)
        case .incident(let incident): return take(incident)
        }
    }

    private mutating func take(_ incident: Incident) -> Effect {
        switch incident {
        case .sessionLost(let session): endSession(session)
        case .keyChangeTakenBack(let session): change(session) { $0.keyUpdate = .none }
        case .keyUpdateWanted(let session): wantKeyUpdate(in: session)
        case .timePassed(let time): endSilentSessions(at: time)
        case .firmwareUpdated: endSessionsOfOldFirmware()
        case .reset: reset()
        }
        return .none
    }

    /// Everything negotiated is gone, as after power-on.
    private mutating func reset() {
        self = Responder(profile)
        connection = .lost
    }

    /// The negotiated connection.
    public internal(set) var negotiated: Negotiated? {
        get {
            switch connection {
            case .negotiated(let negotiated): negotiated
            case .closed, .lost, .versioned, .capable: nil
            }
        }
        set {
            guard let newValue, negotiated != nil else { return }
            connection = .negotiated(newValue)
        }
    }
}
