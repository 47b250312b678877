import SPDM
import Testing

@Suite struct `Responder, KEY_EXCHANGE and FINISH` {
    private static func response(_ bytes: [UInt8], _ fixture: ResponderFixture) throws -> KeyExchangeResponse {
        let sizes = try #require(fixture.machine.negotiated?.sizes)
        let decoded = try SPDMResponse.decode(bytes.span, answering: fixture.keyExchange(), sizes: sizes)
        guard case .keyExchange(let response) = decoded.response else { throw Missing() }
        #expect(decoded.length == bytes.count)
        return response
    }
    private struct Missing: Error {}

    @Test(arguments: [SPDMVersion.v1_1, .v1_2, .v1_3]) func `the response is of the shape that was negotiated`(
        version: SPDMVersion
    ) throws {
        var fixture = ResponderFixture.connected(version: version)
        let response = try Self.response(fixture.send(fixture.keyExchange()).bytes, fixture)
        #expect(response.heartbeatPeriod == 10)
        #expect(response.responderSessionID == ResponderFixture.half)
        #expect(response.mutualAuthentication == .none)
        #expect(response.verifyData == ResponderFixture.filled(0xF1)[...])
        let opaque = try OpaqueData.decode(response.opaque, version: version)
        #expect(
            try SecuredMessageVersions.decode(#require(opaque.elements.first))
                == .selected(VersionMessage.Entry(rawValue: 0x1200)))
        #expect(fixture.machine.handshakeSession == ResponderFixture.session)
        #expect(fixture.machine.sessions.isEmpty)
    }

