internal import OpenSSLCrypto
public import SPDM

/// The asking end of SPDM with its keys: what to send comes out, what the transport brought goes in (DSP0274, DSP0277).
///
/// It carries out what ``RequesterMachine`` asks for: it draws random values, judges certificates and signatures, agrees
/// on secrets, derives keys, seals and opens records. It waits for nothing and looks at no clock. Not copyable, as its
/// keys are not.
public struct SPDMRequester: ~Copyable, Sendable {
    /// What the caller does next.
    public enum Step: Hashable, Sendable {
        /// Send this, then ``SPDMRequester/receive(_:)`` what comes back, or ``SPDMRequester/noAnswer()``.
        case send(TransportMessage)
        /// Wait, then ``SPDMRequester/waited()``.
        case wait(microseconds: UInt64)
        /// The operation is done.
        case done(RequesterOutcome)
        /// The operation came to nothing; it says why, and what that leaves.
        case failed(RequesterFailure)
    }

    let settings: RequesterSettings
    var machine: RequesterMachine.State
    var chance: any HandshakeChance & ~Copyable
    /// The keys of every session that the machine knows, and of none else.
    var keys: [SessionID: SessionKeyHolder] = [:]
    /// Who the responder is, by slot.
    var identities: [UInt8: VerifiedIdentity] = [:]
    /// The request that is on its way.
    var carriage: Carriage?
    /// When the running operation began, in seconds since 1970.
    var time: Int64 = 0
    private var peers: [SessionID: VerifiedIdentity] = [:]

    /// Why a chain or a provisioned key was refused last, if the last judgement was that.
    public internal(set) var chainRefusal: ChainRefusal?

    /// Creates a requester that is not connected.
    public init(
        _ settings: RequesterSettings, chance: consuming some HandshakeChance & ~Copyable = OpenSSLChance()
    ) {
        self.settings = settings
        self.chance = consume chance
        machine = RequesterMachine.initial(settings.offer)
    }

    /// Begins an operation, at a time in seconds since 1970, by which certificates are judged.
    ///
    /// While another one runs it fails at once, and the other goes on.
    public mutating func begin(_ operation: RequesterOperation, at time: Int64) -> Step {
        if machine.isResting { self.time = time }
        return run(.begin(operation))
    }

    /// Takes what the transport brought. What comes while nothing is waited for is dropped.
    public mutating func receive(_ message: TransportMessage) -> Step {
        guard let carriage else { return nothingAwaited }
        switch carriage.exchange {
        case .pausing, .over: return move(.received(message.bytes))
        case .outstanding: break
        }
        do throws(RequesterFailure.Reason) {
            return move(.received(try unwrap(message, carriage)))
        } catch {
            return end(.failed(error))
        }
    }

    /// The transport gave up: no answer came to what was sent last.
    public mutating func noAnswer() -> Step { carriage == nil ? nothingAwaited : move(.noAnswer) }

    /// The time to wait is over.
    public mutating func waited() -> Step { carriage == nil ? nothingAwaited : move(.waited) }

    /// The transport is gone, or the device was reset: connection and sessions are over, keys are wiped.
    public mutating func endAll() {
        carriage = nil
        machine = RequesterMachine.step(machine, .closed).next
        settle()
    }

    var nothingAwaited: Step {
        .failed(RequesterFailure(machine.request ?? .getVersion, .notPossible(.nothingAwaited)))
    }
}

// MARK: - What there is

extension SPDMRequester {
    /// Whether no operation runs.
    public var isResting: Bool { machine.isResting }

    /// What was negotiated; nil while there is no connection.
    public var negotiated: NegotiatedConnection? { machine.connection?.negotiated }

    /// The established sessions, in the order of their beginning.
    public var sessions: [SessionID] { establishedSessions.map(\.id) }

    /// The established sessions, as they were negotiated.
    public var establishedSessions: [RequesterSession] { machine.connection?.sessions ?? [] }

    /// The sessions whose keys are half spent: a key update should come. At the limit nothing is sealed any more.
    public var sessionsDueForKeyUpdate: [SessionID] {
        sessions.filter { session in
            keys[session].map { $0.keys.isUpdateDue(.request) || $0.keys.isUpdateDue(.response) } ?? false
        }
    }

    /// The code of the request that was sent last and waits for its answer, inside a record or not: that of the piece,
    /// where a request goes in pieces.
    public var pendingRequest: MessageCode? { carriage?.pending }

    /// Whom somebody vouched for in a slot, FFh for the provisioned key.
    public func identity(inSlot slot: UInt8) -> VerifiedIdentity? {
        machine.connection?.keyHashes[slot] == nil ? nil : identities[slot]
    }

    /// Who the responder of a session is; nil for one by PSK_EXCHANGE.
    public func identity(of session: SessionID) -> VerifiedIdentity? { peers[session] }
}

// MARK: - Running

extension SPDMRequester {
    /// What came of an effect.
    enum Progress {
        case step(Step)
        case result(RequesterMachine.Result)
    }

    /// Takes an event and carries out effects until there is something for the caller.
    mutating func run(_ event: RequesterMachine.Event) -> Step {
        var event = event
        while true {
            let transition = RequesterMachine.step(machine, event)
            machine = transition.next
            settle()
            switch carryOut(transition.effect) {
            case .result(let result): event = .result(result)
            case .step(let step): return step
            }
        }
    }

    /// The exchange is over with this result.
    mutating func end(_ result: RequesterMachine.Result) -> Step {
        carriage = nil
        return run(.result(result))
    }

    /// Wipes the keys of sessions that are over, and forgets who was on a connection that is.
    private mutating func settle() {
        let alive = machine.sessions
        for (session, holder) in keys where !alive.contains(session) {
            holder.keys.end()
            keys[session] = nil
        }
        if machine.connection == nil { identities = [:] }
        var known: [SessionID: VerifiedIdentity] = [:]
        for session in establishedSessions { known[session.id] = peers[session.id] ?? peer(of: session) }
        peers = known
    }

    private func peer(of session: RequesterSession) -> VerifiedIdentity? {
        switch session.key {
        case .slot(let slot): identities[slot]
        case .psk: nil
        }
    }
}
