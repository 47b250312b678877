import OpenSSLCrypto
import SPDM
import SPDMEndpoints
import Testing
import WireBytes

/// The two ends of a session with keys of their own.
struct SessionPair: ~Copyable {
    static let session = SessionID(requester: 0x1234, responder: 0xABCD)
    static let (th1, th2) = ([UInt8](repeating: 1, count: 48), [UInt8](repeating: 2, count: 48))

    var requester: SessionKeys
    var responder: SessionKeys

    /// In the handshake.
    init(isEncrypted: Bool = true, limit: UInt64 = SessionKeys.recordLimit) throws {
        let requester = try Self.handshake(.requester, isEncrypted, limit)
        let responder = try Self.handshake(.responder, isEncrypted, limit)
        self.requester = requester
        self.responder = responder
    }

    static func fresh(_ role: SessionKeys.Role, _ isEncrypted: Bool = true, _ limit: UInt64 = 100) -> SessionKeys {
        SessionKeys(
            role, session: session, version: .v1_2, hash: .sha384, suite: .aes256GCM, isEncrypted: isEncrypted,
            recordLimit: limit)
    }

    /// One end, in the handshake.
    static func handshake(
        _ role: SessionKeys.Role, _ isEncrypted: Bool = true, _ limit: UInt64 = SessionKeys.recordLimit
    ) throws -> SessionKeys {
        var keys = fresh(role, isEncrypted, limit)
        try keys.beginHandshake(sharedSecret: sharedSecret(), th1: th1)
        return keys
    }

    static func sharedSecret() -> SecretBytes {
        SecretBytes(count: 48) { bytes in for index in bytes.indices { bytes[index] = 7 } }
    }

    mutating func beginApplication() throws {
        try requester.beginApplication(th2: Self.th2)
        try responder.beginApplication(th2: Self.th2)
    }
}

private let heartbeat: [UInt8] = [0x12, 0xE8, 0, 0]

/// What the body throws of its own accord.
private func failure(_ body: () throws -> Void) -> SessionKeyError? {
    do {
        try body()
        return nil
    } catch {
        return error as? SessionKeyError
    }
}

@Suite struct `Session keys` {
    @Test(arguments: [true, false]) func `a record with any bit changed does not open, and ends the session`(
        isEncrypted: Bool
    ) throws {
        var requester = try SessionPair.handshake(.requester, isEncrypted)
        let record = try requester.seal(heartbeat.span)
        for bit in 0..<(8 * record.count) {
            var responder = try SessionPair.handshake(.responder, isEncrypted)
            var changed = record
            changed[bit / 8] ^= 1 << (bit % 8)
            let error = failure { _ = try responder.open(changed.span) }
            if bit < 32 {
                guard case .otherSession? = error else {
                    Issue.record("bit \(bit): \(error as Any)")
                    continue
                }
                #expect(responder.isAlive == true)
                #expect(try responder.open(record.span) == heartbeat)
            } else {
                #expect(error != nil, "bit \(bit)")
                #expect(responder.isAlive == false, "bit \(bit)")
                #expect(failure { _ = try responder.open(record.span) } == .ended)
            }
        }
    }

