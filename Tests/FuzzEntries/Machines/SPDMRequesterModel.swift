internal import SPDM
internal import WireBytes

/// An SPDM requester, an owner who makes up the outcomes of cryptography, a responder who can be asked for the right
/// answers, and an observer who holds every step to what was asked, answered and found.
struct SPDMRequesterModel {
    /// More steps than an operation can need of which nothing comes.
    private static let stepLimit = 64

    private(set) var state: RequesterMachine.State
    private var peer: SPDMResponderModel
    private var effect = RequesterMachine.Effect.none
    private var seen = Seen()

    /// What happened in an operation.
    private struct Seen {
        var operation: RequesterOperation?
        var sessionsBefore: [SessionID] = []
        /// What succeeded.
        var agreed: Set<SessionID> = []
        var established: Set<SessionID> = []
        var updated: Set<SessionID> = []
        var signatures = 0
        var isKeyKnown = false
    }

    init(_ offer: RequesterOffer, _ profile: ResponderProfile) {
        state = RequesterMachine.initial(offer)
        peer = SPDMResponderModel(profile)
    }

    /// The last session that is established, or one that there is not.
    var session: SessionID { state.connection?.sessions.last?.id ?? SessionID(rawValue: 1) }

    /// Begins an operation.
    mutating func begin(_ operation: RequesterOperation) throws(BrokenInvariant) {
        if state.isResting {
            seen = Seen()
            seen.operation = operation
            seen.sessionsBefore = state.sessions
        }
        let before = state
        try take(.begin(operation))
        if !before.isResting { try require(state == before, "a second operation disturbed the first") }
    }

    /// The answer to the request that is out; nothing when there is none. Where `settling`, cryptography finds everything
    /// right before and after.
    mutating func answer(_ bytes: [UInt8], settling: Bool) throws(BrokenInvariant) {
        if settling { try settle() }
        guard case .exchange = effect else { return }
        try take(.result(.answered(bytes)))
        if settling { try settle() }
    }

    private mutating func settle() throws(BrokenInvariant) {
        for _ in 0..<Self.stepLimit { try succeed() }
    }

    /// The right answer to the request that is out, or the right outcome of the effect; with a bit of an answer flipped
    /// where `flipped` names one.
    mutating func proceed(flipped: Int? = nil) throws(BrokenInvariant) {
        guard case .exchange(let exchange) = effect else { return try succeed() }
        try peer.receive(exchange.request, over: exchange.session)
        for _ in 0..<4 { try peer.finish(SPDMOutcome()) }
        guard var bytes = peer.response?.bytes else { return try take(.result(.failed(.noAnswer))) }
        if let flipped { bytes[flipped / 8 % bytes.count] ^= 1 << UInt8(flipped % 8) }
        if let error = try? ErrorMessage(decoding: bytes.span) {
            try take(.result(.failed(.refused(error))))
        } else {
            try take(.result(.answered(bytes)))
        }
    }

    /// Cryptography finds everything right.
    private mutating func succeed() throws(BrokenInvariant) {
        guard let result = effect.success(state.connection?.negotiated.sizes ?? NegotiatedSizes()) else { return }
        note(effect)
        try take(.result(result))
    }

    /// Any result.
    mutating func result(_ result: RequesterMachine.Result) throws(BrokenInvariant) {
        let before = state
        switch result {
        case .succeeded, .computed: note(effect)
        case .answered, .drew, .failed: break
        }
        try take(.result(result))
        if before.isResting { try require(state == before, "a result for nothing") }
    }

    /// The responder wants its key replaced.
    mutating func wantKeyUpdate() throws(BrokenInvariant) { try peer.take(.incident(.keyUpdateWanted(session))) }

    /// The transport is gone.
    mutating func close() throws(BrokenInvariant) {
        try take(.closed)
        try require(state.isResting && state.sessions.isEmpty, "a closed connection goes on")
    }

    /// Nothing comes any more: the operation must end.
    mutating func abandon() throws(BrokenInvariant) {
        for _ in 0..<Self.stepLimit where !state.isResting { try take(.result(.failed(.noAnswer))) }
        try require(state.isResting, "the operation does not end: \(String(describing: state.request))")
    }
}

// MARK: - What holds

extension SPDMRequesterModel {
    private mutating func take(_ event: RequesterMachine.Event) throws(BrokenInvariant) {
        let before = state
        let transition = RequesterMachine.step(before, event)
        state = transition.next
        let sessions = state.sessions
        try require(Set(sessions).count == sessions.count, "two sessions with one number")
        switch transition.effect {
        case .none:
            let isClosed = event == .closed
            try require(isClosed || state == before, "an event that is ignored changed the state")
            if isClosed { effect = .none }
            return
        case .refuse: try require(state == before, "what cannot begin changed the state")
        case .fail(let failure): try check(failure)
        case .finish(let outcome): try check(outcome)
        case .exchange(let exchange): try check(exchange)
        case .draw, .verifyChain, .admitProvisionedKey, .verifySignature, .agree, .derive, .presentIdentity, .sign,
            .authenticate, .establish, .updateKey:
            try require(!state.isResting, "an operation that is over wants \(transition.effect)")
        }
        if case .refuse = transition.effect { return }
        effect = transition.effect
    }