    @Test func `what is signed is VCA, the chain's digest, the request and the response to its opaque data`() throws {
        var fixture = ResponderFixture.connected()
        let request = fixture.keyExchange(.all).encoded(version: .v1_2)
        let bytes = fixture.send(request).bytes
        let opening = try #require(fixture.opening)
        let expected = fixture.vca + ResponderFixture.filled(0xC0) + request + bytes.dropLast(96 + 48)
        #expect(Array(opening.transcript.input(.exchangeSignature)) == expected)
        #expect(opening.isEncrypted && opening.wantsVerifyData)
        #expect(opening.peerExchange == ResponderFixture.filled(0x44, 96))
        _ = fixture.send(ResponderFixture.finish, over: ResponderFixture.session)
        let finish = ResponderFixture.finish.encoded(version: .v1_2)
        let proof = try #require(fixture.proof)
        #expect(Array(proof.transcript.input(.th1)) == expected + bytes.dropLast(48).suffix(96))
        #expect(
            Array(proof.transcript.input(.requesterVerifyData))
                == expected + bytes.suffix(144) + finish.prefix(4))
    }

    @Test func `FINISH establishes the session as its response goes out`() throws {
        var fixture = ResponderFixture.handshaking()
        let effect = fixture.send(ResponderFixture.finish, over: ResponderFixture.session)
        let response = try #require(effect.response)
        #expect(response.bytes == [0x12, 0x65, 0, 0])
        #expect(response.session == ResponderFixture.session)
        let th2 = try #require(fixture.proof).transcript.bytes
        #expect(response.keys == .establish(ResponderFixture.session, th2: th2))
        #expect(fixture.machine.sessions == [ResponderFixture.session])
        #expect(fixture.machine.handshakeSession == nil)
    }

    @Test func `in the clear the verify data are in FINISH_RSP and part of TH2`() throws {
        var fixture = ResponderFixture.handshakingInTheClear()
        #expect(try #require(fixture.opening).wantsVerifyData == false)
        let effect = fixture.send(ResponderFixture.finish)
        let response = try #require(effect.response)
        #expect(response.bytes == [0x12, 0x65, 0, 0] + ResponderFixture.filled(0xF3))
        #expect(response.session == nil)
        let th2 = try #require(fixture.proof).transcript.bytes + ResponderFixture.filled(0xF3)
        #expect(response.keys == .establish(ResponderFixture.session, th2: th2))
    }

    @Test func `FINISH goes where the handshake goes`() {
        var clear = ResponderFixture.handshakingInTheClear()
        #expect(clear.send(ResponderFixture.finish, over: ResponderFixture.session).answer == "error 0b")
        var records = ResponderFixture.handshaking()
        #expect(records.send(ResponderFixture.finish).answer == "error 0b")
        #expect(records.machine.handshakeSession != nil)
        var old = ResponderFixture.handshaking(version: .v1_1)
        #expect(old.send(ResponderFixture.finish).answer == "error 05")
    }

    @Test func `a signature that nobody asked for is refused, and the handshake goes on`() {
        var fixture = ResponderFixture.handshaking()
        let signed = Finish(
            slot: 0, signature: ResponderFixture.filled(1, 96)[...], verifyData: ResponderFixture.filled(2)[...])
        #expect(fixture.send(.finish(signed), over: ResponderFixture.session).answer == "error 01")
        #expect(fixture.send(ResponderFixture.finish, over: ResponderFixture.session).answer == "65")
    }

    @Test func `the next exchange drops the handshake that is half open, not sessions`() {
        var fixture = ResponderFixture.established()
        #expect(fixture.send(fixture.keyExchange()).answer == "64")
        let second = fixture.machine.handshakeSession
        #expect(second == SessionID(requester: 0x1234, responder: ResponderFixture.half - 1))
        _ = fixture.send(.chunkSend(ResponderFixture.firstChunk), over: second)
        #expect(fixture.machine.transfers.count == 1)
        #expect(fixture.send(fixture.pskExchange()).answer == "66")
        let third = fixture.machine.handshakeSession
        #expect(third == SessionID(requester: 0x1234, responder: ResponderFixture.half - 2))
        #expect(second.map(fixture.machine.isAlive) == false)
        #expect(fixture.machine.transfers.isEmpty)
        #expect(fixture.machine.sessions == [ResponderFixture.session])
    }

    @Test func `no more sessions than the limit, and the last is not dropped for one too many`() throws {
        var fixture = ResponderFixture.established()
        _ = fixture.send(fixture.keyExchange())
        let second = try #require(fixture.machine.handshakeSession)
        #expect(fixture.send(ResponderFixture.finish, over: second).answer == "65")
        let before = fixture.machine
        #expect(fixture.send(fixture.keyExchange()).answer == "error 0a")
        #expect(fixture.send(fixture.pskExchange()).answer == "error 0a")
        #expect(fixture.machine == before)
        _ = fixture.send(.endSession(EndSession(clearsNegotiatedState: true)), over: second)
        #expect(fixture.send(fixture.keyExchange()).answer == "64")
    }

    @Test func `opaque data that lie or offer nothing are refused`() throws {
        func element(_ data: [UInt8]) -> [UInt8] {
            OpaqueData([OpaqueElement(data: data[...])]).encoded(version: .v1_2)
        }
        let wrong: [[UInt8]] = [
            [1], [1, 0, 0, 0], [2, 0, 0, 0] + element([1, 1, 0]).dropFirst(4),
            [1, 0, 0, 0, 0, 0, 0xFF, 0xFF, 1, 1], element([1, 1, 9, 0, 0x12]), element([1, 1, 0]),
            element([1, 1, 1, 0, 0x20]), element([2, 1, 1, 0, 0x12]), element([1, 0, 0, 0x12]),
            OpaqueData([]).encoded(version: .v1_2), element([1, 1, 1, 0, 0x12]) + [0],
        ]
        for opaque in wrong {
            var fixture = ResponderFixture.connected()
            let before = fixture.machine
            var request = try #require(fixture.keyExchange().keyExchange)
            request.opaque = opaque[...]
            #expect(fixture.send(.keyExchange(request)).answer == "error 01", "\(opaque)")
            #expect(fixture.machine == before)
            #expect(fixture.send(fixture.keyExchange()).answer == "64")
        }
    }

    @Test func `no opaque data are answered with none`() throws {
        var fixture = ResponderFixture.connected()
        var request = try #require(fixture.keyExchange().keyExchange)
        request.opaque = []
        let response = try Self.response(fixture.send(.keyExchange(request)).bytes, fixture)
        #expect(response.opaque.isEmpty)
    }

    @Test func `requests that cannot be met are refused before anything is drawn`() {
        let events = SessionPolicy(rawValue: 2)
        for (version, request) in [
            (SPDMVersion.v1_2, ResponderFixture().keyExchange(MeasurementSummary(rawValue: 3))),
            (.v1_2, ResponderFixture().keyExchange(slot: 1)), (.v1_2, ResponderFixture().keyExchange(slot: 0xFF)),
            (.v1_3, ResponderFixture(version: .v1_3).keyExchange(policy: events)),
        ] {
            var fixture = ResponderFixture.connected(version: version)
            let drawn = fixture.effects.count
            #expect(fixture.send(request).answer == "error 01")
            #expect(fixture.effects.count == drawn)
        }
    }

    @Test func `sessions are encrypted where both ends can, and authenticated only where the policy lets them`() throws
    {
        var fixture = ResponderFixture.connected(flags: ResponderFixture.requesterFlags.subtracting(.encrypt))
        _ = fixture.send(fixture.keyExchange())
        #expect(try #require(fixture.opening).isEncrypted == false)
        var profile = ResponderProfile.test
        profile.policy.requiresEncryption = true
        fixture = .connected(profile, flags: ResponderFixture.requesterFlags.subtracting(.encrypt))
        #expect(fixture.send(fixture.keyExchange()).answer == "error 01")
        fixture = .connected(flags: ResponderFixture.requesterFlags.subtracting(.mac))
        #expect(fixture.send(fixture.keyExchange()).answer == "error 01")
    }
}