    @Test func `bytes that are no record end the session that they name, and no other`() throws {
        let record = try SessionPair.handshake(.requester).sealed(heartbeat)
        for count in record.indices {
            var responder = try SessionPair.handshake(.responder)
            let error = failure { _ = try responder.open(Array(record.prefix(count)).span) }
            guard case .malformed? = error else {
                Issue.record("\(count) bytes: \(error as Any)")
                continue
            }
            #expect(responder.isAlive == (count < 4))
        }
        var responder = try SessionPair.handshake(.responder)
        let long = record + [0, 0, 0, 0]
        #expect(
            failure { _ = try responder.open(long.span) }
                == .malformed(WireError(.trailingBytes, at: record.count, in: "record")))
        #expect(responder.isAlive == false)
    }

    @Test func `padding behind a record is not looked at`() throws {
        let record = try SessionPair.handshake(.requester).sealed(heartbeat)
        for padding in 0..<4 {
            let padded = record + [UInt8](repeating: 0xAA, count: padding)
            #expect(try SessionPair.handshake(.responder).opened(padded) == heartbeat)
        }
    }

    @Test func `a record that is lost, repeated, reordered or the reader's own does not open`() throws {
        var pair = try SessionPair()
        let first = try pair.requester.seal(heartbeat.span)
        let second = try pair.requester.seal(heartbeat.span)
        #expect(first != second)
        var skipping = try SessionPair.handshake(.responder)
        var repeating = try SessionPair.handshake(.responder)
        #expect(failure { _ = try skipping.open(second.span) } == .notAuthentic)
        #expect(try repeating.open(first.span) == heartbeat)
        #expect(failure { _ = try repeating.open(first.span) } == .notAuthentic)
        #expect(repeating.isAlive == false)
        #expect(failure { _ = try pair.requester.open(first.span) } == .notAuthentic)
    }

    @Test func `a record of the handshake does not open in the application phase, nor the other way round`() throws {
        var pair = try SessionPair()
        let early = try pair.requester.seal(heartbeat.span)
        try pair.requester.beginApplication(th2: SessionPair.th2)
        let late = try pair.requester.seal(heartbeat.span)
        #expect(failure { _ = try pair.responder.open(late.span) } == .notAuthentic)
        var responder = try SessionPair.handshake(.responder)
        try responder.beginApplication(th2: SessionPair.th2)
        #expect(failure { _ = try responder.open(early.span) } == .notAuthentic)
    }

    @Test func `other transcripts, secrets, versions and roles give other keys`() throws {
        let record = try SessionPair.handshake(.requester).sealed(heartbeat)
        var otherTranscript = SessionPair.fresh(.responder)
        try otherTranscript.beginHandshake(sharedSecret: SessionPair.sharedSecret(), th1: SessionPair.th2)
        #expect(failure { _ = try otherTranscript.open(record.span) } == .notAuthentic)
        var psk = SessionPair.fresh(.responder)
        try psk.beginHandshake(psk: SecretBytes(copying: heartbeat.span), th1: SessionPair.th1)
        #expect(failure { _ = try psk.open(record.span) } == .notAuthentic)
        var version = SessionKeys(
            .responder, session: SessionPair.session, version: .v1_3, hash: .sha384, suite: .aes256GCM,
            isEncrypted: true)
        try version.beginHandshake(sharedSecret: SessionPair.sharedSecret(), th1: SessionPair.th1)
        #expect(failure { _ = try version.open(record.span) } == .notAuthentic)
        var suite = SessionKeys(
            .responder, session: SessionPair.session, version: .v1_2, hash: .sha384, suite: .chaCha20Poly1305,
            isEncrypted: true)
        try suite.beginHandshake(sharedSecret: SessionPair.sharedSecret(), th1: SessionPair.th1)
        #expect(failure { _ = try suite.open(record.span) } == .notAuthentic)
    }

    @Test(arguments: [(true, 65_517), (false, 65_519)]) func `the longest message passes and one longer is refused`(
        isEncrypted: Bool, longest: Int
    ) throws {
        var pair = try SessionPair(isEncrypted: isEncrypted)
        let message = [UInt8](repeating: 0x5A, count: longest)
        let record = try pair.requester.seal(message.span)
        #expect(try pair.responder.open(record.span) == message)
        let long = message + [0]
        #expect(failure { _ = try pair.requester.seal(long.span) } == .messageTooLong(longest + 1))
        #expect(pair.requester.isAlive == true)
        #expect(pair.requester.sealedCount == 1)
    }

    @Test func `what is asked out of order is refused and changes nothing`() throws {
        var fresh = SessionPair.fresh(.requester)
        #expect(failure { _ = try fresh.seal(heartbeat.span) } == .noSuchKeys)
        #expect(failure { _ = try fresh.open(heartbeat.span) } == .noSuchKeys)
        #expect(failure { try fresh.beginApplication(th2: SessionPair.th2) } == .noSuchKeys)
        #expect(failure { try fresh.updateKey(.request) } == .noSuchKeys)
        #expect(failure { _ = try fresh.verifyData(.request, transcriptHash: SessionPair.th1) } == .noSuchKeys)
        var pair = try SessionPair()
        let again = { (keys: inout SessionKeys) in
            failure { try keys.beginHandshake(sharedSecret: SessionPair.sharedSecret(), th1: SessionPair.th1) }
        }
        #expect(again(&pair.requester) == .noSuchKeys)
        #expect(failure { try pair.requester.updateKey(.request) } == .noSuchKeys)
        try pair.beginApplication()
        #expect(again(&pair.requester) == .noSuchKeys)
        #expect(failure { try pair.requester.beginApplication(th2: SessionPair.th2) } == .noSuchKeys)
        #expect(failure { _ = try pair.requester.verifyData(.request, transcriptHash: []) } == .noSuchKeys)
        let record = try pair.requester.seal(heartbeat.span)
        #expect(try pair.responder.open(record.span) == heartbeat)
    }

    @Test func `nothing can be done with a session that ended`() throws {
        var pair = try SessionPair()
        let record = try pair.responder.seal(heartbeat.span)
        pair.requester.end()
        pair.requester.end()
        #expect(pair.requester.isAlive == false)
        #expect(failure { _ = try pair.requester.seal(heartbeat.span) } == .ended)
        #expect(failure { _ = try pair.requester.open(record.span) } == .ended)
        #expect(failure { try pair.requester.beginApplication(th2: SessionPair.th2) } == .ended)
        #expect(failure { try pair.requester.updateKey(.request) } == .ended)
        #expect(failure { _ = try pair.requester.verifyData(.request, transcriptHash: []) } == .ended)
        #expect(
            failure { try pair.requester.beginHandshake(sharedSecret: SessionPair.sharedSecret(), th1: []) } == .ended)
        #expect(pair.requester.sealedCount == 0)
    }

    @Test func `verify data differ by direction and transcript, and only a whole match is valid`() throws {
        let pair = try SessionPair()
        let request = try pair.requester.verifyData(.request, transcriptHash: SessionPair.th2)
        #expect(request.count == 48)
        #expect(try pair.responder.isValid(request.span, .request, transcriptHash: SessionPair.th2) == true)
        #expect(try pair.responder.isValid(request.span, .response, transcriptHash: SessionPair.th2) == false)
        #expect(try pair.responder.isValid(request.span, .request, transcriptHash: SessionPair.th1) == false)
        #expect(try pair.responder.isValid(Span(), .request, transcriptHash: SessionPair.th2) == false)
    }
}

