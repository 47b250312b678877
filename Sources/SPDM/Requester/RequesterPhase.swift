/// What every state of a requester can do and say.
protocol RequesterPhase: Sendable {
    /// The request that is worked at.
    var code: MessageCode { get }
    /// What the state stands on.
    var ground: RequesterGround { get }
    /// Takes the result of the state's effect; nil for one of a kind that the state does not wait for.
    func on(_ result: RequesterMachine.Result) -> RequesterMachine.Transition?
}

/// What a state stands on.
enum RequesterGround {
    case offer(RequesterOffer)
    case connection(RequesterConnection)
    case handshake(SessionHandshake)
}

/// A state before there is a connection.
protocol NegotiationPhase: RequesterPhase {
    var offer: RequesterOffer { get }
}

extension NegotiationPhase {
    var ground: RequesterGround { .offer(offer) }
}

/// A state with a connection.
protocol ConnectionPhase: RequesterPhase {
    var connection: RequesterConnection { get }
}

extension ConnectionPhase {
    var ground: RequesterGround { .connection(connection) }
}

/// A state with a session on its way.
protocol HandshakePhase: RequesterPhase {
    var handshake: SessionHandshake { get }
}

extension HandshakePhase {
    var ground: RequesterGround { .handshake(handshake) }
}

extension RequesterMachine.State {
    /// The connection; nil while there is none.
    public var connection: RequesterConnection? {
        switch phase.ground {
        case .offer: nil
        case .connection(let connection): connection
        case .handshake(let handshake): handshake.connection
        }
    }

    /// The sessions that live, established or not. Every other one is over.
    public var sessions: [SessionID] {
        switch phase.ground {
        case .offer: []
        case .connection(let connection): connection.sessions.map(\.id)
        case .handshake(let handshake): handshake.connection.sessions.map(\.id) + [handshake.session.id]
        }
    }

    /// The request that is worked at; nil when no operation runs.
    public var request: MessageCode? { isResting ? nil : phase.code }

    /// Whether no operation runs.
    public var isResting: Bool {
        if case .disconnected = self { return true }
        if case .connected = self { return true }
        return false
    }

    /// What is offered.
    var offer: RequesterOffer {
        switch phase.ground {
        case .offer(let offer): offer
        case .connection(let connection): connection.offer
        case .handshake(let handshake): handshake.connection.offer
        }
    }
}
