import SPDM
import SPDMEndpoints
import SPDMVectors
import Testing

@Suite struct `Requester with keys and a hostile responder` {
    /// Lives a recorded run to its first failure, where one response was changed: how it failed, and what is left.
    static func failure(
        _ name: String, of code: MessageCode, change: (inout TransportMessage) -> Void
    ) throws -> (failure: RequesterFailure, sessions: [SessionID])? {
        var responder = try ReplayedResponder(name)
        responder.looks = false
        var requester = try responder.requester()
        for operation in responder.script.operations {
            let step = try perform(operation, &requester, &responder) { if $0 == code { change(&$1) } }
            if case .failed(let failure) = step { return (failure, requester.sessions) }
        }
        return nil
    }

    /// Messages whose every bit counts for the session, and where they can be found.
    struct Place: Sendable, CustomStringConvertible {
        let run: String
        let request: MessageCode
        let stride: Int

        init(_ run: String, _ request: MessageCode, every stride: Int = 1) {
            (self.run, self.request, self.stride) = (run, request, stride)
        }

        var description: String { "\(run), answer to \(String(request.rawValue, radix: 16))h" }
    }

    static let places = [
        Place("min-enc-v1.2", .getVersion), Place("min-enc-v1.2", .getCapabilities),
        Place("min-enc-v1.2", .negotiateAlgorithms), Place("min-enc-v1.2", .keyExchange, every: 5),
        Place("min-enc-v1.2", .finish), Place("min-enc-v1.3", .keyExchange, every: 17),
        Place("min-enc-v1.1", .keyExchange, every: 17), Place("min-hic-v1.2", .keyExchange, every: 17),
        Place("min-hic-v1.2", .finish, every: 3), Place("psk-enc-v1.2", .pskExchange, every: 3),
        Place("psk-enc-v1.2", .pskFinish, every: 3),
        Place("mut-wencap-enc-v1.2", .getEncapsulatedRequest), Place("maconly-v1.2", .finish),
        Place("meas-v1.2", .challenge, every: 11), Place("meas-v1.2", .getMeasurements, every: 53),
        Place("min-enc-v1.2", .getCertificate, every: 97),
    ]

    @Test(arguments: places) func `no session comes about with a bit flipped`(place: Place) throws {
        let code = place.request.response
        var count = 0
        _ = try Self.failure(place.run, of: code) { count = $0.bytes.count }
        let conversation = try ReplayedResponder(place.run).conversation
        let message = try #require(conversation.messages.first { $0.bytes[1] == code.rawValue })
        // In the clear padding follows, which nobody reads; a record's is 24 bytes longer than its message at most.
        let length = message.isSecured ? count - 3 : message.bytes.count
        for index in stride(from: 0, to: length, by: place.stride) {
            let outcome = try Self.failure(place.run, of: code) { $0.bytes[index] ^= 1 << (index % 8) }
            let (failure, sessions) = try #require(outcome, "byte \(index)")
            #expect(sessions.isEmpty, "byte \(index): \(failure)")
        }
    }

    @Test(arguments: RecordedRun.names) func `an answer in the clear to a request in a record ends the session`(
        name: String
    ) throws {
        let outcome = try Self.failure(name, of: MessageCode.endSession.response) {
            $0 = TransportMessage(isSecured: false, bytes: [0x12, 0x7F, 6, 0])
        }
        let (failure, sessions) = try #require(outcome)
        #expect(failure.reason == .unprotected(ErrorMessage(version: .v1_2, code: .decryptError)))
        #expect(failure.isOutcomeUnknown)
        #expect(failure.loss == .session(SessionID(requester: 0xFFFF, responder: 0xFFFF)))
        #expect(sessions.isEmpty)
    }

    @Test func `a record in answer to a request in the clear is refused`() throws {
        let outcome = try Self.failure("min-enc-v1.2", of: MessageCode.keyExchange.response) { $0.isSecured = true }
        let (failure, sessions) = try #require(outcome)
        #expect(failure.reason == .unprotected(nil))
        #expect(failure.loss == .nothing)
        #expect(sessions.isEmpty)
    }

    @Test func `another session's record is refused, and the session goes on`() throws {
        var responder = try ReplayedResponder("hb-keyupd-v1.2")
        var requester = try responder.requester()
        let heartbeat = responder.script.operations.firstIndex {
            if case .heartbeat = $0 { true } else { false }
        }
        for operation in responder.script.operations.prefix(try #require(heartbeat)) {
            _ = try perform(operation, &requester, &responder)
        }
        let session = try #require(requester.sessions.first)
        let step = try perform(.heartbeat(session), &requester, &responder) { $1.bytes[0] ^= 1 }
        guard case .failed(let failure) = step else {
            Issue.record("\(step)")
            return
        }
        #expect(failure.loss == .nothing)
        #expect(failure.isOutcomeUnknown)
        #expect(requester.sessions == [session])
    }

