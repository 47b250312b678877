import SPDM
import Testing

@Suite struct `Requester machine, authentication` {
    @Test func `a chain comes in portions of our transfer size`() throws {
        var requester = ScriptedRequester(transferSize: 48)
        _ = try requester.outcome(.connect)
        let outcome = try requester.outcome(.authenticate(slot: 0, challenge: nil))
        #expect(outcome == .authenticated(slot: 0, nil))
        let requests = requester.requests.dropFirst().map { Array($0.request[4...]) }
        #expect(requests == [[0, 0, 40, 0], [40, 0, 40, 0], [80, 0, 20, 0]])
        guard case .verifyChain(let claim)? = requester.effects.dropLast().last else {
            Issue.record("not verified")
            return
        }
        #expect(claim.chain == requester.responder.chain)
        #expect(claim.digest == ScriptedResponder.digest(1))
        #expect(requester.state.connection?.keyHashes == [0: ScriptedResponder.digest(1)])
    }

    @Test(arguments: [
        ("SlotID", 2, UInt8(1)), ("PortionLength", 4, 0), ("RemainderLength", 7, 0xFF),
    ]) func `a portion that is not what was asked for is refused`(field: String, offset: Int, byte: UInt8) throws {
        var requester = ScriptedRequester(transferSize: 48)
        _ = try requester.outcome(.connect)
        var count = 0
        requester.change = { code, response in
            if code == .getCertificate { count += 1 }
            if code == .getCertificate, count == 2 {
                response[offset] = byte
                if offset == 4 { response.removeLast(40) }
            }
        }
        let failure = try #require(try requester.failure(.authenticate(slot: 0, challenge: nil)))
        guard case .unexpected(field, _, _) = failure.reason else {
            Issue.record("\(failure)")
            return
        }
        #expect(failure.loss == .nothing)
        #expect(requester.state.connection?.keyHashes.isEmpty == true)
    }

    @Test func `a chain that trickles byte by byte is given up`() throws {
        var requester = ScriptedRequester()
        requester.responder.chain = [UInt8](repeating: 0, count: 0xFFFF)
        _ = try requester.outcome(.connect)
        requester.change = { code, response in
            guard code == .getCertificate else { return }
            let rest = Int(response[4]) + Int(response[5]) << 8 + Int(response[6]) + Int(response[7]) << 8 - 1
            response = Array(response[..<4]) + [1, 0, UInt8(rest & 0xFF), UInt8(rest >> 8), 0]
        }
        let failure = try #require(try requester.failure(.authenticate(slot: 0, challenge: nil)))
        #expect(failure.request == .getCertificate)
        #expect(requester.requests.count == 2 + 4096)
    }

    @Test func `DIGESTS without the slot, or with a slot that cannot be, is refused`() throws {
        var requester = ScriptedRequester(versions: [.v1_3])
        _ = try requester.outcome(.connect)
        #expect(try requester.failure(.authenticate(slot: 1, challenge: nil))?.request == .getDigests)
        requester.change = { code, response in if code == .getDigests { response[2] = 2 } }
        let failure = try requester.failure(.authenticate(slot: 0, challenge: nil))
        #expect(failure?.reason == .unexpected(field: "SupportedSlotMask", expected: "1", seen: "2"))
        #expect(try requester.failure(.authenticate(slot: 8, challenge: nil))?.reason == .notPossible(.noKey))
    }

    @Test func `M1 holds what passed from GET_DIGESTS to CHALLENGE_AUTH, and nothing older`() throws {
        var requester = ScriptedRequester()
        _ = try requester.outcome(.connect)
        var messages: [[UInt8]] = []
        requester.change = { _, response in messages.append(response) }
        for _ in 0..<2 {
            messages = []
            let outcome = try requester.outcome(.authenticate(slot: 0, challenge: .all))
            guard case .authenticated(slot: 0, let proof?)? = outcome else {
                Issue.record("\(String(describing: outcome))")
                return
            }
            #expect(proof.nonce == ScriptedResponder.nonce)
            #expect(proof.measurementSummary == Array(ScriptedResponder.verifyData))
            let claims = requester.effects.compactMap { effect -> RequesterMachine.SignatureClaim? in
                if case .verifySignature(let claim) = effect { return claim }
                return nil
            }
            let claim = try #require(claims.first)
            let passed = zip(requester.requests, messages).flatMap { $0.0.request + $0.1 }
            #expect(claim.transcript.suffix(passed.count - 64) == passed.dropLast(64))
            #expect(claim.transcript.prefix(4) == [0x10, 0x84, 0, 0])
            #expect(claim.transcript.count == 4 + 16 + 20 + 20 + 48 + 52 + passed.count - 64)
            #expect(claim.context == .responderChallenge)
        }
    }

