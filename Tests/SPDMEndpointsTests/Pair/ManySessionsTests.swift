import OpenSSLCrypto
import SPDM
import SPDMEndpoints
import Testing

/// Chance whose halves of session IDs are always the same.
struct SameHalves: HandshakeChance, ~Copyable {
    let half: UInt16
    private var chance = OpenSSLChance()

    init(_ half: UInt16) { self.half = half }

    mutating func nonce() throws(CryptoError) -> Nonce { try chance.nonce() }
    mutating func sessionIDHalf() throws(CryptoError) -> UInt16 { half }
    mutating func bytes(_ count: Int) throws(CryptoError) -> [UInt8] { try chance.bytes(count) }

    mutating func beginExchange(_ group: KeyExchangeGroup) throws(CryptoError) -> [UInt8] {
        try chance.beginExchange(group)
    }

    mutating func finishExchange(_ peer: [UInt8]) throws(CryptoError) -> SecretBytes {
        try chance.finishExchange(peer)
    }

    mutating func sign(
        _ input: SigningContext.Input, with key: borrowing PrivateKey, hash: HashAlgorithm,
        using algorithm: SignatureAlgorithm
    ) throws(CryptoError) -> [UInt8] { try chance.sign(input, with: key, hash: hash, using: algorithm) }
}

@Suite struct `Several sessions` {
    private static let combinations = Combination.representatives

    private func connect(_ combination: Combination, _ change: Combination.Change = .init()) throws -> PairedEnds {
        var ends = try combination.ends(change)
        for operation in combination.beginning.dropLast() { try ends.succeed(operation) }
        return ends
    }

    private func exchange(_ combination: Combination, in session: SessionID) -> RequesterOperation {
        .exchange(vendorDefined: combination.vendorRequest(), in: session)
    }

    @Test(arguments: combinations)
    func `fill the responder: one more is refused, and after one ended it opens`(combination: Combination) throws {
        var ends = try connect(combination, .init(sessionLimit: 2))
        var sessions = [try ends.open(combination.wish), try ends.open(combination.wish)]
        for _ in 0..<3 {
            guard case .failure(let failure) = try ends.run(.openSession(combination.wish)),
                case .refused(let error) = failure.reason
            else {
                Issue.record("a third session")
                return
            }
            #expect(error.code == .sessionLimitExceeded && failure.loss == .nothing)
            for session in sessions { try ends.succeed(exchange(combination, in: session)) }
            try ends.succeed(.endSession(sessions.removeFirst(), clearsNegotiatedState: false))
            sessions.append(try ends.open(combination.wish))
            #expect(ends.requester.sessions == sessions && ends.responder.sessions == sessions)
        }
    }

    @Test(arguments: combinations)
    func `that are silent end at the responder and make room`(combination: Combination) throws {
        var ends = try connect(combination, .init(sessionLimit: 1, heartbeatPeriod: 20))
        let first = try ends.open(combination.wish)
        ends.responder.advance(to: Combination.time + 1000)
        #expect(ends.responder.takeEndedSessions() == [first])
        let second = try ends.open(combination.wish)
        try ends.succeed(exchange(combination, in: second))
        guard case .failure(let failure) = try ends.run(exchange(combination, in: first)) else {
            Issue.record("a session that is over goes on")
            return
        }
        #expect(failure.loss == .session(first))
        #expect(ends.requester.sessions == [second] && ends.responder.sessions == [second])
        try ends.succeed(exchange(combination, in: second))
    }

    @Test(arguments: combinations)
    func `have numbers and keys of their own, whatever half the responder draws`(combination: Combination) throws {
        var ends = PairedEnds(
            SPDMRequester(try combination.requester()),
            SPDMResponder(try combination.responder(), chance: SameHalves(0xFFFF)))
        var sessions = [try ends.begin(combination)]
        for _ in 0..<3 { sessions.append(try ends.open(combination.wish)) }
        #expect(Set(sessions).count == 4)
        #expect(ends.responder.sessions == sessions)
        for session in sessions + sessions { try ends.succeed(exchange(combination, in: session)) }
    }

