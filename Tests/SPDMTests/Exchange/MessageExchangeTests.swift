import SPDM
import Testing
import WireBytes

@Suite struct `Exchange of one message` {
    typealias Machine = MessageExchange

    static let heartbeat: [UInt8] = [0x12, 0xE8, 0, 0]
    static let ack: [UInt8] = [0x12, 0x68, 0, 0]
    static let busy: [UInt8] = [0x12, 0x7F, 0x03, 0]
    static let chunked = ExchangeTerms(
        peerTransferSize: 42, peerMessageSize: 200, messageSize: 200, hasChunks: true, handle: 7,
        patience: ExchangeTerms.Patience(busyAnswers: 2, busyDelay: 50, notReadyAnswers: 2, greatestDelayExponent: 10))
    static let large: [UInt8] = [0x12, 0xFE, 0, 0] + (4..<80).map { UInt8($0) }

    static func notReady(_ exponent: UInt8, _ code: MessageCode = .heartbeat, token: UInt8 = 9) -> [UInt8] {
        [0x12, 0x7F, 0x42, 0, exponent, code.rawValue, token, 2]
    }

    /// Feeds events and says what was done about each.
    static func run(
        _ request: [UInt8], _ events: [Machine.Event], terms: ExchangeTerms = chunked
    ) -> (effects: [Machine.Effect], state: Machine.State) {
        var transition = Machine.begin(request, terms)
        var effects = [transition.effect]
        for event in events {
            transition = Machine.step(transition.next, event)
            effects.append(transition.effect)
        }
        return (effects, transition.next)
    }

    static func failure(_ request: [UInt8], _ events: [Machine.Event]) -> RequesterFailure.Reason? {
        let (effects, state) = run(request, events)
        guard case .fail(let reason)? = effects.last, state == .over else { return nil }
        return reason
    }

    @Test func `a request is sent whole and its response delivered with its padding`() {
        let (effects, state) = Self.run(Self.heartbeat, [.received(Self.ack + [0, 0])])
        #expect(effects == [.send(Self.heartbeat), .deliver(Self.ack + [0, 0])])
        #expect(state == .over)
    }

    @Test func `a request without a header is not sent`() {
        #expect(Machine.begin([0x12, 0xE8, 0], Self.chunked).next == .over)
    }

    @Test func `what does not belong to a state changes nothing`() {
        let sent = Machine.begin(Self.heartbeat, Self.chunked).next
        #expect(Machine.step(sent, .waited) == Machine.Transition(sent, .none))
        let paused = Machine.step(sent, .received(Self.busy)).next
        #expect(Machine.step(paused, .received(Self.ack)) == Machine.Transition(paused, .none))
        for event in [Machine.Event.received(Self.ack), .waited, .noAnswer] {
            #expect(Machine.step(.over, event) == Machine.Transition(.over, .none))
        }
    }

    @Test func `no answer ends the exchange, also during a wait`() {
        #expect(Self.failure(Self.heartbeat, [.noAnswer]) == .noAnswer)
        #expect(Self.failure(Self.heartbeat, [.received(Self.busy), .noAnswer]) == .noAnswer)
    }