    /// Notes that an effect succeeded.
    private mutating func note(_ effect: RequesterMachine.Effect) {
        switch effect {
        case .agree(let agreement): seen.agreed.insert(agreement.session)
        case .derive(let derivation): seen.agreed.insert(derivation.session)
        case .establish(let establishment): seen.established.insert(establishment.session)
        case .updateKey(let session): seen.updated.insert(session)
        case .verifySignature: seen.signatures += 1
        case .verifyChain, .admitProvisionedKey: seen.isKeyKnown = true
        case .none, .refuse, .fail, .finish, .exchange, .draw, .presentIdentity, .sign, .authenticate: break
        }
    }

    /// The request can be read, and passes in a session that there is.
    private func check(_ exchange: RequesterMachine.Exchange) throws(BrokenInvariant) {
        try require(!state.isResting, "an operation that is over sends something")
        if let session = exchange.session { try require(state.sessions.contains(session), "\(session) is no session") }
        guard exchange.request.count > 1, exchange.request[1] != MessageCode.vendorDefined.rawValue else { return }
        let sizes = state.connection?.negotiated.sizes ?? NegotiatedSizes()
        let read = try accepted(exchange.request) { bytes throws(WireError) in
            try SPDMRequest.decode(bytes, sizes: sizes)
        }
        try require(read?.length == exchange.request.count, "a request that cannot be read: \(exchange.request)")
        try require(read?.request.code == state.request || state.request == nil, "another request than is said")
    }

    /// What is lost is gone, and nothing else is.
    private func check(_ failure: RequesterFailure) throws(BrokenInvariant) {
        try require(state.isResting, "the operation failed and goes on")
        let isLeft: Bool
        switch failure.loss {
        case .nothing: isLeft = seen.operation == .connect || state.sessions == seen.sessionsBefore
        case .session(let lost): isLeft = state.sessions == seen.sessionsBefore.filter { $0 != lost }
        case .connection: isLeft = state.connection == nil
        }
        try require(isLeft, "\(failure) left \(state.sessions) of \(seen.sessionsBefore)")
    }

    /// An outcome says no more than what was seen.
    private func check(_ outcome: RequesterOutcome) throws(BrokenInvariant) {
        try require(state.isResting, "the operation is done and goes on")
        let isTrue: Bool
        switch outcome {
        case .connected(let negotiated):
            isTrue = state.connection?.negotiated == negotiated && state.sessions.isEmpty
        case .authenticated(_, let proof): isTrue = seen.isKeyKnown && (proof == nil || seen.signatures == 1)
        case .measured(let report): isTrue = report.proofs.count == seen.signatures
        case .sessionOpened(let session):
            isTrue =
                seen.agreed.contains(session.id) && seen.established.contains(session.id)
                && state.sessions == seen.sessionsBefore + [session.id]
        case .keysUpdated(let session): isTrue = seen.updated.contains(session)
        case .sessionEnded(let session): isTrue = !state.sessions.contains(session)
        case .exchanged, .heartbeat, .encapsulatedRequestsAnswered: isTrue = state.sessions == seen.sessionsBefore
        }
        try require(isTrue, "\(outcome) after \(seen)")
    }
}

extension RequesterMachine.Effect {
    /// The result when everything is right; nil for what cryptography has no part in.
    fileprivate func success(_ sizes: NegotiatedSizes) -> RequesterMachine.Result? {
        func bytes(_ count: Int) -> [UInt8] { [UInt8](repeating: 0xA5, count: count) }
        let nonce = Nonce(InlineArray(repeating: 0x5A))
        switch self {
        case .none, .refuse, .fail, .finish, .exchange: return nil
        case .draw(.nonce): return .drew(.nonce(nonce))
        case .draw(.keyShare):
            return .drew(.keyShare(sessionID: 0xFFFF, random: nonce, exchange: bytes(sizes.exchange)))
        case .draw(.pskShare(let size)): return .drew(.pskShare(sessionID: 0xFFFF, context: bytes(size)))
        case .draw(.tags): return .drew(.tags(update: 1, verification: 2))
        case .admitProvisionedKey: return .computed(bytes(sizes.hash))
        case .presentIdentity:
            return .drew(.identity(OwnIdentity(chain: bytes(100), digest: bytes(sizes.hash))))
        case .sign: return .computed(bytes(sizes.requesterSignature))
        case .authenticate: return .computed(bytes(sizes.hash))
        case .verifyChain, .verifySignature, .agree, .derive, .establish, .updateKey: return .succeeded
        }
    }
}
