import OpenSSLCrypto
import SPDM
import SPDMEndpoints
import SPDMVectors
import Testing

@Suite struct `SPDMResponder and recorded runs` {
    /// A time at which the recorded certificates are valid: 2026-01-01.
    static let time: Int64 = 1_767_225_600

    static func message(_ step: RecordedRun.Step) throws -> TransportMessage? {
        let object = try DOEObject.decode(step.object.span)
        guard object.type != .discovery else { return nil }
        return TransportMessage(isSecured: object.type == .securedSPDM, bytes: Array(step.object[object.payload]))
    }

    @Test(arguments: RecordedRun.names) func `every response is the recorded one, bit for bit`(name: String) throws {
        let run = try RecordedRun(name)
        let conversation = try Conversation(run)
        var responder = SPDMResponder(
            try ResponderSettings(run, conversation), chance: try RecordedChance(run, conversation))
        var request: TransportMessage?
        var responses = 0
        for step in run.steps {
            guard let message = try Self.message(step) else { continue }
            if step.isRequest {
                request = message
                continue
            }
            var output = responder.receive(try #require(request), at: Self.time)
            if case .vendorRequest(_, let session) = output {
                #expect(session == SessionID(requester: 0xFFFF, responder: 0xFFFF))
                output = responder.answer(vendorResponse: try #require(step.inside).message)
            }
            guard case .answer(let answer) = output else {
                Issue.record("no answer to \(String(describing: request))")
                return
            }
            let padding = message.bytes.dropFirst(answer.bytes.count)
            #expect(answer.isSecured == message.isSecured, "response \(responses)")
            #expect(answer.bytes == Array(message.bytes.prefix(answer.bytes.count)), "response \(responses)")
            #expect(padding.count < 4 && padding.allSatisfy { $0 == 0 }, "response \(responses)")
            responses += 1
        }
        #expect(responses == run.steps.count / 2 - 3)
        #expect(responder.takeEstablishedSessions() == [SessionID(requester: 0xFFFF, responder: 0xFFFF)])
        #expect(responder.takeEndedSessions() == [SessionID(requester: 0xFFFF, responder: 0xFFFF)])
        #expect(responder.sessions.isEmpty)
    }

    @Test(arguments: RecordedRun.names) func `every request with a bit flipped gets no recorded response`(
        name: String
    ) throws {
        let run = try RecordedRun(name)
        let conversation = try Conversation(run)
        let settings = try ResponderSettings(run, conversation)
        let steps = Array(run.steps.dropFirst(6))
        // FINISH or PSK_FINISH: the first record, or in the clear the first FINISH; and the record behind it.
        let finish = try #require(
            steps.firstIndex { step in
                step.isRequest && (step.inside != nil || step.object[9] == MessageCode.finish.rawValue)
            })
        for target in [finish, finish + 2] where steps[target].isRequest {
            let bytes = try #require(try Self.message(steps[target])).bytes
            for place in stride(from: 0, to: bytes.count - 3, by: 5) {
                var responder = SPDMResponder(settings, chance: try RecordedChance(run, conversation))
                for step in steps[..<target] where step.isRequest {
                    let output = responder.receive(try #require(try Self.message(step)), at: Self.time)
                    guard case .answer = output else { Issue.record("no answer"); return }
                }
                var flipped = try #require(try Self.message(steps[target]))
                flipped.bytes[place] ^= 1
                let output = responder.receive(flipped, at: Self.time)
                guard case .answer(let answer) = output else {
                    #expect(output == .nothing)
                    continue
                }
                let expected = try #require(try Self.message(steps[target + 1])).bytes
                #expect(answer.bytes != Array(expected.prefix(answer.bytes.count)), "byte \(place) of \(target)")
                // Outside a record no session's content, and no session where its handshake was changed.
                if target == finish { #expect(responder.sessions.isEmpty, "byte \(place)") }
            }
        }
    }
}
