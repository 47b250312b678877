import OpenSSLCrypto
import SPDM
import SPDMVectors
import Testing

@Suite struct `SPDM proofs of another implementation` {
    @Test(arguments: RecordedRun.names) func `every record opens to its message under the derived keys`(
        name: String
    ) throws {
        let run = try RecordedRun(name)
        let suites = ["AES_256_GCM": AEADAlgorithm.aes256GCM, "CHACHA20_POLY1305": .chaCha20Poly1305]
        let suite = try #require(suites[try run.text("aead")])
        let schedule = KeySchedule(version: try run.version)
        var updated: Set<String> = []
        for step in run.steps {
            guard let inside = step.inside else { continue }
            let side = step.isRequest ? "req" : "rsp"
            let isFirstAfterUpdate = inside.sequence == 0 && inside.message[1] & 0x7F == 0x69
            if isFirstAfterUpdate { updated.insert(side) }
            var secret = TestSecret(
                try run.bytes("\(side)_\(inside.isHandshake ? "hs" : "app")_secret"), try run.hash)
            if updated.contains(side) { secret = try schedule.updatedSecret(after: secret) }
            let key = try schedule.recordKey(secret, size: UInt16(suite.keyByteCount))
            let iv = try schedule.recordIV(secret)
            let opened = try Self.open(
                step.object, key: key.bytes, iv: iv.bytes, sequence: inside.sequence, suite,
                encrypted: !name.hasPrefix("maconly"))
            #expect(opened == inside.message)
        }
        #expect(updated.count == (name.hasPrefix("hb-keyupd") ? 2 : 0))
    }

    private static func open(
        _ object: [UInt8], key: [UInt8], iv: [UInt8], sequence: UInt64, _ suite: AEADAlgorithm, encrypted: Bool
    ) throws -> [UInt8]? {
        let bytes = Array(object[try DOEObject.decode(object.span).payload])
        let record = try SecuredRecord.decode(bytes.span)
        let nonce = RecordNonce(iv: InlineArray { iv[$0] }, sequence: sequence).bytes
        var opener = try AEADKey(suite, key: SecretBytes(copying: key.span))
        let sealed = encrypted ? record.body.lowerBound..<record.length : record.tag
        let plaintext = try opener.open(
            bytes.span.extracting(sealed), nonce: nonce,
            authenticating: bytes.span.extracting(record.associatedData(encrypted: encrypted)))
        guard let plaintext else { return nil }
        guard encrypted else { return Array(bytes[record.body]) }
        let copy = plaintext.withBytes { span in span.indices.map { span[$0] } }
        return Array(copy[try SecuredRecord.message(inPlaintext: copy.span)])
    }

    @Test(arguments: RecordedRun.names) func `the responder's signatures are over our transcripts`(
        name: String
    ) throws {
        let run = try RecordedRun(name)
        guard run.has("chain") else { return #expect(name.hasPrefix("psk")) }
        let conversation = try Conversation(run)
        let session = try SessionTranscript(conversation, of: run)
        var connection = ConnectionTranscript()
        for message in conversation.messages.prefix(6) { connection.appendConnection(message.bytes.span) }
        var checked = 0
        for message in conversation.messages {
            switch message.content {
            case .request(.getDigests), .response(.digests), .request(.getCertificate), .response(.certificate),
                .request(.challenge):
                connection.appendAuthentication(message.bytes.span)
            case .response(.challengeAuth(let response)):
                connection.appendAuthentication(message.bytes.span.extracting(droppingLast: response.signature.count))
                try Self.expect(response.signature, of: .responderChallenge, over: connection.m1, by: "chain", run)
                checked += 1
            case .request(.getMeasurements):
                connection.resetMeasurements()
                connection.appendMeasurements(message.bytes.span)
            case .response(.measurements(let response)):
                connection.appendMeasurements(message.bytes.span.extracting(droppingLast: response.signature.count))
                let l1 = connection.l1(try run.version)
                try Self.expect(response.signature, of: .measurements, over: l1, by: "chain", run)
                checked += 1
            case .response(.keyExchange(let response)):
                let input = Array(session.input(.exchangeSignature))
                try Self.expect(response.signature, of: .keyExchange, over: input, by: "chain", run)
                checked += 1
            default: continue
            }
        }
        #expect(checked == (name.hasPrefix("meas") ? 4 : 1))
    }

    @Test func `the requester's signature is over our transcript`() throws {
        let run = try RecordedRun("mut-wencap-enc-v1.2")
        let conversation = try Conversation(run)
        let input = Array(try SessionTranscript(conversation, of: run).input(.finishSignature))
        let finish = try conversation.bytes(.finish)
        let signature = finish[4..<(4 + conversation.sizes.requesterSignature)]
        try Self.expect(signature, of: .finish, over: input, by: "requester_chain", run)
    }

    private static func expect(
        _ signature: ArraySlice<UInt8>, of context: SigningContext, over transcript: [UInt8], by chain: String,
        _ run: RecordedRun
    ) throws {
        let hash = try run.hash
        let bytes = try run.bytes(chain)
        let place = try SPDMCertificateChain.decode(bytes.span, hashSize: hash.digestByteCount).certificates
        let leaf = try #require(try CertificateChain.split(bytes.span.extracting(place)).last)
        let keyInfo = try Certificate(leaf).subjectPublicKeyInfo
        let key = try PublicKey(subjectPublicKeyInfo: keyInfo.span)
        let algorithms: [Int: SignatureAlgorithm] = [64: .ecdsaP256, 96: .ecdsaP384, 384: .rsapss3072]
        let algorithm = try #require(algorithms[signature.count])
        let isValid: Bool
        let digest = try hash.digest(of: transcript.span)
        switch context.input(hash: digest, version: try run.version) {
        case .digest(let digest):
            isValid = try key.isValid(signature.span, forDigest: digest.span, hash: hash, using: algorithm)
        case .message(let message):
            isValid = try key.isValid(signature.span, forMessage: message.span, hash: hash, using: algorithm)
        }
        #expect(isValid, "\(context)")
    }
}
