import SPDM
import Testing

@Suite struct `Requester machine, services of a session` {
    // MARK: Key update

    @Test(arguments: [KeyUpdate.Operation.updateKey, .updateAllKeys])
    func `a key update is confirmed under the new key`(operation: KeyUpdate.Operation) throws {
        var (requester, session) = try ScriptedRequester.inSession()
        #expect(try requester.outcome(.updateKeys(session, operation)) == .keysUpdated(session))
        #expect(
            requester.requests.map(\.request) == [[0x12, 0xE9, operation.rawValue, 0xA0], [0x12, 0xE9, 3, 0xA1]])
        #expect(requester.requests.map(\.isAcrossUpdate) == [operation == .updateAllKeys, false])
        let updates = requester.effects.filter { $0 == .updateKey(session) }
        #expect(updates.count == 1)
    }

    @Test func `a refused key update leaves the session, any doubt ends it`() throws {
        let refusal = ErrorMessage(version: .v1_2, code: .invalidRequest)
        for (reason, isLost) in [
            (RequesterFailure.Reason.refused(refusal), false), (.busy, false), (.noAnswer, true),
            (.recordNotAuthentic, true),
        ] {
            var (requester, session) = try ScriptedRequester.inSession()
            requester.results[.keyUpdate] = .failed(reason)
            let failure = try #require(try requester.failure(.updateKeys(session, .updateAllKeys)))
            #expect(failure.loss == (isLost ? .session(session) : .nothing), "\(reason)")
            #expect(requester.state.sessions.isEmpty == isLost)
        }
    }

    @Test(arguments: [(2, UInt8(1), "KeyOperation"), (3, 0, "Tag")])
    func `an acknowledgement of something else ends the session`(offset: Int, byte: UInt8, field: String) throws {
        for nth in 0..<2 {
            var (requester, session) = try ScriptedRequester.inSession()
            var count = 0
            requester.change = { code, response in
                guard code == .keyUpdate else { return }
                if count == nth { response[offset] = byte }
                count += 1
            }
            let failure = try #require(try requester.failure(.updateKeys(session, .updateAllKeys)))
            guard case .unexpected(field, _, _) = failure.reason else {
                Issue.record("\(failure)")
                return
            }
            #expect(failure.loss == .session(session))
        }
    }

    @Test func `keys are not updated where an end cannot, nor by an operation that is none`() throws {
        var (requester, session) = try ScriptedRequester.inSession()
        #expect(try requester.failure(.updateKeys(session, .verifyNewKey))?.reason == .notPossible(.message))
        (requester, session) = try ScriptedRequester.inSession { $0.capabilities.flags.remove(.keyUpdate) }
        #expect(
            try requester.failure(.updateKeys(session, .updateKey))?.reason
                == .notPossible(.capability(.keyUpdate)))
        let other = SessionID(rawValue: 1)
        #expect(try requester.failure(.updateKeys(other, .updateKey))?.reason == .notPossible(.noSession(other)))
    }

    // MARK: Encapsulated requests

    @Test(arguments: [SPDMVersion.v1_2, .v1_3]) func `nothing pending is no failure`(version: SPDMVersion) throws {
        var (requester, session) = try ScriptedRequester.inSession(versions: [version])
        #expect(
            try requester.outcome(.answerEncapsulated(session)) == .encapsulatedRequestsAnswered(session, 0))
    }

    @Test func `the responder's key update is answered, and read under its new key`() throws {
        var (requester, session) = try ScriptedRequester.inSession()
        requester.responder.encapsulated = [[0x12, 0xE9, 1, 0x33], [0x12, 0xE9, 3, 0x34]]
        #expect(
            try requester.outcome(.answerEncapsulated(session)) == .encapsulatedRequestsAnswered(session, 2))
        #expect(
            requester.requests.map(\.request) == [
                [0x12, 0xEA, 0, 0], [0x12, 0xEB, 1, 0, 0x12, 0x69, 1, 0x33], [0x12, 0xEB, 2, 0, 0x12, 0x69, 3, 0x34],
            ])
        #expect(requester.requests.map(\.isAcrossUpdate) == [false, true, false])
    }

    @Test func `a key update that is not confirmed ends the session`() throws {
        var (requester, session) = try ScriptedRequester.inSession()
        requester.responder.encapsulated = [[0x12, 0xE9, 1, 0x33]]
        let failure = try requester.failure(.answerEncapsulated(session))
        #expect(failure?.loss == .session(session))
    }

    @Test(
        arguments: [
            ([0x12, 0xE9, 2, 0], [0x12, 0x7F, 1, 0]), ([0x12, 0xE9, 3, 0], [0x12, 0x7F, 1, 0]),
            ([0x12, 0x81, 0, 0], [0x12, 0x7F, 4, 0]), ([0x12, 0xE8, 0, 0], [0x12, 0x7F, 4, 0]),
            ([0x13, 0xE9, 1, 0], [0x12, 0x7F, 0x41, 0]), ([0x12, 0x99, 1, 0], [0x12, 0x7F, 1, 0]),
            ([0x12, 0x82, 0], [0x12, 0x7F, 1, 0]),
        ] as [([UInt8], [UInt8])])
    func `what the responder may not ask in a session is answered by ERROR`(request: [UInt8], answer: [UInt8]) throws {
        var (requester, session) = try ScriptedRequester.inSession()
        requester.responder.encapsulated = [request]
        #expect(
            try requester.outcome(.answerEncapsulated(session)) == .encapsulatedRequestsAnswered(session, 1))
        #expect(requester.requests.last?.request.dropFirst(4) == answer[...])
        #expect(requester.state.sessions == [session])
    }

    @Test func `an acknowledgement of another request is refused`() throws {
        var (requester, session) = try ScriptedRequester.inSession()
        requester.responder.encapsulated = [[0x12, 0xE8, 0, 0]]
        requester.change = { code, response in if code == .deliverEncapsulatedResponse { response[4] = 9 } }
        #expect(
            try requester.failure(.answerEncapsulated(session))?.reason
                == .unexpected(field: "AckRequestID", expected: "1", seen: "9"))
    }

    @Test func `a responder that never stops asking is left`() throws {
        var (requester, session) = try ScriptedRequester.inSession()
        requester.responder.encapsulated = [[UInt8]](repeating: [0x12, 0xE8, 0, 0], count: 5000)
        #expect(try requester.failure(.answerEncapsulated(session)) != nil)
        #expect(requester.requests.count == 4097)
    }

    @Test func `encapsulated requests need ENCAP_CAP and a session`() throws {
        var (requester, session) = try ScriptedRequester.inSession { $0.capabilities.flags.remove(.encapsulated) }
        #expect(
            try requester.failure(.answerEncapsulated(session))?.reason == .notPossible(.capability(.encapsulated)))
        let other = SessionID(rawValue: 1)
        #expect(try requester.failure(.answerEncapsulated(other))?.reason == .notPossible(.noSession(other)))
    }

    // MARK: Heartbeat, vendor-defined messages, end

    @Test func `a heartbeat is refused where an end has none, and its failure leaves the session`() throws {
        var (requester, session) = try ScriptedRequester.inSession()
        requester.results[.heartbeat] = .failed(.noAnswer)
        let failure = try #require(try requester.failure(.heartbeat(session)))
        #expect(failure.loss == .nothing)
        #expect(failure.isOutcomeUnknown)
        #expect(requester.state.sessions == [session])
        for hasFlag in [true, false] {
            (requester, session) = try ScriptedRequester.inSession {
                $0.heartbeatPeriod = 0
                if !hasFlag { $0.capabilities.flags.remove(.heartbeat) }
            }
            #expect(try requester.failure(.heartbeat(session))?.reason == .notPossible(.capability(.heartbeat)))
        }
    }

    @Test func `vendor-defined messages pass as they are`() throws {
        var (requester, session) = try ScriptedRequester.inSession()
        let message: [UInt8] = [0x12, 0xFE, 0, 0, 1, 2, 3]
        let operation = RequesterOperation.exchange(vendorDefined: message, in: session)
        #expect(try requester.outcome(operation) == .exchanged([0x12, 0x7E, 0, 0, 9]))
        #expect(requester.requests.map(\.request) == [message])
        #expect(requester.requests.map(\.session) == [session])
    }

    @Test(arguments: [[0x12, 0xFE, 0], [0x13, 0xFE, 0, 0], [0x12, 0xE8, 0, 0]] as [[UInt8]])
    func `what is no vendor-defined message of this version is not sent`(message: [UInt8]) throws {
        var (requester, session) = try ScriptedRequester.inSession()
        #expect(
            try requester.failure(.exchange(vendorDefined: message, in: session))?.reason == .notPossible(.message))
        let other = SessionID(rawValue: 1)
        #expect(
            try requester.failure(.exchange(vendorDefined: message, in: other))?.reason
                == .notPossible(.noSession(other)))
    }

    @Test func `ERRORs that say so end the session`() throws {
        for (code, isLost) in [
            (ErrorMessage.Code.decryptError, true), (.invalidSession, true), (.invalidRequest, false),
            (.unsupportedRequest, false),
        ] {
            var (requester, session) = try ScriptedRequester.inSession()
            requester.results[.vendorDefined] = .failed(.refused(ErrorMessage(version: .v1_2, code: code)))
            let operation = RequesterOperation.exchange(vendorDefined: [0x12, 0xFE, 0, 0], in: session)
            let failure = try #require(try requester.failure(operation))
            #expect(failure.loss == (isLost ? .session(session) : .nothing))
            #expect(!failure.isOutcomeUnknown)
        }
    }

    @Test func `a library that fails and keys that are gone end the session, no answer does not`() throws {
        let (_, gone) = try ScriptedRequester.inSession()
        for (reason, isLost) in [
            (RequesterFailure.Reason.crypto("no memory"), true), (.notPossible(.noSession(gone)), true),
            (.notPossible(.keyExhausted), true), (.noAnswer, false), (.notPossible(.noKey), false),
        ] {
            var (requester, session) = try ScriptedRequester.inSession()
            requester.results[.vendorDefined] = .failed(reason)
            let failure = try requester.failure(.exchange(vendorDefined: [0x12, 0xFE, 0, 0], in: session))
            #expect(failure?.reason == reason)
            #expect(failure?.loss == (isLost ? .session(session) : .nothing))
            #expect(requester.state.sessions == (isLost ? [] : [session]))
            #expect(requester.state.connection != nil)
        }
    }

    @Test func `whatever END_SESSION is answered, the session is over`() throws {
        for reason in [RequesterFailure.Reason.noAnswer, .busy, .crypto("")] {
            var (requester, session) = try ScriptedRequester.inSession()
            requester.results[.endSession] = .failed(reason)
            let failure = try requester.failure(.endSession(session, clearsNegotiatedState: false))
            #expect(failure?.loss == .session(session))
            #expect(requester.state.sessions.isEmpty)
            #expect(requester.state.connection != nil)
        }
    }
}
