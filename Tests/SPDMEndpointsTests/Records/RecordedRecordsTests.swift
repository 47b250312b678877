import OpenSSLCrypto
import SPDM
import SPDMEndpoints
import SPDMVectors
import Testing

/// Both ends of the session of a recorded run, with the keys that its shared secret and transcript hashes give.
struct RecordedSession: ~Copyable {
    let run: RecordedRun
    var requester: SessionKeys
    var responder: SessionKeys
    private var isHandshake = true

    init(_ name: String) throws { try self.init(RecordedRun(name), name) }

    init(_ run: RecordedRun, _ name: String) throws {
        let requester = try Self.keys(.requester, run, name)
        let responder = try Self.keys(.responder, run, name)
        self.run = run
        self.requester = requester
        self.responder = responder
    }

    private static func keys(
        _ role: SessionKeys.Role, _ run: RecordedRun, _ name: String
    ) throws -> SessionKeys {
        let suites = ["AES_256_GCM": AEADAlgorithm.aes256GCM, "CHACHA20_POLY1305": .chaCha20Poly1305]
        let suite = try #require(suites[try run.text("aead")])
        var keys = SessionKeys(
            role, session: SessionID(requester: 0xFFFF, responder: 0xFFFF), version: try run.version,
            hash: try run.hash, suite: suite, isEncrypted: !name.hasPrefix("maconly"))
        let isPSK = run.has("psk_value")
        let bytes = try run.bytes(isPSK ? "psk_value" : "dhe_secret")
        let th1 = try run.bytes("th1")
        let secret = SecretBytes(copying: bytes.span)
        if isPSK {
            try keys.beginHandshake(psk: secret, th1: th1)
        } else {
            try keys.beginHandshake(sharedSecret: secret, th1: th1)
        }
        return keys
    }

    /// Moves both ends to where the sender of a step was when it sealed.
    mutating func advance(to step: RecordedRun.Step, _ inside: RecordedRun.Inside) throws {
        if isHandshake, !inside.isHandshake {
            isHandshake = false
            try requester.beginApplication(th2: try run.bytes("th2"))
            try responder.beginApplication(th2: try run.bytes("th2"))
        }
        // Of the runs, one updates keys: all of them, at once.
        let isUpdate = inside.message[1] & 0x7F == MessageCode.keyUpdate.rawValue & 0x7F
        if isUpdate, inside.sequence == 0 {
            try requester.updateKey(step.isRequest ? .request : .response)
            try responder.updateKey(step.isRequest ? .request : .response)
        }
    }

    mutating func seal(_ step: RecordedRun.Step, _ message: [UInt8]) throws -> [UInt8] {
        try step.isRequest ? requester.seal(message.span) : responder.seal(message.span)
    }

    mutating func open(_ step: RecordedRun.Step, _ record: [UInt8]) throws -> [UInt8] {
        try step.isRequest ? responder.open(record.span) : requester.open(record.span)
    }
}

/// What the DOE object of a step carries, with its padding.
private func payload(of step: RecordedRun.Step) throws -> [UInt8] {
    let object = step.object
    return Array(object[try DOEObject.decode(object.span).payload])
}

@Suite struct `Session keys and recorded runs` {
    @Test(arguments: RecordedRun.names) func `every record of either end is sealed to the same bytes and opens`(
        name: String
    ) throws {
        var session = try RecordedSession(name)
        var records = 0
        for step in session.run.steps {
            guard let inside = step.inside else { continue }
            records += 1
            try session.advance(to: step, inside)
            let object = try payload(of: step)
            let record = try session.seal(step, inside.message)
            #expect(record == Array(object.prefix(record.count)), "record \(records)")
            #expect(object.count - record.count < 4)
            let opened = try session.open(step, object)
            #expect(opened == inside.message, "record \(records)")
        }
        #expect(records > 4)
        let isUpdated = name.hasPrefix("hb-keyupd")
        for direction in KeySchedule.Direction.allCases {
            let counts = [session.requester.updateCount(direction), session.responder.updateCount(direction)]
            #expect(counts == (isUpdated ? [1, 1] : [0, 0]))
        }
    }

    @Test(arguments: RecordedRun.names) func `a record of a run with any byte changed opens at neither end`(
        name: String
    ) throws {
        let run = try RecordedRun(name)
        for isRequest in [true, false] {
            let step = try #require(run.steps.first { $0.inside != nil && $0.isRequest == isRequest })
            let inside = try #require(step.inside)
            let object = try payload(of: step)
            let record = Array(object.prefix(try SecuredRecord.decode(object.span).length))
            for index in record.indices {
                var session = try RecordedSession(run, name)
                try session.advance(to: step, inside)
                var changed = record
                changed[index] ^= 1 << UInt8(index % 8)
                #expect(throws: SessionKeyError.self, "byte \(index)") { _ = try session.open(step, changed) }
            }
        }
    }

    @Test(arguments: RecordedRun.names) func `a record of a run that comes before its turn does not open`(
        name: String
    ) throws {
        let run = try RecordedRun(name)
        for isRequest in [true, false] {
            let steps = run.steps.filter { $0.inside?.isHandshake == false && $0.isRequest == isRequest }
            try #require(steps.count >= 2)
            let inside = try #require(steps[1].inside)
            var session = try RecordedSession(run, name)
            try session.advance(to: steps[1], inside)
            let object = try payload(of: steps[1])
            #expect(throws: SessionKeyError.notAuthentic) { _ = try session.open(steps[1], object) }
        }
    }

    @Test(arguments: RecordedRun.names) func `the verify data of both ends are the recorded ones`(name: String) throws {
        let session = try RecordedSession(name)
        let conversation = try Conversation(session.run)
        let transcript = try SessionTranscript(conversation, of: session.run)
        let isPSK = conversation.has(.pskExchange)
        let request = try conversation.bytes(isPSK ? .pskFinish : .finish)
        try Self.expect(request, .request, over: transcript.input(.requesterVerifyData), session)
        let isClear = !isPSK && conversation.sizes.handshakeInTheClear
        let exchange: MessageCode = isClear ? .finish : isPSK ? .pskExchange : .keyExchange
        let response = try conversation.bytes(exchange.response)
        try Self.expect(
            response, .response, over: transcript.input(isClear ? .responderVerifyData : .th1), session)
    }

    /// In every message that has them, verify data stand last.
    private static func expect(
        _ message: [UInt8], _ direction: KeySchedule.Direction, over input: some Collection<UInt8>,
        _ session: borrowing RecordedSession
    ) throws {
        let hash = try session.run.hash
        let digest = try hash.digest(of: Array(input).span)
        let sent = Array(message.suffix(hash.digestByteCount))
        #expect(try session.requester.verifyData(direction, transcriptHash: digest) == sent)
        #expect(try session.responder.isValid(sent.span, direction, transcriptHash: digest) == true)
        let changed = sent.dropLast() + [sent[sent.count - 1] ^ 1]
        #expect(try session.responder.isValid(changed.span, direction, transcriptHash: digest) == false)
        let short = Array(sent.dropLast())
        #expect(try session.responder.isValid(short.span, direction, transcriptHash: digest) == false)
    }
}