@Suite struct `Session key limits and updates` {
    @Test func `a key protects as many records as its limit says, then the session is over`() throws {
        var pair = try SessionPair(limit: 4)
        try pair.beginApplication()
        for count in 0..<4 as Range<UInt64> {
            #expect(pair.requester.sealedCount == count)
            #expect(pair.requester.isUpdateDue(.request) == (count >= 2))
            #expect(pair.responder.isUpdateDue(.request) == (count >= 2))
            #expect(pair.requester.isUpdateDue(.response) == false)
            let record = try pair.requester.seal(heartbeat.span)
            #expect(try pair.responder.open(record.span) == heartbeat)
        }
        #expect(pair.responder.openedCount == 4)
        #expect(failure { _ = try pair.requester.seal(heartbeat.span) } == .recordLimit(4))
        #expect(pair.requester.isAlive == false)
        // A peer that has no limit is not followed.
        var unlimited = try SessionPair.handshake(.requester)
        try unlimited.beginApplication(th2: SessionPair.th2)
        var record: [UInt8] = []
        for _ in 0..<5 { record = try unlimited.seal(heartbeat.span) }
        #expect(failure { _ = try pair.responder.open(record.span) } == .recordLimit(4))
        #expect(pair.responder.isAlive == false)
    }

    @Test func `an update of each direction starts its counter anew and goes on as often as wanted`() throws {
        var pair = try SessionPair(limit: 4)
        try pair.beginApplication()
        var seen: Set<[UInt8]> = []
        for update in 1...20 {
            for direction in KeySchedule.Direction.allCases {
                try pair.requester.updateKey(direction)
                try pair.responder.updateKey(direction)
            }
            let request = try pair.requester.seal(heartbeat.span)
            #expect(try pair.responder.open(request.span) == heartbeat)
            let response = try pair.responder.seal(heartbeat.span)
            #expect(try pair.requester.open(response.span) == heartbeat)
            #expect(pair.requester.sealedCount == 1)
            #expect(pair.requester.updateCount(.request) == update)
            #expect(pair.responder.updateCount(.response) == update)
            seen.formUnion([request, response])
        }
        #expect(seen.count == 40)
    }

    @Test func `an update that the peer did not make is taken back by its next record, and works later`() throws {
        var pair = try SessionPair()
        try pair.beginApplication()
        let before = try pair.responder.seal(heartbeat.span)
        #expect(try pair.requester.open(before.span) == heartbeat)
        try pair.requester.updateKey(.response)
        #expect(pair.requester.updateCount(.response) == 1)
        let old = try pair.responder.seal(heartbeat.span)
        #expect(try pair.requester.open(old.span) == heartbeat)
        #expect(pair.requester.updateCount(.response) == 0)
        try pair.requester.updateKey(.response)
        try pair.responder.updateKey(.response)
        let new = try pair.responder.seal(heartbeat.span)
        #expect(try pair.requester.open(new.span) == heartbeat)
        #expect(pair.requester.updateCount(.response) == 1)
    }

    @Test func `after a record under the new key the old one opens nothing`() throws {
        var pair = try SessionPair()
        var stale = try SessionPair()
        try pair.beginApplication()
        try stale.beginApplication()
        try pair.requester.updateKey(.request)
        try pair.responder.updateKey(.request)
        let new = try pair.requester.seal(heartbeat.span)
        #expect(try pair.responder.open(new.span) == heartbeat)
        let old = try stale.requester.seal(heartbeat.span)
        #expect(failure { _ = try pair.responder.open(old.span) } == .notAuthentic)
    }

    @Test func `an update that no record confirmed is not followed by another`() throws {
        var pair = try SessionPair()
        try pair.beginApplication()
        try pair.responder.updateKey(.request)
        #expect(failure { try pair.responder.updateKey(.request) } == .noSuchKeys)
        #expect(pair.responder.isAlive == true)
        // What this end sends needs nobody's confirmation.
        try pair.responder.updateKey(.response)
        try pair.responder.updateKey(.response)
    }
}

extension SessionKeys {
    fileprivate consuming func sealed(_ message: [UInt8]) throws -> [UInt8] { try seal(message.span) }
    fileprivate consuming func opened(_ record: [UInt8]) throws -> [UInt8] { try open(record.span) }
}
