import OpenSSLCrypto
import SPDM
import SPDMVectors
import Testing

@Suite struct `SPDM sessions of another implementation` {
    @Test(arguments: RecordedRun.names) func `the inputs of TH1, TH2 and the signature are the recorded ones`(
        name: String
    ) throws {
        let run = try RecordedRun(name)
        let transcript = try SessionTranscript(Conversation(run), of: run)
        #expect(Array(transcript.input(.th1)) == (try run.bytes("th1_input")))
        #expect(Array(transcript.input(.th2)) == (try run.bytes("th2_input")))
        for (input, name) in [(SessionTranscript.Input.th1, "th1"), (.th2, "th2")] {
            let bytes = transcript.input(input)
            let digest = try run.hash.digest(of: bytes.span)
            #expect(digest == (try run.bytes(name)))
        }
        if run.has("kex_sign_input") {
            #expect(Array(transcript.input(.exchangeSignature)) == (try run.bytes("kex_sign_input")))
        }
    }

    @Test(arguments: RecordedRun.names) func `the handshake secrets, keys and IVs are the recorded ones`(
        name: String
    ) throws {
        let run = try RecordedRun(name)
        let schedule = KeySchedule(version: try run.version)
        let handshake = try Self.handshakeSecret(run, schedule)
        #expect(handshake.bytes == (try run.bytes("handshake_secret")))
        let th1 = try run.bytes("th1")
        for (direction, side) in [(KeySchedule.Direction.request, "req"), (.response, "rsp")] {
            let secret = try schedule.handshakeSecret(direction, from: handshake, th1: th1.span)
            #expect(secret.bytes == (try run.bytes("\(side)_hs_secret")))
            let finished = try schedule.finishedKey(secret)
            #expect(finished.bytes == (try run.bytes("\(side)_finished_key")))
            try Self.expectKeys(of: secret, "\(side)_hs_keys", run, schedule)
        }
    }

    @Test(arguments: RecordedRun.names) func `the application secrets, keys and IVs are the recorded ones`(
        name: String
    ) throws {
        let run = try RecordedRun(name)
        let schedule = KeySchedule(version: try run.version)
        let master = try schedule.masterSecret(from: try Self.handshakeSecret(run, schedule))
        #expect(master.bytes == (try run.bytes("master_secret")))
        let th2 = try run.bytes("th2")
        let export = try schedule.exportMasterSecret(from: master, th2: th2.span)
        #expect(export.bytes == (try run.bytes("export_master")))
        for (direction, side) in [(KeySchedule.Direction.request, "req"), (.response, "rsp")] {
            let secret = try schedule.applicationSecret(direction, from: master, th2: th2.span)
            #expect(secret.bytes == (try run.bytes("\(side)_app_secret")))
            if name.hasPrefix("hb-keyupd") {
                let updated = try schedule.updatedSecret(after: secret)
                try Self.expectKeys(of: updated, "\(side)_app_keys_last", run, schedule)
            } else {
                try Self.expectKeys(of: secret, "\(side)_app_keys_last", run, schedule)
            }
        }
    }

    private static func handshakeSecret(_ run: RecordedRun, _ schedule: KeySchedule) throws -> TestSecret {
        if run.has("psk_value") {
            return try schedule.handshakeSecret(psk: TestSecret(try run.bytes("psk_value"), try run.hash))
        }
        return try schedule.handshakeSecret(keyExchange: TestSecret(try run.bytes("dhe_secret"), try run.hash))
    }

    private static func expectKeys(
        of secret: borrowing TestSecret, _ name: String, _ run: RecordedRun, _ schedule: KeySchedule
    ) throws {
        let bytes = secret.bytes
        #expect(bytes == (try run.bytes("\(name)_secret")))
        let key = try schedule.recordKey(secret, size: 32)
        #expect(key.bytes == (try run.bytes("\(name)_key")))
        let iv = try schedule.recordIV(secret)
        #expect(iv.bytes == (try run.bytes("\(name)_iv")))
    }

