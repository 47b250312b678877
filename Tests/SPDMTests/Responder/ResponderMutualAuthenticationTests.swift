import SPDM
import Testing

@Suite struct `Responder, mutual authentication` {
    private static let session = ResponderFixture.session
    private static let chain = ResponderFixture.filled(0xAB, 100)

    private static func profile(
        _ mode: KeyExchangeResponse.MutualAuthentication, slot: UInt8 = 0, isRequired: Bool = true
    ) -> ResponderProfile {
        var profile = ResponderProfile.test
        profile.mutualAuthentication = .init(mode, slot: slot, isRequired: isRequired)
        return profile
    }

    private static func deliver(_ id: UInt8, _ response: SPDMResponse) -> SPDMRequest {
        .deliverEncapsulatedResponse(
            DeliverEncapsulatedResponse(requestID: id, response: response.encoded(version: .v1_2)))
    }

    private static func digests(_ slot: UInt8 = 0, _ digest: [UInt8] = ResponderFixture.digestOfRequester)
        -> SPDMResponse
    {
        .digests(Digests(provisionedSlots: 1 << slot, digests: digest[...]))
    }

    private static func certificate(
        _ range: Range<Int> = 0..<100, slot: UInt8 = 0, remainder: UInt16? = nil
    ) -> SPDMResponse {
        .certificate(
            CertificateMessage(
                slot: slot, remainder: remainder ?? UInt16(100 - range.upperBound), portion: Array(chain[range])))
    }

    private static let ask = SPDMRequest.getEncapsulatedRequest(GetEncapsulatedRequest())

    private static func signedFinish(_ slot: UInt8 = 0) -> SPDMRequest {
        .finish(
            Finish(
                slot: slot, signature: ResponderFixture.filled(0x77, 96)[...],
                verifyData: ResponderFixture.filled(0xF5)[...]))
    }

    @Test func `with a provisioned chain FINISH is signed, and the chain's digest is part of what is signed`() throws {
        var fixture = ResponderFixture.connected(Self.profile(.provisioned))
        let bytes = fixture.send(fixture.keyExchange()).bytes
        #expect(bytes[6] == 1)
        #expect(fixture.send(Self.ask, over: Self.session).answer == "error 04")
        #expect(fixture.send(ResponderFixture.finish, over: Self.session).answer == "error 01")
        #expect(fixture.send(Self.signedFinish(), over: Self.session).answer == "65")
        let proof = try #require(fixture.proof)
        #expect(proof.signer == .provisioned)
        #expect(proof.signature == ResponderFixture.filled(0x77, 96))
        let end = Array(proof.transcript.input(.finishSignature).suffix(52))
        #expect(end == ResponderFixture.filled(0xD0) + [0x12, 0xE5, 1, 0])
    }

    @Test func `with a provisioned key KEY_EXCHANGE_RSP names slot 15, and FINISH names FFh`() throws {
        let profile = Self.profile(.provisioned, slot: KeyExchangeResponse.provisionedKeySlot)
        for slot: UInt8 in [0, 0xF, 0xFE] {
            var fixture = ResponderFixture.connected(profile, flags: Self.keyFlags)
            #expect(fixture.send(fixture.keyExchange()).bytes[6...7] == [1, 0xF])
            #expect(fixture.send(Self.signedFinish(slot), over: Self.session).answer == "error 01")
            #expect(fixture.send(Self.signedFinish(0xFF), over: Self.session).answer == "65")
            let proof = try #require(fixture.proof)
            #expect(proof.signer == .provisioned)
            let end = Array(proof.transcript.input(.finishSignature).suffix(52))
            #expect(end == ResponderFixture.filled(0xD0) + [0x12, 0xE5, 1, 0xFF])
        }
    }

    @Test func `with a provisioned chain FINISH names its slot, not FFh`() {
        var fixture = ResponderFixture.connected(Self.profile(.provisioned, slot: 3))
        #expect(fixture.send(fixture.keyExchange()).bytes[6...7] == [1, 3])
        for slot: UInt8 in [0, 0xFF] {
            #expect(fixture.send(Self.signedFinish(slot), over: Self.session).answer == "error 01")
        }
        #expect(fixture.send(Self.signedFinish(3), over: Self.session).answer == "65")
    }

    /// A requester that has a key and no certificates.
    private static let keyFlags = ResponderFixture.requesterFlags.subtracting(.certificate).union(.publicKeyID)