@Suite struct `Responder, PSK_EXCHANGE and PSK_FINISH` {
    @Test func `with a context PSK_FINISH establishes the session`() throws {
        var fixture = ResponderFixture.connected()
        let request = fixture.pskExchange(.tcb).encoded(version: .v1_2)
        let bytes = fixture.send(request).bytes
        #expect(bytes.prefix(12) == [0x12, 0x66, 10, 0, 0xCD, 0xAB, 0, 0, 64, 0, 12, 0])
        let start = fixture.vca + request
        let effect = fixture.send(ResponderFixture.pskFinish, over: ResponderFixture.session)
        let finish = ResponderFixture.pskFinish.encoded(version: .v1_2)
        #expect(effect.bytes == [0x12, 0x67, 0, 0])
        #expect(
            effect.response?.keys
                == .establish(ResponderFixture.session, th2: start + bytes + finish + [0x12, 0x67, 0, 0]))
        let proof = try #require(fixture.proof)
        #expect(Array(proof.transcript.input(.th1)) == start + bytes.dropLast(48))
        #expect(proof.signer == .none && proof.signature.isEmpty && !proof.wantsVerifyData)
        #expect(fixture.machine.sessions == [ResponderFixture.session])
    }

    @Test func `without a context the session is established at once`() {
        var profile = ResponderProfile.test
        profile.capabilities.flags.remove(.pskWithContext)
        profile.capabilities.flags.insert(.psk)
        var fixture = ResponderFixture.connected(profile)
        let request = fixture.pskExchange().encoded(version: .v1_2)
        let effect = fixture.send(request)
        #expect(effect.response?.session == nil)
        #expect(effect.bytes[8] == 0)
        #expect(
            effect.response?.keys == .establish(ResponderFixture.session, th2: fixture.vca + request + effect.bytes))
        #expect(fixture.machine.sessions == [ResponderFixture.session])
        #expect(fixture.send(.heartbeat(Heartbeat()), over: ResponderFixture.session).answer == "68")
    }

    @Test func `a key that is not known is an invalid request`() {
        var fixture = ResponderFixture.connected()
        fixture.owner.failing = ["beginPSK": .unknownKey]
        let before = fixture.machine
        #expect(fixture.send(fixture.pskExchange()).answer == "error 01")
        #expect(fixture.machine == before)
    }

    @Test func `a proof that fails drops the handshake, and another can begin`() {
        for (fixture, request) in [
            (ResponderFixture.handshakingPSK(), ResponderFixture.pskFinish),
            (.handshaking(), ResponderFixture.finish),
        ] {
            var fixture = fixture
            fixture.owner.failing = ["verifyFinish": .refused]
            let effect = fixture.send(request, over: ResponderFixture.session)
            #expect(effect.answer == "error 06")
            #expect(effect.response?.session == ResponderFixture.session)
            #expect(effect.response?.keys == Responder.Response.KeyChange.none)
            #expect(!fixture.machine.isAlive(ResponderFixture.session))
            fixture.owner.failing = [:]
            #expect(fixture.send(fixture.keyExchange()).answer == "64")
        }
    }
}