    @Test func `a record that was changed ends the session`() throws {
        let outcome = try Self.failure("hb-keyupd-v1.2", of: MessageCode.heartbeat.response) { $0.bytes[9] ^= 1 }
        let (failure, sessions) = try #require(outcome)
        #expect(failure.reason == .recordNotAuthentic)
        #expect(failure.loss == .session(SessionID(requester: 0xFFFF, responder: 0xFFFF)))
        #expect(sessions.isEmpty)
    }

    @Test(arguments: RecordedRun.names) func `silence at any point leaves no session half open`(name: String) throws {
        let count = try ReplayedResponder(name).conversation.messages.count / 2
        for silent in 0..<min(count, 14) {
            var responder = try ReplayedResponder(name)
            var requester = try responder.requester()
            var answered = 0
            operations: for operation in responder.script.operations {
                var step = requester.begin(operation, at: ReplayedResponder.time)
                while case .send(let message) = step {
                    guard answered < silent else {
                        let pending = requester.pendingRequest
                        let established = requester.sessions
                        guard case .failed(let failure) = requester.noAnswer() else {
                            Issue.record("\(name), \(silent)")
                            return
                        }
                        #expect(failure.reason == .noAnswer)
                        #expect(failure.request == pending)
                        #expect(Set(requester.sessions).isSubset(of: established))
                        #expect(requester.pendingRequest == nil)
                        break operations
                    }
                    step = requester.receive(try responder.answer(message))
                    answered += 1
                }
            }
            #expect(answered == silent)
        }
    }

    @Test func `nothing is sealed beyond a key's limit, and an update is due at half of it`() throws {
        var responder = try ReplayedResponder("hb-keyupd-v1.2")
        var requester = try responder.requester(recordLimit: 8)
        var due: [Bool] = []
        for operation in responder.script.operations {
            let step = try perform(operation, &requester, &responder)
            if case .failed(let failure) = step {
                #expect(failure.reason == .notPossible(.keyExhausted))
                break
            }
            if case .done(.exchanged) = step { due.append(!requester.sessionsDueForKeyUpdate.isEmpty) }
        }
        #expect(due == [false, false, false, true, true, true, true, true])
        #expect(requester.sessions.isEmpty)
    }

    @Test func `what nobody asked for is dropped`() throws {
        var requester = try ReplayedResponder("min-enc-v1.2").requester()
        let nothing = SPDMRequester.Step.failed(RequesterFailure(.getVersion, .notPossible(.nothingAwaited)))
        #expect(requester.receive(TransportMessage(isSecured: false, bytes: [0x10, 4, 0, 0])) == nothing)
        #expect(requester.noAnswer() == nothing)
        #expect(requester.waited() == nothing)
        let refusal = SPDMRequester.Step.failed(RequesterFailure(.heartbeat, .notPossible(.notConnected)))
        #expect(requester.begin(.heartbeat(SessionID(rawValue: 1)), at: 0) == refusal)
    }

    @Test func `a second operation is refused and the first goes on`() throws {
        var responder = try ReplayedResponder("min-enc-v1.2")
        var requester = try responder.requester()
        guard case .send(let first) = requester.begin(.connect, at: ReplayedResponder.time) else {
            Issue.record("nothing sent")
            return
        }
        #expect(
            requester.begin(.connect, at: 0)
                == .failed(RequesterFailure(.getVersion, .notPossible(.operationRunning))))
        var step = requester.receive(try responder.answer(first))
        while case .send(let message) = step { step = requester.receive(try responder.answer(message)) }
        #expect(requester.negotiated?.version == .v1_2)
    }

    @Test func `Busy waits and sends the same again, and what comes meanwhile is dropped`() throws {
        var requester = try ReplayedResponder("min-enc-v1.2").requester()
        let first = requester.begin(.connect, at: 0)
        let busy = TransportMessage(isSecured: false, bytes: [0x10, 0x7F, 3, 0])
        let wait = SPDMRequester.Step.wait(microseconds: 20_000)
        #expect(requester.receive(busy) == wait)
        #expect(requester.pendingRequest == nil)
        #expect(requester.receive(busy) == wait)
        #expect(requester.waited() == first)
        #expect(requester.pendingRequest == .getVersion)
    }

    @Test func `when the transport is gone, so are connection and sessions`() throws {
        var responder = try ReplayedResponder("min-enc-v1.2")
        var requester = try responder.requester()
        for operation in responder.script.operations.prefix(4) {
            _ = try perform(operation, &requester, &responder)
        }
        let session = try #require(requester.sessions.first)
        requester.endAll()
        #expect(requester.sessions.isEmpty)
        #expect(requester.negotiated == nil)
        #expect(requester.identity(of: session) == nil)
        #expect(requester.identity(inSlot: 0) == nil)
    }
}
