import SPDM
import Testing

/// A requester machine whose effects are taken as done: what is random is counted up, what is checked is right.
struct ScriptedRequester {
    var state: RequesterMachine.State
    var responder = ScriptedResponder()
    /// Every state that waited for a result, with the result that came.
    private(set) var passed: [(state: RequesterMachine.State, result: RequesterMachine.Result)] = []
    /// The effects since the last operation began.
    private(set) var effects: [RequesterMachine.Effect] = []
    /// Halves of session IDs that are drawn next.
    var halves: [UInt16] = []
    /// Requests that get no answer but this result; the first that matches is used up.
    var results: [MessageCode: RequesterMachine.Result] = [:]
    /// Changes to a response before it is read.
    var change: (MessageCode, inout [UInt8]) -> Void = { _, _ in }

    static let flags: CapabilityFlags = [
        .certificate, .encrypt, .mac, .mutualAuthentication, .keyExchange, .psk, .encapsulated, .heartbeat, .keyUpdate,
        .chunk,
    ]
    static let identity = OwnIdentity(
        chain: [UInt8](repeating: 0xC0, count: 50), digest: ScriptedResponder.digest(0x0D))

    init(
        versions: [SPDMVersion] = [.v1_2], adding flags: CapabilityFlags = [], without missing: CapabilityFlags = [],
        transferSize: UInt32 = 0x1000, prefersSeveralKeys: Bool = false
    ) {
        var policy = AlgorithmPolicy.tolerant
        policy.versions = versions
        state = RequesterMachine.initial(
            RequesterOffer(
                policy: policy,
                capabilities: EndpointCapabilities(
                    flags: Self.flags.union(flags).subtracting(missing), dataTransferSize: transferSize,
                    maximumMessageSize: 0x1_0000),
                prefersSeveralKeys: prefersSeveralKeys))
    }

    /// A requester on a connection, to whom somebody vouched for slot 0.
    static func authenticated(
        versions: [SPDMVersion] = [.v1_2], adding flags: CapabilityFlags = [], prefersSeveralKeys: Bool = false,
        _ prepare: (inout ScriptedResponder) -> Void = { _ in }
    ) throws -> ScriptedRequester {
        var requester = ScriptedRequester(versions: versions, adding: flags, prefersSeveralKeys: prefersSeveralKeys)
        prepare(&requester.responder)
        _ = try #require(try requester.outcome(.connect))
        _ = try #require(try requester.outcome(.authenticate(slot: 0, challenge: nil)))
        return requester
    }

    /// A requester on a connection whose public key responders have, so that it has no certificates.
    static func knownByKey(_ prepare: (inout ScriptedResponder) -> Void) throws -> ScriptedRequester {
        var requester = ScriptedRequester(adding: .publicKeyID, without: .certificate)
        prepare(&requester.responder)
        _ = try #require(try requester.outcome(.connect))
        _ = try #require(try requester.outcome(.authenticate(slot: 0, challenge: nil)))
        return requester
    }

    /// A requester with a session.
    static func inSession(
        versions: [SPDMVersion] = [.v1_2], adding flags: CapabilityFlags = [],
        _ prepare: (inout ScriptedResponder) -> Void = { _ in }
    ) throws -> (ScriptedRequester, SessionID) {
        var requester = try authenticated(versions: versions, adding: flags, prepare)
        guard case .sessionOpened(let session)? = try requester.outcome(.openSession(SessionWish(.slot(0)))) else {
            throw ScriptedRequester.NoSession()
        }
        return (requester, session.id)
    }

    struct NoSession: Error {}

    /// Runs an operation to its end; the last effect.
    mutating func perform(_ operation: RequesterOperation) throws -> RequesterMachine.Effect {
        effects = []
        var transition = RequesterMachine.step(state, .begin(operation))
        while true {
            state = transition.next
            effects.append(transition.effect)
            guard let result = try result(of: transition.effect) else { return transition.effect }
            passed.append((state, result))
            transition = RequesterMachine.step(state, .result(result))
        }
    }

    /// What an operation comes to; nil when it fails.
    mutating func outcome(_ operation: RequesterOperation) throws -> RequesterOutcome? {
        if case .finish(let outcome) = try perform(operation) { return outcome }
        return nil
    }

    /// How an operation fails; nil when it does not.
    mutating func failure(_ operation: RequesterOperation) throws -> RequesterFailure? {
        switch try perform(operation) {
        case .fail(let failure), .refuse(let failure):
            #expect(state.isResting)
            return failure
        default: return nil
        }
    }

    /// The requests since the last operation began.
    var requests: [RequesterMachine.Exchange] {
        effects.compactMap { effect in
            if case .exchange(let exchange) = effect { return exchange }
            return nil
        }
    }

    private mutating func result(of effect: RequesterMachine.Effect) throws -> RequesterMachine.Result? {
        switch effect {
        case .none, .refuse, .fail, .finish: return nil
        case .exchange(let exchange):
            let code = MessageCode(rawValue: exchange.request[1])
            if let result = results.removeValue(forKey: code) { return result }
            var response = try responder.answer(exchange.request)
            change(code, &response)
            if response[1] == 0x7F { return .failed(.refused(try ErrorMessage(decoding: response.span))) }
            return .answered(response)
        case .draw(let draw): return .drew(drawn(draw))
        case .verifyChain, .verifySignature, .agree, .derive, .establish, .updateKey: return .succeeded
        case .admitProvisionedKey: return .computed(ScriptedResponder.digest(0xFF))
        case .presentIdentity: return .drew(.identity(Self.identity))
        case .sign: return .computed(Array(ScriptedResponder.signature))
        case .authenticate: return .computed(Array(ScriptedResponder.verifyData))
        }
    }

    private mutating func drawn(_ draw: RequesterMachine.Draw) -> RequesterMachine.Drawn {
        let half = halves.isEmpty ? 0xCAFE : halves.removeFirst()
        return switch draw {
        case .nonce: .nonce(ScriptedResponder.nonce)
        case .keyShare:
            .keyShare(
                sessionID: half, random: ScriptedResponder.nonce, exchange: [UInt8](repeating: 0xE0, count: 64))
        case .pskShare(let size): .pskShare(sessionID: half, context: [UInt8](repeating: 0xC1, count: size))
        case .tags: .tags(update: 0xA0, verification: 0xA1)
        }
    }
}