    @Test(arguments: [
        ("SlotID", 2, UInt8(1)), ("BasicMutAuthReq", 2, 0x80), ("ProvisionedSlotMask", 3, 2), ("CertChainHash", 4, 0),
        ("OpaqueDataLength", 69, 5),
    ]) func `CHALLENGE_AUTH that is not about what was asked is refused`(field: String, offset: Int, byte: UInt8) throws
    {
        var requester = ScriptedRequester()
        _ = try requester.outcome(.connect)
        requester.change = { code, response in
            guard code == .challenge else { return }
            response[offset] = byte
            if offset == 69 { response.insert(contentsOf: [UInt8](repeating: 0, count: 0x500), at: 70) }
        }
        let failure = try #require(try requester.failure(.authenticate(slot: 0, challenge: MeasurementSummary.none)))
        guard case .unexpected(field, _, _) = failure.reason else {
            Issue.record("\(failure)")
            return
        }
        #expect(failure.isOutcomeUnknown)
    }

    @Test func `another context than the requester's is refused (1.3)`() throws {
        var requester = ScriptedRequester(versions: [.v1_3])
        _ = try requester.outcome(.connect)
        requester.change = { code, response in if code == .challenge { response[70] = 1 } }
        let failure = try requester.failure(.authenticate(slot: 0, challenge: MeasurementSummary.none))
        #expect(failure?.reason == .unexpected(field: "RequesterContext", expected: "0", seen: "1"))
    }

    @Test func `who cannot sign CHALLENGE_AUTH is not believed for anything else`() throws {
        var requester = try ScriptedRequester.authenticated()
        #expect(requester.state.connection?.keyHashes.isEmpty == false)
        _ = try requester.outcome(.authenticate(slot: 0, challenge: MeasurementSummary.none))
        let verifying = try #require(requester.passed.last { $0.state.name == "verifyingChallenge" }?.state)
        let transition = RequesterMachine.step(verifying, .result(.failed(.signature(.responderChallenge))))
        #expect(transition.next.connection?.keyHashes.isEmpty == true)
    }

    @Test func `a key that was provisioned needs no messages, and signs for slot 15`() throws {
        var requester = ScriptedRequester()
        requester.responder.capabilities.flags.remove(.certificate)
        requester.responder.capabilities.flags.insert(.publicKeyID)
        requester.responder.digests = ScriptedResponder.digest(0xFF)
        _ = try requester.outcome(.connect)
        let outcome = try requester.outcome(.authenticate(slot: 0xFF, challenge: MeasurementSummary.none))
        guard case .authenticated(slot: 0xFF, .some)? = outcome else {
            Issue.record("\(String(describing: outcome))")
            return
        }
        #expect(requester.requests.map { $0.request[2] } == [0xFF])
        #expect(
            try requester.failure(.authenticate(slot: 0, challenge: nil))?.reason
                == .notPossible(.capability(.certificate)))
    }

    @Test func `what the responder cannot do is not asked of it`() throws {
        var requester = ScriptedRequester()
        requester.responder.capabilities.flags.subtract([.challenge, .measurements, .measurementsFresh])
        _ = try requester.outcome(.connect)
        #expect(
            try requester.failure(.authenticate(slot: 0, challenge: MeasurementSummary.none))?.reason
                == .notPossible(.capability(.challenge)))
        #expect(
            try requester.failure(.authenticate(slot: 0xFF, challenge: nil))?.reason
                == .notPossible(.capability(.publicKeyID)))
        #expect(
            try requester.failure(.measure(MeasurementQuery(), in: nil))?.reason
                == .notPossible(.capability(.measurementsUnsigned)))
        _ = try requester.outcome(.authenticate(slot: 0, challenge: nil))
        #expect(
            try requester.failure(.openSession(SessionWish(.slot(0), summary: .all)))?.reason
                == .notPossible(.capability(.measurementsUnsigned)))
    }
}
