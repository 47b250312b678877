import SPDM
import Testing

@Suite struct `Responder, while an effect is carried out` {
    /// Every effect that has an outcome, in the state in which it was asked for.
    private static func pending() -> [(effect: Responder.Effect, machine: Responder)] {
        func stop(_ fixture: ResponderFixture, _ request: [UInt8], over session: SessionID? = nil, after count: Int)
            -> (Responder.Effect, Responder)
        {
            var machine = fixture.machine
            var probe = fixture
            _ = probe.send(request, over: session)
            let outcomes = probe.effects.suffix(from: fixture.effects.count)
            var event = Responder.Event.received(request, over: session, at: 0)
            var effect = Responder.Effect.none
            for place in 0..<count {
                (machine, effect) = step(machine, event)
                if place < outcomes.count, let next = outcome(effect) { event = next }
            }
            return (effect, machine)
        }
        func step(_ machine: Responder, _ event: Responder.Event) -> (Responder, Responder.Effect) {
            let transition = Responder.step(machine, event)
            return (transition.next, transition.effect)
        }
        func outcome(_ effect: Responder.Effect) -> Responder.Event? {
            switch effect {
            case .drawChallenge(let summary): .challengeDrawn(ResponderFixture.nonce, summary: summary.sample)
            case .measure:
                .measured(
                    Responder.Measured(nonce: ResponderFixture.nonce, blocks: ResponderFixture.Owner().blocks))
            case .beginExchange(let summary):
                .exchangeBegun(
                    Responder.ExchangeBegun(
                        random: ResponderFixture.nonce, sessionHalf: 1, exchange: ResponderFixture.filled(1, 96),
                        summary: summary.sample))
            case .beginPSK(let demand):
                .pskBegun(
                    Responder.PSKBegun(
                        sessionHalf: 1, context: ResponderFixture.filled(1, demand.contextSize),
                        summary: demand.summary.sample))
            case .none, .respond, .deliver, .loadIdentities, .sign, .openSession, .openPSKSession, .verifyFinish,
                .verifyRequester:
                nil
            }
        }
        let connected = ResponderFixture.connected()
        var capable = ResponderFixture()
        _ = capable.send(.getVersion(GetVersion()))
        _ = capable.send(ResponderFixture.capabilities())
        func bytes(_ request: SPDMRequest) -> [UInt8] { request.encoded(version: .v1_2) }
        let challenge = bytes(.challenge(Challenge(slot: 0, summary: .tcb, nonce: ResponderFixture.nonce)))
        let measurements = bytes(
            .getMeasurements(
                GetMeasurements(index: 1, proof: GetMeasurements.Proof(nonce: ResponderFixture.nonce, slot: 0))))
        let exchange = bytes(connected.keyExchange(.all))
        let psk = bytes(connected.pskExchange(.all))
        return [
            stop(capable, bytes(ResponderFixture.algorithms), after: 1),
            stop(connected, challenge, after: 1), stop(connected, challenge, after: 2),
            stop(connected, measurements, after: 1), stop(connected, measurements, after: 2),
            stop(connected, exchange, after: 1), stop(connected, exchange, after: 2),
            stop(connected, psk, after: 1), stop(connected, psk, after: 2),
            stop(.handshaking(), bytes(ResponderFixture.finish), over: ResponderFixture.session, after: 1),
            stop(.handshakingPSK(), bytes(ResponderFixture.pskFinish), over: ResponderFixture.session, after: 1),
        ]
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