    @Test func `a key is asked of a requester that is known by one, a chain of one that has certificates`() {
        let key = KeyExchangeResponse.provisionedKeySlot
        for (mode, slot, flags) in [
            (KeyExchangeResponse.MutualAuthentication.provisioned, key, ResponderFixture.requesterFlags),
            (.provisioned, 0, Self.keyFlags), (.encapsulated, 0, Self.keyFlags),
            (.encapsulatedDigests, 0, Self.keyFlags),
        ] {
            for (isRequired, answer) in [(true, "error 05"), (false, "64")] {
                var fixture = ResponderFixture.connected(
                    Self.profile(mode, slot: slot, isRequired: isRequired), flags: flags)
                let effect = fixture.send(fixture.keyExchange())
                #expect(effect.answer == answer)
                if answer == "64" { #expect(effect.bytes[6...7] == [0, 0]) }
            }
        }
    }

    @Test func `the encapsulated flow asks for digests and portions, and FINISH comes only after it`() throws {
        var profile = Self.profile(.encapsulated)
        profile.capabilities.dataTransferSize = 72
        var fixture = ResponderFixture.connected(profile)
        // KEY_EXCHANGE is longer than the responder takes at once, so it comes in chunks.
        #expect(fixture.sendInChunks(fixture.keyExchange(), size: 72).bytes[6 + 6] == 2)
        let steps: [(SPDMRequest, [UInt8])] = [
            (ResponderFixture.finish, [0x12, 0x7F, 0x08, 0]),
            (Self.ask, [0x12, 0x6A, 1, 0, 0x12, 0x81, 0, 0]),
            (Self.deliver(1, Self.digests()), [0x12, 0x6B, 2, 1, 1, 0, 0, 0, 0x12, 0x82, 0, 0, 0, 0, 60, 0]),
            (
                Self.deliver(2, Self.certificate(0..<60)),
                [0x12, 0x6B, 3, 1, 2, 0, 0, 0, 0x12, 0x82, 0, 0, 60, 0, 60, 0]
            ),
            (Self.deliver(3, Self.certificate(60..<100)), [0x12, 0x6B, 0, 0, 3, 0, 0, 0]),
        ]
        for (request, response) in steps {
            #expect(fixture.send(request, over: Self.session).bytes == response)
        }
        guard case .verifyRequester(let evidence) = fixture.effects.last else { Issue.record("no chain"); return }
        #expect(evidence.chain == Self.chain)
        #expect(fixture.sendInChunks(Self.signedFinish(), size: 72, over: Self.session).answer == "05")
        let proof = try #require(fixture.proof)
        #expect(proof.signer == .verified)
        let end = Array(proof.transcript.input(.finishSignature).suffix(52))
        #expect(end == ResponderFixture.digestOfRequester + [0x12, 0xE5, 1, 0])
        #expect(fixture.machine.sessions == [Self.session])
    }

    @Test func `the flow can start with the requester's digests, and another slot be named at its end`() {
        var fixture = ResponderFixture.connected(Self.profile(.encapsulatedDigests, slot: 3))
        let bytes = fixture.send(fixture.keyExchange()).bytes
        // Only a provisioned chain is named here; the flow names its slot at the end.
        #expect(bytes[6...7] == [4, 0])
        #expect(fixture.send(Self.ask, over: Self.session).answer == "error 04")
        let request = fixture.send(Self.deliver(0, Self.digests(3)), over: Self.session).bytes
        #expect(request.prefix(12) == [0x12, 0x6B, 1, 1, 0, 0, 0, 0, 0x12, 0x82, 3, 0])
        let end = fixture.send(Self.deliver(1, Self.certificate(slot: 3)), over: Self.session).bytes
        #expect(end == [0x12, 0x6B, 0, 2, 1, 0, 0, 0, 3])
        #expect(fixture.send(ResponderFixture.finish, over: Self.session).answer == "error 01")
        #expect(fixture.send(Self.signedFinish(0), over: Self.session).answer == "error 01")
        #expect(fixture.send(Self.signedFinish(3), over: Self.session).answer == "65")
    }

    /// After GET_DIGESTS, or after GET_CERTIFICATE.
    private static func asked(certificate: Bool) -> ResponderFixture {
        var fixture = ResponderFixture.connected(profile(.encapsulated))
        _ = fixture.send(fixture.keyExchange())
        _ = fixture.send(ask, over: session)
        if certificate { _ = fixture.send(deliver(1, digests()), over: session) }
        return fixture
    }

    @Test func `answers that do not fit are refused, and the flow goes on`() {
        for (isCertificate, request) in [
            (false, Self.deliver(2, Self.digests())), (true, Self.deliver(1, Self.certificate())),
            (false, Self.deliver(1, .heartbeat(HeartbeatAck()))),
            (
                false,
                .deliverEncapsulatedResponse(
                    DeliverEncapsulatedResponse(requestID: 1, response: Self.digests().encoded(version: .v1_1)))
            ),
            (
                false,
                .deliverEncapsulatedResponse(
                    DeliverEncapsulatedResponse(requestID: 1, response: Self.digests().encoded(version: .v1_2) + [0]))
            ),
            (false, .deliverEncapsulatedResponse(DeliverEncapsulatedResponse(requestID: 1, response: []))),
        ] {
            var fixture = Self.asked(certificate: isCertificate)
            let before = fixture.machine
            #expect(fixture.send(request, over: Self.session).answer.hasPrefix("error"))
            #expect(fixture.machine == before)
        }
    }

    @Test func `a requester that shows nothing, or something else, loses the handshake`() {
        let error = SPDMResponse.error(ErrorMessage(version: .v1_2, code: .unsupportedRequest))
        for (isCertificate, response) in [
            (false, error), (true, error), (false, Self.digests(1)), (true, Self.certificate(slot: 1)),
            (true, Self.certificate(0..<0, remainder: 100)),
        ] {
            var fixture = Self.asked(certificate: isCertificate)
            let effect = fixture.send(Self.deliver(isCertificate ? 2 : 1, response), over: Self.session)
            #expect(effect.answer == "error 09")
            #expect(effect.response?.session == Self.session)
            #expect(!fixture.machine.isAlive(Self.session))
        }
    }

    @Test func `lengths that contradict each other end the flow`() {
        var fixture = Self.asked(certificate: true)
        _ = fixture.send(Self.deliver(2, Self.certificate(0..<10, remainder: 90)), over: Self.session)
        let effect = fixture.send(Self.deliver(3, Self.certificate(10..<20, remainder: 81)), over: Self.session)
        #expect(effect.answer == "error 09")
        #expect(!fixture.machine.isAlive(Self.session))
        fixture = Self.asked(certificate: true)
        let long = Self.deliver(2, Self.certificate(0..<10, remainder: 0xFFFF))
        #expect(fixture.send(long, over: Self.session).answer == "error 09")
    }

    @Test func `a chain that is not trusted, or not the one of the digest, loses the handshake`() {
        for failing in [["verifyRequester": Responder.Failure.refused], [:]] {
            var fixture = ResponderFixture.connected(Self.profile(.encapsulated))
            _ = fixture.send(fixture.keyExchange())
            _ = fixture.send(Self.ask, over: Self.session)
            let digest = failing.isEmpty ? ResponderFixture.filled(0xE1) : ResponderFixture.digestOfRequester
            _ = fixture.send(Self.deliver(1, Self.digests(0, digest)), over: Self.session)
            fixture.owner.failing = failing
            let effect = fixture.send(Self.deliver(2, Self.certificate()), over: Self.session)
            #expect(effect.answer == "error 05")
            #expect(!fixture.machine.isAlive(Self.session))
        }
    }

    @Test func `a requester that is not ready can be asked again`() {
        var fixture = Self.asked(certificate: false)
        let notReady = SPDMResponse.error(
            ErrorMessage(
                version: .v1_2,
                notReady: ErrorMessage.ResponseNotReady(exponent: 1, request: .getDigests, token: 1, multiplier: 1)))
        let end = fixture.send(Self.deliver(1, notReady), over: Self.session).bytes
        #expect(end == [0x12, 0x6B, 0, 0, 1, 0, 0, 0])
        #expect(fixture.send(ResponderFixture.finish, over: Self.session).answer == "error 08")
        #expect(fixture.send(Self.ask, over: Self.session).answer == "6a")
    }

    @Test func `a requester that cannot is refused, or let in where the profile says so`() {
        let flags = ResponderFixture.requesterFlags
        for (mode, missing) in [
            (KeyExchangeResponse.MutualAuthentication.provisioned, CapabilityFlags.mutualAuthentication),
            (.encapsulated, .mutualAuthentication), (.encapsulatedDigests, .encapsulated),
        ] {
            for (version, isRequired, answer) in [
                (SPDMVersion.v1_2, true, "error 05"), (.v1_3, true, "error 11"), (.v1_2, false, "64"),
            ] {
                var fixture = ResponderFixture.connected(
                    Self.profile(mode, isRequired: isRequired), version: version, flags: flags.subtracting(missing))
                let effect = fixture.send(fixture.keyExchange())
                #expect(effect.answer == answer)
                if answer == "64" { #expect(effect.bytes[6] == 0) }
            }
        }
    }
}
