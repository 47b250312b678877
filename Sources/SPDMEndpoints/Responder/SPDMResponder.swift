internal import OpenSSLCrypto
public import SPDM

/// The answering end of SPDM with its keys: a device's requests go in as they came from the transport, and what to send
/// back comes out (DSP0274, DSP0277).
///
/// It carries out what ``Responder`` asks for: it signs, agrees on secrets, derives keys, opens and seals records. It
/// waits for nothing and looks at no clock. Not copyable, as its keys are not.
public struct SPDMResponder: ~Copyable, Sendable {
    /// What the caller does next.
    public enum Output: Hashable, Sendable {
        /// Send this back.
        case answer(TransportMessage)
        /// Have the device answer this VENDOR_DEFINED message, which came inside a session, or in the clear with nil,
        /// and hand its response to ``SPDMResponder/answer(vendorResponse:)``.
        case vendorRequest([UInt8], SessionID?)
        /// Send nothing.
        case nothing
    }

    var settings: ResponderSettings
    var machine: Responder
    var chance: any HandshakeChance & ~Copyable
    /// The keys of every session that the machine knows, and of none else.
    var keys: [SessionID: SessionKeyHolder] = [:]
    /// The requesters that authenticated themselves, by session.
    var requesters: [SessionID: VerifiedIdentity] = [:]
    /// The measurements when some were told last, to see whether they changed.
    var lastMeasurements: [DeviceMeasurement]?
    /// Why a requester was refused last, until somebody asks.
    var requesterRefusal: RequesterRefusal?
    private var established: [SessionID] = []
    private var newSessions: [SessionID] = []
    private var endedSessions: [SessionID] = []

    /// Creates a responder that nobody has spoken to.
    public init(
        _ settings: ResponderSettings, chance: consuming some HandshakeChance & ~Copyable = OpenSSLChance()
    ) {
        self.settings = settings
        self.chance = consume chance
        machine = Responder(settings.profile)
    }

    /// Answers what the transport brought. `time` is in seconds since 1970: certificates are judged by it, and
    /// heartbeats counted.
    public mutating func receive(_ message: TransportMessage, at time: Int64) -> Output {
        guard message.isSecured else { return run(.received(message.bytes, over: nil, at: time)) }
        switch open(message.bytes) {
        case .message(let bytes, let session): return run(.received(bytes, over: session, at: time))
        case .refused(let session): return lost(session)
        case .unknown: return refuse(machine.version == .v1_1 ? .invalidSession : .decryptError)
        }
    }

    /// Sends the device's response to ``Output/vendorRequest(_:_:)``: a whole VENDOR_DEFINED_RESPONSE or ERROR. Nothing
    /// when the requester has gone on meanwhile.
    public mutating func answer(vendorResponse: [UInt8]) -> Output { run(.vendorAnswered(vendorResponse)) }

    /// Lets time pass: sessions whose requester was silent for two heartbeat periods end.
    public mutating func advance(to time: Int64) { take(.timePassed(to: time)) }

    /// Says what is measured from now on, and what will be once an update that is waiting is in force; nil when none
    /// waits. When the firmware itself is another, sessions whose policy demands it end.
    public mutating func setMeasurements(
        _ measurements: [DeviceMeasurement], pending: [DeviceMeasurement]? = nil, isFirmwareUpdated: Bool = false
    ) {
        settings.measurements = measurements
        settings.pendingMeasurements = pending
        if isFirmwareUpdated { take(.firmwareUpdated) }
    }

    /// Has the responder's key of a session replaced when the requester next asks for encapsulated requests. Happens by
    /// itself when half of the key's records are spent.
    public mutating func updateKey(of session: SessionID) { take(.keyUpdateWanted(session)) }

    /// A conventional reset: everything negotiated is gone.
    public mutating func reset() { take(.reset) }

    /// The sessions that were established since this was last asked.
    public mutating func takeEstablishedSessions() -> [SessionID] {
        defer { newSessions = [] }
        return newSessions
    }

    /// The sessions that ended since this was last asked, for whatever reason.
    public mutating func takeEndedSessions() -> [SessionID] {
        defer { endedSessions = [] }
        return endedSessions
    }

    /// Why a requester's proof of who it is was refused last, if one was since this was last asked.
    public mutating func takeRequesterRefusal() -> RequesterRefusal? {
        defer { requesterRefusal = nil }
        return requesterRefusal
    }

    /// The sessions that are established now.
    public var sessions: [SessionID] { machine.sessions }

    /// Who the requester of an established session showed itself to be; nil when it did not have to.
    public func requester(of session: SessionID) -> VerifiedIdentity? {
        sessions.contains(session) ? requesters[session] : nil
    }

    /// What was negotiated; nil before.
    public var negotiated: Responder.Negotiated? { machine.negotiated }
}

extension SPDMResponder {
    /// What came of an effect.
    enum Progress {
        case output(Output)
        case outcome(Responder.Event)
    }

    /// Takes an event and carries out effects until there is something for the caller.
    private mutating func run(_ event: Responder.Event) -> Output {
        var event = event
        while true {
            switch carryOut(step(event)) {
            case .outcome(let outcome): event = outcome
            case .output(let output):
                settle()
                return output
            }
        }
    }

    /// Takes what happened without a request.
    mutating func take(_ incident: Responder.Incident) {
        _ = step(.incident(incident))
        settle()
    }

    private mutating func step(_ event: Responder.Event) -> Responder.Effect {
        let transition = Responder.step(machine, event)
        machine = transition.next
        return transition.effect
    }

    /// Wipes the keys of sessions that are over, and notes which began and ended.
    private mutating func settle() {
        for (session, holder) in keys where !machine.isAlive(session) {
            holder.keys.end()
            keys[session] = nil
        }
        for session in requesters.keys where !machine.isAlive(session) { requesters[session] = nil }
        let now = machine.sessions
        endedSessions += established.filter { !now.contains($0) }
        newSessions += now.filter { !established.contains($0) }
        established = now
    }

    /// The session's keys are gone, and the requester is told so outside it.
    mutating func lost(_ session: SessionID) -> Output {
        take(.sessionLost(session))
        return refuse(.decryptError)
    }

    /// What a record is answered that does not open: nothing of a session is in it.
    private func refuse(_ code: ErrorMessage.Code) -> Output {
        let error = ErrorMessage(version: machine.version, code: code)
        return .answer(TransportMessage(isSecured: false, bytes: error.encoded()))
    }
}
