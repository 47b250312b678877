internal import SPDM
internal import WireBytes

/// An SPDM responder, an owner who makes up the outcomes of cryptography, and an observer who holds every step to what was
/// asked and answered.
struct SPDMResponderModel {
    private(set) var responder: Responder
    /// The work whose outcome is awaited.
    private var effect = Responder.Effect.none
    /// The last response.
    private(set) var response: Responder.Response?
    /// The message that is being answered, and where it came.
    private var request: (bytes: [UInt8], session: SessionID?) = ([], nil)

    init(_ profile: ResponderProfile) { responder = Responder(profile) }

    /// The sizes that hold now.
    var sizes: NegotiatedSizes { responder.negotiated?.sizes ?? NegotiatedSizes() }

    /// The version that holds now.
    var version: SPDMVersion { responder.negotiated?.version ?? .v1_2 }

    /// Number of the encapsulated request that is to be answered; 0 when there is none.
    var asked: UInt8 {
        if case .keyExchange(let authentication)? = responder.negotiated?.handshake?.kind {
            switch authentication {
            case .digests(let asked): return asked.requestID
            case .certificate(let collecting): return collecting.requestID
            case .notWanted, .provisioned, .waiting, .verified: return 0
            }
        }
        switch responder.negotiated?.sessions.first?.ownKeyUpdate {
        case .updating(let tag), .verifying(let tag): return tag
        case .some(.none), .wanted, nil: return 0
        }
    }

    /// A session that is alive, the one whose handshake is open first; nil when there is none.
    func session(_ which: Int) -> SessionID? {
        let alive = [responder.handshakeSession].compactMap { $0 } + responder.sessions
        return alive.isEmpty ? nil : alive[which % alive.count]
    }

    /// A message arrives.
    mutating func receive(_ bytes: [UInt8], over session: SessionID?, at time: Int64 = 0) throws(BrokenInvariant) {
        if responder.isFree { request = (bytes, session) }
        try take(.received(bytes, over: session, at: time))
    }

    /// The outcome of what is being worked on.
    mutating func finish(_ outcome: SPDMOutcome) throws(BrokenInvariant) {
        guard let event = outcome.event(effect, sizes: loadingSizes) else { return }
        try take(event)
    }

    /// Nothing more comes: what is being worked on fails, and after a reset nothing is left.
    mutating func abandon() throws(BrokenInvariant) {
        try take(.failed(.unavailable))
        try require(responder.work == nil, "work that failed goes on")
        try take(.incident(.reset))
        try require(responder.sessions.isEmpty && responder.handshakeSession == nil, "sessions after a reset")
    }

    /// While ALGORITHMS is made, the sizes are those that will hold.
    private var loadingSizes: NegotiatedSizes {
        guard case .loadingIdentities(let negotiated)? = responder.work?.step else { return sizes }
        return negotiated.sizes
    }

    /// Takes an event and checks what comes of it.
    mutating func take(_ event: Responder.Event) throws(BrokenInvariant) {
        let before = responder
        let transition = Responder.step(before, event)
        responder = transition.next
        switch transition.effect {
        case .none: break
        case .respond(let response):
            self.response = response
            try check(response, before, event)
        case .deliver(let bytes, over: let session):
            try require(session == request.session && request.bytes.starts(with: bytes), "another message is delivered")
            effect = transition.effect
        case .loadIdentities, .drawChallenge, .measure, .beginExchange, .beginPSK, .sign, .openSession, .openPSKSession,
            .verifyFinish, .verifyRequester:
            effect = transition.effect
        }
        try checkWork(before, event, transition.effect)
        try checkSessions(before, event)
    }

    /// Work is there while an outcome is awaited and no longer; what nobody waits for changes nothing.
    private mutating func checkWork(
        _ before: Responder, _ event: Responder.Event, _ effect: Responder.Effect
    ) throws(BrokenInvariant) {
        switch event {
        case .received where !before.isFree:
            try require(responder == before, "a request that comes too early changes something")
        case .received: try require((responder.work != nil) == effect.isWork, "\(effect) and work do not agree")
        case .incident: break
        default:
            if before.work == nil { try require(responder == before && effect == .none, "an outcome for nothing") }
            if effect != .none { try require((responder.work != nil) == effect.isWork, "\(effect) without work") }
        }
        if responder.work == nil { self.effect = .none }
    }