    @Test func `Busy brings the same request again until patience ends`() {
        let (effects, state) = Self.run(
            Self.heartbeat,
            [.received(Self.busy), .waited, .received(Self.busy), .waited, .received(Self.busy)])
        let sent = Machine.Effect.send(Self.heartbeat)
        #expect(
            effects == [sent, .wait(microseconds: 50), sent, .wait(microseconds: 50), sent, .fail(.busy)])
        #expect(state == .over)
    }

    @Test func `ResponseNotReady brings RESPOND_IF_READY after the time it says`() {
        let events: [Machine.Event] = [
            .received(Self.notReady(3)), .waited, .received(Self.notReady(10, token: 1)), .waited, .received(Self.ack),
        ]
        let (effects, _) = Self.run(Self.heartbeat, events)
        #expect(
            effects == [
                .send(Self.heartbeat), .wait(microseconds: 8), .send([0x12, 0xFF, 0xE8, 9]),
                .wait(microseconds: 1024), .send([0x12, 0xFF, 0xE8, 1]), .deliver(Self.ack),
            ])
    }

    @Test func `Busy to RESPOND_IF_READY brings RESPOND_IF_READY again`() {
        let (effects, _) = Self.run(
            Self.heartbeat, [.received(Self.notReady(0)), .waited, .received(Self.busy), .waited])
        #expect(effects.last == .send([0x12, 0xFF, 0xE8, 9]))
    }

    @Test func `a response that is never ready, or too late, or another one, ends the exchange`() {
        let again = [Machine.Event.received(Self.notReady(0)), .waited]
        #expect(Self.failure(Self.heartbeat, again + again + [.received(Self.notReady(0))]) == .notReady)
        #expect(Self.failure(Self.heartbeat, [.received(Self.notReady(11))]) == .notReady)
        #expect(Self.failure(Self.heartbeat, [.received(Self.notReady(0xFF))]) == .notReady)
        #expect(
            Self.failure(Self.heartbeat, [.received(Self.notReady(1, .challenge))])
                == .unexpected(field: "RequestCode", expected: "232", seen: "131"))
    }

    @Test func `another version, another code and half a header are refused`() {
        #expect(
            Self.failure(Self.heartbeat, [.received([0x11, 0x68, 0, 0])])
                == .unexpected(field: "SPDMVersion", expected: "18", seen: "17"))
        #expect(
            Self.failure(Self.heartbeat, [.received([0x12, 0x69, 0, 0])])
                == .unexpected(field: "RequestResponseCode", expected: "104", seen: "105"))
        for count in 0..<4 {
            #expect(
                Self.failure(Self.heartbeat, [.received(Array(Self.ack.prefix(count)))])
                    == .malformed(WireError(.truncated, at: count, in: Self.headerFields[count])))
        }
    }

    static let headerFields = ["SPDMVersion", "RequestResponseCode", "Param1", "Param2"]

    @Test(arguments: [0x01, 0x02, 0x04, 0x05, 0x06, 0x07, 0x08, 0x0A, 0x0B, 0x0C, 0x0E, 0x10, 0x11, 0x41, 0x43])
    func `every other ERROR is told as it is`(code: UInt8) {
        let error = ErrorMessage(version: .v1_2, code: ErrorMessage.Code(rawValue: code), data: 5)
        #expect(Self.failure(Self.heartbeat, [.received(error.encoded())]) == .refused(error))
    }

    @Test func `a response that is too large is refused with its size`() {
        let error = ErrorMessage(version: .v1_2, responseTooLarge: 70_000)
        let failure = Self.failure(Self.heartbeat, [.received(error.encoded())])
        #expect(failure == .refused(error))
        #expect(failure.map { "\($0)" } == "refused with ERROR ResponseTooLarge (0Dh): the response has 70000 bytes")
    }

    @Test(arguments: [(0x42, "RDTExponent"), (0x0D, "ActualSize"), (0x0F, "Handle")])
    func `an ERROR without its extended data is malformed`(code: UInt8, field: String) {
        #expect(
            Self.failure(Self.heartbeat, [.received([0x12, 0x7F, code, 0])])
                == .malformed(WireError(.truncated, at: 4, in: field)))
    }
}

// MARK: - Large requests

extension `Exchange of one message` {
    static func sendAck(_ sequence: UInt8, _ response: [UInt8] = [], handle: UInt8 = 7, early: Bool = false) -> [UInt8]
    {
        [0x12, 0x05, early ? 1 : 0, handle, sequence, 0] + response
    }

    static let response: [UInt8] = [0x12, 0x7E, 0, 0, 1, 2]
    static let acks: [Machine.Event] = [.received(sendAck(0)), .received(sendAck(1))]

    @Test func `a large request goes in chunks, and the last acknowledgement has its response`() {
        let (effects, _) = Self.run(Self.large, Self.acks + [.received(Self.sendAck(2, Self.response))])
        let first: [UInt8] = [0x12, 0x85, 0, 7, 0, 0, 0, 0, 26, 0, 0, 0, 80, 0, 0, 0]
        let second: [UInt8] = [0x12, 0x85, 0, 7, 1, 0, 0, 0, 30, 0, 0, 0]
        let third: [UInt8] = [0x12, 0x85, 1, 7, 2, 0, 0, 0, 24, 0, 0, 0]
        #expect(effects[0] == .send(first + Self.large[..<26]))
        #expect(effects[1] == .send(second + Self.large[26..<56]))
        #expect(effects[2] == .send(third + Self.large[56...]))
        #expect(effects[3] == .deliver(Self.response))
    }