    @Test(arguments: RecordedRun.names) func `the verify data of both ends are the recorded ones`(name: String) throws {
        let run = try RecordedRun(name)
        let hash = try run.hash
        let conversation = try Conversation(run)
        let transcript = try SessionTranscript(conversation, of: run)
        let responder = TestSecret(try run.bytes("rsp_finished_key"), hash)
        let requester = TestSecret(try run.bytes("req_finished_key"), hash)
        func code(_ input: SessionTranscript.Input, _ key: borrowing TestSecret) throws -> [UInt8] {
            let bytes = transcript.input(input)
            let digest = try hash.digest(of: bytes.span)
            return try key.authenticationCode(of: digest.span)
        }
        var checked = 0
        for message in conversation.messages {
            switch message.content {
            case .response(.keyExchange(let response)) where !conversation.sizes.handshakeInTheClear:
                #expect(Array(response.verifyData) == (try code(.th1, responder)))
            case .response(.pskExchange(let response)):
                #expect(Array(response.verifyData) == (try code(.th1, responder)))
            case .request(.finish(let request)):
                #expect(Array(request.verifyData) == (try code(.requesterVerifyData, requester)))
            case .request(.pskFinish(let request)):
                #expect(request.verifyData == (try code(.requesterVerifyData, requester)))
            case .response(.finish(let response)) where conversation.sizes.handshakeInTheClear:
                #expect(response.verifyData == (try code(.responderVerifyData, responder)))
            default: continue
            }
            checked += 1
        }
        #expect(checked == 2)
    }

    @Test(arguments: RecordedRun.names) func `records open to the recorded lengths, under the recorded nonces`(
        name: String
    ) throws {
        let run = try RecordedRun(name)
        let encrypted = !name.hasPrefix("maconly")
        var updated: Set<String> = []
        var records = 0
        for step in run.steps {
            guard let inside = step.inside else { continue }
            records += 1
            let side = step.isRequest ? "req" : "rsp"
            let payload = try DOEObject.decode(step.object.span).payload
            let record = try SecuredRecord.decode(step.object.span.extracting(payload))
            #expect(record.session == SessionID(requester: 0xFFFF, responder: 0xFFFF))
            #expect(record.body.count == inside.message.count + (encrypted ? 2 : 0))
            #expect(payload.count == record.length + (-record.length & 3))
            let header = try SecuredRecord.header(
                record.session, messageCount: inside.message.count, encrypted: encrypted)
            #expect(Array(step.object[payload].prefix(6)) == header)
            if !encrypted {
                #expect(Array(step.object[payload].dropFirst(6).prefix(record.body.count)) == inside.message)
            }
            // After an update the sequence starts again, under the last keys.
            if !inside.isHandshake, inside.sequence == 0 { updated.insert("\(side)\(inside.nonce)") }
            guard inside.isHandshake || !name.hasPrefix("hb-keyupd") || inside.sequence < 3 && records > 62 else {
                continue
            }
            let iv = try run.bytes(inside.isHandshake ? "\(side)_hs_keys_iv" : "\(side)_app_keys_last_iv")
            let nonce = RecordNonce(iv: InlineArray { iv[$0] }, sequence: inside.sequence)
            #expect(nonce.bytes.indices.map { nonce.bytes[$0] } == inside.nonce)
        }
        #expect(records > 4)
        #expect(updated.count == (name.hasPrefix("hb-keyupd") ? 4 : 2))
    }

    @Test func `recorded discovery lists discovery, SPDM and secured SPDM`() throws {
        let steps = try RecordedRun("min-enc-v1.2").steps.prefix(6)
        var types: [DOEType] = []
        for step in steps {
            let object = try DOEObject.decode(step.object.span)
            #expect(object.type == .discovery)
            let payload = Array(step.object[object.payload])
            if step.isRequest {
                let request = try DOEDiscovery.Request.decode(payload.span)
                #expect(Int(request.index) == types.count)
                #expect(request.encoded() == payload)
            } else {
                let response = try DOEDiscovery.Response.decode(payload.span)
                types.append(response.type)
                #expect(Int(response.nextIndex) == types.count % 3)
                #expect(response.encoded() == payload)
            }
            #expect(try DOEObject.encode(.discovery, payload: payload.span) == step.object)
        }
        #expect(types == [.discovery, .spdm, .securedSPDM])
    }
}