    /// There are no more sessions than allowed, each once; one is established only by proof; and who speaks elsewhere ends
    /// none.
    private func checkSessions(_ before: Responder, _ event: Responder.Event) throws(BrokenInvariant) {
        let sessions = responder.sessions
        try require(sessions.count <= responder.profile.sessionLimit, "\(sessions.count) sessions")
        try require(Set(sessions).count == sessions.count, "two sessions with one number")
        if let open = responder.handshakeSession {
            try require(!sessions.contains(open), "\(open) is open and established")
        }
        for session in sessions where !before.sessions.contains(session) {
            try require(before.isProven(session, by: event), "\(session) was established by \(event)")
        }
        for session in before.sessions where !sessions.contains(session) {
            try require(before.mayEnd(session, by: event), "\(session) was ended by \(event)")
        }
    }

    private func check(
        _ response: Responder.Response, _ before: Responder, _ event: Responder.Event
    ) throws(BrokenInvariant) {
        var received = request
        if case .received(let bytes, let session, _) = event { received = (bytes, session) }
        try require(response.session == received.session, "the response goes elsewhere than the request came")
        if let negotiated = responder.negotiated, negotiated.version >= .v1_2 {
            let limit = Int(negotiated.requester.dataTransferSize)
            try require(response.bytes.count <= limit, "\(response.bytes.count) bytes at once, \(limit) are taken")
        }
        try checkKeys(response, before)
        guard received.bytes.count > 1 else { return }
        guard MessageCode(rawValue: received.bytes[1]) != .vendorDefined else { return }
        try checkReadable(response.bytes, received.bytes)
    }

    /// The requester can read the response, which ends where it says.
    private func checkReadable(_ response: [UInt8], _ request: [UInt8]) throws(BrokenInvariant) {
        if try accepted(response, ErrorMessage.init(decoding:)) != nil { return }
        guard
            let read = try accepted(
                request,
                { bytes throws(WireError) in
                    try SPDMRequest.decode(bytes, sizes: sizes)
                })
        else { throw BrokenInvariant("a request that cannot be read was answered by \(response)") }
        if case .respondIfReady = read.request { return }
        let answer = try accepted(response) { bytes throws(WireError) in
            try SPDMResponse.decode(bytes, answering: read.request, sizes: sizes)
        }
        try require(answer?.length == response.count, "the response to \(read.request) cannot be read: \(response)")
    }

    private func checkKeys(_ response: Responder.Response, _ before: Responder) throws(BrokenInvariant) {
        switch response.keys {
        case .none: break
        case .establish(let session, th2: let transcript):
            try require(responder.sessions.contains(session) && !transcript.isEmpty, "keys for no session")
        case .nextRequestKey(let session), .nextResponseKey(let session), .nextKeys(let session):
            try require(before.sessions.contains(session) && session == response.session, "keys of another session")
        }
    }
}

extension Responder {
    /// Whether a request is taken: nothing is being worked on, or only the device owes an answer.
    fileprivate var isFree: Bool { work.map { $0.step == .awaitingDevice } ?? true }

    /// Whether an event proves that the peer has the keys of a session.
    fileprivate func isProven(_ session: SessionID, by event: Event) -> Bool {
        switch (event, work?.step) {
        case (.finishVerified, .verifyingFinish): session == handshakeSession
        case (.pskSessionOpened, .openingPSKSession): true
        default: false
        }
    }

    /// Whether an event may end a session: it comes in it, or concerns all.
    fileprivate func mayEnd(_ session: SessionID, by event: Event) -> Bool {
        switch event {
        case .received(let bytes, let over, _):
            over == session || over == nil && bytes.count > 1 && bytes[1] == MessageCode.getVersion.rawValue
        case .incident: true
        default: work?.incoming.session == session
        }
    }
}

extension Responder.Effect {
    /// Whether an outcome follows.
    fileprivate var isWork: Bool {
        switch self {
        case .none, .respond: false
        case .deliver, .loadIdentities, .drawChallenge, .measure, .beginExchange, .beginPSK, .sign, .openSession,
            .openPSKSession, .verifyFinish, .verifyRequester:
            true
        }
    }
}