    @Test func `a request of the transfer size goes whole`() {
        let request = Array(Self.large.prefix(42))
        #expect(Machine.begin(request, Self.chunked).effect == .send(request))
    }

    @Test func `a large request is refused without chunks, above MaxSPDMmsgSize, and for too small a transfer size`() {
        var terms = Self.chunked
        terms.hasChunks = false
        #expect(Machine.begin(Self.large, terms).effect == .fail(.requestTooLarge(80)))
        terms = Self.chunked
        terms.peerMessageSize = 79
        #expect(Machine.begin(Self.large, terms).effect == .fail(.requestTooLarge(80)))
        terms = Self.chunked
        terms.peerTransferSize = 41
        #expect(Machine.begin(Self.large, terms).effect == .fail(.requestTooLarge(80)))
    }

    @Test func `Busy in between brings the same chunk again`() {
        let (effects, _) = Self.run(Self.large, [Self.acks[0], .received(Self.busy), .waited])
        #expect(effects[1] == effects[3])
        #expect(effects[2] == .wait(microseconds: 50))
    }

    @Test func `Busy as the response to the whole brings it again under another handle`() {
        let (effects, _) = Self.run(Self.large, Self.acks + [.received(Self.sendAck(2, Self.busy)), .waited])
        #expect(effects[3] == .wait(microseconds: 50))
        let again: [UInt8] = [0x12, 0x85, 0, 8, 0, 0, 0, 0, 26, 0, 0, 0, 80, 0, 0, 0]
        #expect(effects[4] == .send(again + Self.large[..<26]))
    }

    @Test func `ResponseNotReady to the whole brings RESPOND_IF_READY`() {
        let later = Self.sendAck(2, Self.notReady(2, .vendorDefined))
        let (effects, _) = Self.run(Self.large, Self.acks + [.received(later), .waited, .received(Self.response)])
        #expect(effects.suffix(3) == [.wait(microseconds: 4), .send([0x12, 0xFF, 0xFE, 9]), .deliver(Self.response)])
    }

    @Test func `another handle or number, an early error and an ERROR end it`() {
        #expect(
            Self.failure(Self.large, [.received(Self.sendAck(0, handle: 8))])
                == .unexpected(field: "Handle", expected: "7", seen: "8"))
        #expect(
            Self.failure(Self.large, [.received(Self.sendAck(1))])
                == .unexpected(field: "ChunkSeqNo", expected: "0", seen: "1"))
        let error = ErrorMessage(version: .v1_2, code: .invalidRequest)
        #expect(
            Self.failure(Self.large, [.received(Self.sendAck(0, error.encoded(), early: true))]) == .refused(error))
        #expect(
            Self.failure(Self.large, [.received(Self.sendAck(0, Self.response, early: true))])
                == .malformed(WireError(.unexpectedType, at: 1, in: "RequestResponseCode")))
        #expect(Self.failure(Self.large, [.received(error.encoded())]) == .refused(error))
        #expect(Self.failure(Self.large, [.received(Self.notReady(0, .vendorDefined))]) != nil)
        #expect(Self.failure(Self.large, [.received([0x12, 0x7F, 0x0F, 0, 3])]) != nil)
    }
}

// MARK: - Large responses

extension `Exchange of one message` {
    static let announcement: [UInt8] = [0x12, 0x7F, 0x0F, 0, 3]
    static let request: [UInt8] = [0x12, 0xFE, 0, 0]
    static let answer: [UInt8] = [0x12, 0x7E, 0, 0] + (4..<70).map { UInt8($0) }

    static func chunk(
        _ sequence: UInt8, _ bytes: ArraySlice<UInt8>, size: UInt8? = nil, last: Bool = false, handle: UInt8 = 3
    ) -> Machine.Event {
        let total: [UInt8] = size.map { [$0, 0, 0, 0] } ?? []
        let header: [UInt8] = [0x12, 0x06, last ? 1 : 0, handle, sequence, 0, 0, 0, UInt8(bytes.count), 0, 0, 0]
        return .received(header + total + bytes)
    }

