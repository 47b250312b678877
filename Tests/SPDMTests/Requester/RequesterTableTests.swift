import SPDM
import SPDMVectors
import Testing

@Suite struct `Requester machine, every state and every result` {
    /// Which kind of result each state waits for.
    static let awaited: [String: Kind] = [
        "awaitingVersion": .answered, "awaitingCapabilities": .answered, "awaitingAlgorithms": .answered,
        "awaitingDigests": .answered, "awaitingCertificate": .answered, "verifyingChain": .succeeded,
        "admittingKey": .computed, "drawingChallenge": .nonce, "awaitingChallengeAuth": .answered,
        "verifyingChallenge": .succeeded, "drawingMeasurementNonce": .nonce, "awaitingMeasurements": .answered,
        "verifyingMeasurements": .succeeded, "drawingKeyShare": .keyShare, "awaitingKeyExchange": .answered,
        "agreeingKeys": .succeeded, "presentingIdentity": .identity, "signingFinish": .computed,
        "authenticatingFinish": .computed, "awaitingFinish": .answered, "establishing": .succeeded,
        "drawingPSKShare": .pskShare, "awaitingPSKExchange": .answered, "derivingPSKKeys": .succeeded,
        "authenticatingPSKFinish": .computed, "awaitingPSKFinish": .answered,
        "awaitingEncapsulatedRequest": .answered, "awaitingEncapsulatedAck": .answered, "drawingTags": .tags,
        "awaitingKeyUpdate": .answered, "switchingKey": .succeeded, "awaitingKeyVerification": .answered,
        "awaitingHeartbeat": .answered, "awaitingVendorResponse": .answered, "awaitingEndSession": .answered,
    ]

    /// The states in which a session is on its way, and is lost when they fail.
    static let handshakes: Set<String> = [
        "agreeingKeys", "presentingIdentity", "signingFinish", "authenticatingFinish", "awaitingFinish", "establishing",
        "derivingPSKKeys", "authenticatingPSKFinish", "awaitingPSKFinish", "awaitingEndSession", "switchingKey",
        "awaitingKeyVerification",
    ]

    enum Kind: CaseIterable {
        case answered, nonce, keyShare, pskShare, tags, identity, computed, succeeded

        var result: RequesterMachine.Result {
            switch self {
            case .answered: .answered([0x12, 0x7E, 0, 0])
            case .nonce: .drew(.nonce(ScriptedResponder.nonce))
            case .keyShare: .drew(.keyShare(sessionID: 1, random: ScriptedResponder.nonce, exchange: []))
            case .pskShare: .drew(.pskShare(sessionID: 1, context: []))
            case .tags: .drew(.tags(update: 1, verification: 2))
            case .identity: .drew(.identity(ScriptedRequester.identity))
            case .computed: .computed([1])
            case .succeeded: .succeeded
            }
        }
    }

    /// One state of each case, as operations pass them.
    static func states() throws -> [String: RequesterMachine.State] {
        var passed: [RequesterMachine.State] = []
        for name in RecordedRun.names {
            var requester = try RecordedRequester(name)
            try requester.live()
            passed += requester.passed.map(\.state)
        }
        var keyed = ScriptedRequester()
        keyed.responder.capabilities.flags.remove(.certificate)
        keyed.responder.capabilities.flags.insert(.publicKeyID)
        _ = try keyed.outcome(.connect)
        _ = try keyed.outcome(.authenticate(slot: 0xFF, challenge: nil))
        passed += keyed.passed.map(\.state)
        return Dictionary(passed.map { ($0.name, $0) }) { first, _ in first }
    }

    @Test func `every state is passed by some operation`() throws {
        #expect(Set(try Self.states().keys) == Set(Self.awaited.keys))
    }

    @Test func `a result that a state does not wait for changes nothing`() throws {
        for (name, state) in try Self.states() {
            for kind in Kind.allCases where kind != Self.awaited[name] {
                let transition = RequesterMachine.step(state, .result(kind.result))
                #expect(transition == RequesterMachine.Transition(state, .none), "\(name), \(kind)")
            }
        }
    }

    @Test func `a result that a state waits for leads on or ends the operation`() throws {
        for (name, state) in try Self.states() {
            let kind = try #require(Self.awaited[name])
            let transition = RequesterMachine.step(state, .result(kind.result))
            #expect(transition.effect != .none, "\(name)")
            #expect(transition.next != state, "\(name)")
        }
    }

    @Test func `resting states take no result`() throws {
        let requester = try ScriptedRequester.authenticated()
        for state in [ScriptedRequester().state, requester.state] {
            for kind in Kind.allCases {
                #expect(
                    RequesterMachine.step(state, .result(kind.result)) == RequesterMachine.Transition(state, .none))
            }
            #expect(
                RequesterMachine.step(state, .result(.failed(.busy))) == RequesterMachine.Transition(state, .none))
        }
    }

    @Test func `a failure ends every operation, and takes along what was on its way`() throws {
        for (name, state) in try Self.states() {
            let transition = RequesterMachine.step(state, .result(.failed(.busy)))
            guard case .fail(let failure) = transition.effect else {
                Issue.record("\(name): \(transition.effect)")
                continue
            }
            #expect(failure.reason == .busy)
            #expect(transition.next.isResting, "\(name)")
            let isNegotiating = ["awaitingVersion", "awaitingCapabilities", "awaitingAlgorithms"].contains(name)
            let isHandshake = Self.handshakes.contains(name) || name.hasPrefix("awaitingEncapsulated")
            switch failure.loss {
            case .connection: #expect(isNegotiating, "\(name)")
            case .session(let session):
                #expect(isHandshake, "\(name)")
                #expect(!transition.next.sessions.contains(session))
                #expect(state.sessions.contains(session))
            case .nothing: #expect(!isNegotiating && !isHandshake, "\(name)")
            }
        }
    }

    @Test func `RequestResynch ends the connection, whatever was asked`() throws {
        let resynch = ErrorMessage(version: .v1_2, code: .requestResynch)
        for (name, state) in try Self.states() where Self.awaited[name] == .answered {
            let transition = RequesterMachine.step(state, .result(.failed(.refused(resynch))))
            guard case .fail(let failure) = transition.effect else {
                Issue.record("\(name): \(transition.effect)")
                continue
            }
            #expect(failure.loss == .connection, "\(name)")
            #expect(transition.next.connection == nil)
        }
    }

    @Test func `another operation is refused while one runs, and changes nothing`() throws {
        for (name, state) in try Self.states() {
            for operation in [RequesterOperation.connect, .heartbeat(SessionID(rawValue: 1))] {
                let transition = RequesterMachine.step(state, .begin(operation))
                guard case .refuse(let failure) = transition.effect else {
                    Issue.record("\(name): \(transition.effect)")
                    continue
                }
                #expect(failure.reason == .notPossible(.operationRunning))
                #expect(transition.next == state)
            }
        }
    }

    @Test func `when the transport closes, every state ends disconnected`() throws {
        for (name, state) in try Self.states() {
            let transition = RequesterMachine.step(state, .closed)
            guard case .fail(let failure) = transition.effect else {
                Issue.record("\(name): \(transition.effect)")
                continue
            }
            #expect(failure.reason == .closed)
            #expect(failure.loss == .connection)
            #expect(transition.next.name == "disconnected")
        }
        let connected = try ScriptedRequester.authenticated().state
        #expect(RequesterMachine.step(connected, .closed).effect == .none)
        #expect(RequesterMachine.step(connected, .closed).next.name == "disconnected")
    }
}
