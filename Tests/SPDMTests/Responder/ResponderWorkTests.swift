import SPDM
import Testing

@Suite struct `Responder, while an effect is carried out` {
    /// Every effect that has an outcome, with the state in which it is awaited.
    private static func pending() -> [(effect: Responder.Effect, machine: Responder)] {
        let nonce = ResponderFixture.nonce
        let connected = ResponderFixture.connected()
        var capable = ResponderFixture()
        _ = capable.send(.getVersion(GetVersion()))
        _ = capable.send(ResponderFixture.capabilities())
        let challenge = SPDMRequest.challenge(Challenge(slot: 0, summary: .tcb, nonce: nonce))
        let measurements = SPDMRequest.getMeasurements(
            GetMeasurements(index: 1, proof: GetMeasurements.Proof(nonce: nonce, slot: 0)))
        let cases: [(String, ResponderFixture, SPDMRequest, SessionID?)] = [
            ("loadIdentities", capable, ResponderFixture.algorithms, nil),
            ("drawChallenge", connected, challenge, nil), ("sign", connected, challenge, nil),
            ("measure", connected, measurements, nil), ("sign", connected, measurements, nil),
            ("beginExchange", connected, connected.keyExchange(.all), nil),
            ("openSession", connected, connected.keyExchange(.all), nil),
            ("beginPSK", connected, connected.pskExchange(.all), nil),
            ("openPSKSession", connected, connected.pskExchange(.all), nil),
            ("verifyFinish", .handshaking(), ResponderFixture.finish, ResponderFixture.session),
            ("verifyFinish", .handshakingPSK(), ResponderFixture.pskFinish, ResponderFixture.session),
        ]
        return cases.map { name, fixture, request, session in
            var fixture = fixture
            fixture.stop = name
            let effect = fixture.send(request, over: session)
            return (effect, fixture.machine)
        }
    }

    @Test func `the effects are the ones that are asked for`() {
        #expect(
            Self.pending().map(\.effect.name) == [
                "loadIdentities", "drawChallenge", "sign", "measure", "sign", "beginExchange", "openSession",
                "beginPSK", "openPSKSession", "verifyFinish", "verifyFinish",
            ])
    }

    @Test func `a request is answered Busy and the work goes on`() {
        for (effect, machine) in Self.pending() {
            let request = GetDigests().encoded(version: .v1_2)
            let transition = Responder.step(machine, .received(request, over: nil, at: 0))
            #expect(transition.effect.answer == "error 03", "\(effect.name)")
            #expect(transition.next == machine, "\(effect.name)")
        }
    }

    @Test func `an outcome that nobody waits for changes nothing`() {
        let outcomes: [(String, Responder.Event)] = [
            ("loadIdentities", .identitiesLoaded(Responder.Identities())),
            ("drawChallenge", .challengeDrawn(ResponderFixture.nonce, summary: [])),
            ("measure", .measured(Responder.Measured(nonce: ResponderFixture.nonce, blocks: []))),
            (
                "beginExchange",
                .exchangeBegun(
                    Responder.ExchangeBegun(
                        random: ResponderFixture.nonce, sessionHalf: 0, exchange: [], summary: []))
            ),
            ("beginPSK", .pskBegun(Responder.PSKBegun(sessionHalf: 0, context: [], summary: []))),
            ("sign", .signed([1])), ("openSession", .sessionOpened(signature: [], verifyData: [])),
            ("openPSKSession", .pskSessionOpened(verifyData: [])),
            ("verifyFinish", .finishVerified(verifyData: [])), ("verifyRequester", .requesterVerified(digest: [])),
            ("deliver", .vendorAnswered([0x12, 0x7E, 0, 0])),
        ]
        for (effect, machine) in Self.pending() + [(.none, ResponderFixture.established().machine)] {
            for (name, event) in outcomes where name != effect.name {
                let transition = Responder.step(machine, event)
                #expect(transition.effect == .none, "\(name) while \(effect.name)")
                #expect(transition.next == machine, "\(name) while \(effect.name)")
            }
        }
        let idle = ResponderFixture.established().machine
        #expect(Responder.step(idle, .failed(.unavailable)).next == idle)
    }

    @Test func `an effect that fails is an error, and only a handshake that proves nothing is dropped`() {
        let codes: [Responder.Failure: String] = [
            .unavailable: "error 05", .unknownKey: "error 01", .refused: "error 01",
        ]
        for (effect, machine) in Self.pending() {
            for (failure, code) in codes {
                let transition = Responder.step(machine, .failed(failure))
                #expect(transition.next.work == nil)
                if effect.name == "verifyFinish" {
                    #expect(transition.effect.answer == (failure == .refused ? "error 06" : "error 05"))
                    #expect(transition.next.handshakeSession == nil)
                    #expect(transition.effect.response?.session == ResponderFixture.session)
                } else {
                    #expect(transition.effect.answer == code, "\(effect.name) \(failure)")
                    #expect(transition.next.sessions == machine.sessions)
                }
            }
        }
    }

    @Test func `a new request replaces one that the device has not answered`() {
        var fixture = ResponderFixture.established()
        #expect(fixture.send(ResponderFixture.vendorDefined(.v1_2), over: ResponderFixture.session).name == "deliver")
        #expect(fixture.send(.heartbeat(Heartbeat()), over: ResponderFixture.session).answer == "68")
        #expect(fixture.take(.vendorAnswered([0x12, 0x7E, 0, 0])) == .none)
    }
}