    static let chunks = [
        chunk(0, answer[..<26], size: 70), chunk(1, answer[26..<56]), chunk(2, answer[56...], last: true),
    ]

    @Test func `a large response is fetched chunk by chunk`() {
        let (effects, _) = Self.run(Self.request, [.received(Self.announcement)] + Self.chunks)
        #expect(
            effects == [
                .send(Self.request), .send([0x12, 0x86, 0, 3, 0, 0]), .send([0x12, 0x86, 0, 3, 1, 0]),
                .send([0x12, 0x86, 0, 3, 2, 0]), .deliver(Self.answer),
            ])
    }

    @Test func `a large request can have a large response, announced in place of the acknowledgement or inside it`() {
        for last in [Self.announcement, Self.sendAck(2, Self.announcement)] {
            let (effects, _) = Self.run(Self.large, Self.acks + [.received(last)] + Self.chunks)
            #expect(effects.last == .deliver(Self.answer))
        }
    }

    @Test func `Busy in between brings the same demand again`() {
        let (effects, _) = Self.run(
            Self.request, [.received(Self.announcement), Self.chunks[0], .received(Self.busy), .waited])
        #expect(effects.last == .send([0x12, 0x86, 0, 3, 1, 0]))
    }

    @Test func `without CHUNK_CAP a large response is a refusal`() {
        var terms = Self.chunked
        terms.hasChunks = false
        let (effects, _) = Self.run(Self.request, [.received(Self.announcement)], terms: terms)
        #expect(effects.last == .fail(.refused(ErrorMessage(version: .v1_2, largeResponse: 3))))
    }

    /// What can be wrong with a large response.
    struct Lie: Sendable, CustomStringConvertible {
        let description: String
        let events: [Machine.Event]

        init(_ description: String, _ events: Machine.Event...) {
            self.description = description
            self.events = events
        }
    }

    /// The first 40 bytes of the answer with another byte at a place.
    static func with(_ place: Int, _ byte: UInt8) -> ArraySlice<UInt8> {
        var bytes = answer.prefix(40)
        bytes[place] = byte
        return bytes
    }

    static let lies: [Lie] = [
        Lie("too large", chunk(0, answer[..<26], size: 201)),
        Lie("handle", chunk(0, answer[..<26], size: 70, handle: 4)),
        Lie("number", chunk(1, answer[..<26])),
        Lie("number again", chunks[0], chunks[0]),
        Lie("first chunk too small", chunk(0, answer[..<25], size: 70)),
        Lie("chunk too small", chunks[0], chunk(1, answer[26..<55])),
        Lie("trickle", chunks[0], chunk(1, answer[26..<27])),
        Lie("nothing", chunks[0], chunk(1, [], last: false)),
        Lie("last too early", chunks[0], chunk(1, answer[26..<56], last: true)),
        Lie("whole without last", chunks[0], chunks[1], chunk(2, answer[56...])),
        Lie("too much", chunks[0], chunks[1], chunk(2, answer[50...], last: true)),
        Lie("version inside", chunk(0, with(0, 0x11), size: 40, last: true)),
        Lie("code inside", chunk(0, with(1, 0x68), size: 40, last: true)),
        Lie("ERROR inside", chunk(0, [0x12, 0x7F, 3, 0], size: 4, last: true)),
        Lie("no header inside", chunk(0, [0x12, 0x7E], size: 2, last: true)),
        Lie("size that lies", .received([0x12, 0x06, 0, 3, 0, 0, 0, 0, 40, 0, 0, 0, 70, 0, 0, 0])),
        Lie("chunks of chunks", .received(announcement)),
        Lie("not ready", .received(notReady(0, .chunkGet))),
        Lie("silence", .noAnswer),
    ]

    @Test(arguments: lies) func `a large response that is not as announced is refused`(lie: Lie) {
        #expect(Self.failure(Self.request, [.received(Self.announcement)] + lie.events) != nil)
    }
}