    @Test(arguments: combinations)
    func `have no number that a live one has; one that is free again comes with other keys`(
        combination: Combination
    ) throws {
        var ends = PairedEnds(
            SPDMRequester(try combination.requester(), chance: SameHalves(7)),
            SPDMResponder(try combination.responder(), chance: SameHalves(9)))
        let session = try ends.begin(combination)
        guard case .failure(let failure) = try ends.run(.openSession(combination.wish)) else {
            Issue.record("a second session with the requester's half of the first")
            return
        }
        #expect(failure.reason == .notPossible(.noSessionID) && failure.loss == .nothing)
        let place = ends.wire.messages.count
        try ends.succeed(exchange(combination, in: session))
        let old = ends.wire.messages[place]
        try ends.succeed(.endSession(session, clearsNegotiatedState: false))
        #expect(try ends.open(combination.wish) == session)
        try ends.succeed(exchange(combination, in: session))
        let answer = ends.answer(old)
        #expect(answer?.code == .error)
        #expect(ends.responder.sessions.isEmpty)
    }

    @Test(arguments: combinations)
    func `are not disturbed by a handshake that is begun again with the number of one of them`(
        combination: Combination
    ) throws {
        var ends = PairedEnds(
            SPDMRequester(try combination.requester()),
            SPDMResponder(try combination.responder(), chance: SameHalves(9)))
        for operation in combination.beginning.dropLast() { try ends.succeed(operation) }
        let begin = ends.wire.passages.count
        let session = try ends.open(combination.wish)
        let request = ends.wire.messages[begin]
        for _ in 0..<3 {
            let answer = ends.answer(request)
            let isHandshake = answer?.code == request.code?.response
            #expect(isHandshake)
            // The responder's half of the number follows the heartbeat period: another than that of the live session.
            #expect(answer?.bytes[4...5] != [9, 0])
            #expect(ends.responder.sessions == [session])
            try ends.succeed(exchange(combination, in: session))
        }
        #expect(ends.established == [session])
    }

    @Test(arguments: combinations)
    func `end alone when a record of another comes under their number`(combination: Combination) throws {
        var ends = try connect(combination)
        let sessions = [try ends.open(combination.wish), try ends.open(combination.wish)]
        let begin = ends.wire.passages.count
        try ends.succeed(exchange(combination, in: sessions[0]))
        var record = ends.wire.messages[begin]
        for byte in 0..<4 { record.bytes[byte] = UInt8(truncatingIfNeeded: sessions[1].rawValue >> UInt32(8 * byte)) }
        let answer = ends.answer(record)
        #expect(answer?.code == .error)
        #expect(ends.responder.sessions == [sessions[0]])
        try ends.succeed(exchange(combination, in: sessions[0]))
        guard case .failure(let failure) = try ends.run(exchange(combination, in: sessions[1])) else {
            Issue.record("a session that is over goes on")
            return
        }
        #expect(failure.loss == .session(sessions[1]))
        #expect(ends.requester.sessions == [sessions[0]])
    }

    @Test(arguments: combinations)
    func `go on while one of them changes its keys again and again`(combination: Combination) throws {
        var ends = try connect(combination)
        var sessions: [SessionID] = []
        for _ in 0..<3 { sessions.append(try ends.open(combination.wish)) }
        for round in 0..<6 {
            switch round % 3 {
            case 0: try ends.succeed(.updateKeys(sessions[1], .updateKey))
            case 1: try ends.succeed(.updateKeys(sessions[1], .updateAllKeys))
            default:
                ends.responder.updateKey(of: sessions[1])
                let outcome = try ends.succeed(.answerEncapsulated(sessions[1]))
                #expect(outcome == .encapsulatedRequestsAnswered(sessions[1], 2))
            }
            for session in [sessions[0], sessions[1], sessions[2], sessions[1]] {
                try ends.succeed(exchange(combination, in: session))
            }
        }
        try ends.succeed(.endSession(sessions[1], clearsNegotiatedState: false))
        for session in [sessions[0], sessions[2]] { try ends.succeed(exchange(combination, in: session)) }
        #expect(ends.requester.sessions == [sessions[0], sessions[2]])
        #expect(ends.responder.sessions == [sessions[0], sessions[2]])
    }
}
