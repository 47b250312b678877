import SPDM
import Testing

@Suite struct `Responder, sessions` {
    private static let session = ResponderFixture.session

    private static func keyUpdate(_ operation: KeyUpdate.Operation, tag: UInt8 = 9) -> SPDMRequest {
        .keyUpdate(KeyUpdate(operation, tag: tag))
    }

    @Test func `END_SESSION is acknowledged in the session's last record`() {
        for clears in [false, true] {
            var fixture = ResponderFixture.established()
            let effect = fixture.send(.endSession(EndSession(clearsNegotiatedState: clears)), over: Self.session)
            #expect(effect == .respond(Responder.Response(bytes: [0x12, 0x6C, 0, 0], session: Self.session)))
            #expect(fixture.machine.sessions.isEmpty)
            #expect(fixture.send(fixture.keyExchange()).answer == "64")
        }
    }

    @Test func `each operation of KEY_UPDATE changes the keys that it names`() {
        for (operation, keys) in [
            (KeyUpdate.Operation.updateKey, Responder.Response.KeyChange.nextRequestKey(Self.session)),
            (.updateAllKeys, .nextKeys(Self.session)),
        ] {
            var fixture = ResponderFixture.established()
            let effect = fixture.send(Self.keyUpdate(operation), over: Self.session)
            #expect(effect.bytes == [0x12, 0x69, operation.rawValue, 9])
            #expect(effect.response?.keys == keys)
            let before = fixture.machine
            for again in [KeyUpdate.Operation.updateKey, .updateAllKeys] {
                #expect(fixture.send(Self.keyUpdate(again), over: Self.session).answer == "error 01")
                #expect(fixture.machine == before)
            }
            let verify = fixture.send(Self.keyUpdate(.verifyNewKey, tag: 10), over: Self.session)
            #expect(verify.bytes == [0x12, 0x69, 3, 10])
            #expect(verify.response?.keys == Responder.Response.KeyChange.none)
            #expect(fixture.send(Self.keyUpdate(operation), over: Self.session).answer == "69")
        }
    }

    @Test(arguments: [0, 3, 4, 0xFF] as [UInt8]) func `an operation out of place is refused`(operation: UInt8) {
        var fixture = ResponderFixture.established()
        let request = Self.keyUpdate(KeyUpdate.Operation(rawValue: operation))
        #expect(fixture.send(request, over: Self.session).answer == "error 01")
    }

    @Test func `a change that the requester took back can be begun again`() {
        var fixture = ResponderFixture.established()
        _ = fixture.send(Self.keyUpdate(.updateKey), over: Self.session)
        #expect(fixture.take(.incident(.keyChangeTakenBack(Self.session))) == .none)
        #expect(fixture.send(Self.keyUpdate(.verifyNewKey), over: Self.session).answer == "error 01")
        #expect(fixture.send(Self.keyUpdate(.updateKey), over: Self.session).answer == "69")
    }

    private static let ask = SPDMRequest.getEncapsulatedRequest(GetEncapsulatedRequest())
    private static func deliver(_ id: UInt8, _ response: [UInt8]) -> SPDMRequest {
        .deliverEncapsulatedResponse(DeliverEncapsulatedResponse(requestID: id, response: response))
    }

    @Test func `the responder's own key update passes as encapsulated requests`() {
        var fixture = ResponderFixture.established()
        #expect(fixture.send(Self.ask, over: Self.session).answer == "error 04")
        _ = fixture.take(.incident(.keyUpdateWanted(Self.session)))
        let steps: [(SPDMRequest, [UInt8], Responder.Response.KeyChange)] = [
            (Self.ask, [0x12, 0x6A, 1, 0, 0x12, 0xE9, 1, 1], .none),
            (
                Self.deliver(1, [0x12, 0x69, 1, 1]), [0x12, 0x6B, 2, 1, 1, 0, 0, 0, 0x12, 0xE9, 3, 2],
                .nextResponseKey(Self.session)
            ),
            (Self.deliver(2, [0x12, 0x69, 3, 2]), [0x12, 0x6B, 0, 0, 2, 0, 0, 0], .none),
        ]
        for (request, response, keys) in steps {
            let effect = fixture.send(request, over: Self.session)
            #expect(effect == .respond(Responder.Response(bytes: response, session: Self.session, keys: keys)))
        }
        #expect(fixture.send(Self.ask, over: Self.session).answer == "error 04")
    }

    @Test func `an answer that is none ends the update, and after the change the session`() {
        for (steps, isAlive) in [([], true), ([Self.deliver(1, [0x12, 0x69, 1, 1])], false)] {
            var fixture = ResponderFixture.established()
            _ = fixture.take(.incident(.keyUpdateWanted(Self.session)))
            _ = fixture.send(Self.ask, over: Self.session)
            for step in steps { _ = fixture.send(step, over: Self.session) }
            let id = UInt8(steps.count + 1)
            #expect(fixture.send(Self.deliver(id &+ 1, [0x12, 0x69, 1, 1]), over: Self.session).answer == "error 01")
            let effect = fixture.send(Self.deliver(id, [0x12, 0x7F, 5, 0]), over: Self.session)
            #expect(effect.answer == "error 09")
            #expect(fixture.machine.isAlive(Self.session) == isAlive)
        }
    }

    @Test func `no key update is asked of a requester that cannot`() {
        for missing in [CapabilityFlags.keyUpdate, .encapsulated] {
            var fixture = ResponderFixture.connected(flags: ResponderFixture.requesterFlags.subtracting(missing))
            _ = fixture.send(fixture.keyExchange())
            _ = fixture.send(ResponderFixture.finish, over: Self.session)
            _ = fixture.take(.incident(.keyUpdateWanted(Self.session)))
            #expect(fixture.send(Self.ask, over: Self.session).answer.hasPrefix("error"))
        }
    }

    @Test func `in 1.3 nothing pending has a code of its own`() {
        var fixture = ResponderFixture.established(version: .v1_3)
        #expect(fixture.send(Self.ask, over: Self.session).answer == "error 45")
        #expect(fixture.send(Self.ask).answer == "error 45")
    }

    @Test func `a session that is silent for more than two heartbeats ends`() {
        var fixture = ResponderFixture.established()
        _ = fixture.send(.heartbeat(Heartbeat()), over: Self.session, at: 100)
        _ = fixture.take(.incident(.timePassed(to: 120)))
        #expect(fixture.machine.sessions == [Self.session])
        _ = fixture.send(.getDigests(GetDigests()), over: Self.session, at: 110)
        _ = fixture.take(.incident(.timePassed(to: 130)))
        #expect(fixture.machine.sessions == [Self.session])
        _ = fixture.take(.incident(.timePassed(to: 131)))
        #expect(fixture.machine.sessions.isEmpty)
    }

    @Test func `without heartbeats silence ends nothing, and HEARTBEAT is refused`() {
        var profile = ResponderProfile.test
        profile.heartbeatPeriod = 0
        var fixture = ResponderFixture.established(profile)
        #expect(fixture.send(.heartbeat(Heartbeat()), over: Self.session).answer == "error 04")
        _ = fixture.take(.incident(.timePassed(to: .max)))
        #expect(fixture.machine.sessions == [Self.session])
    }

    @Test func `other firmware ends the sessions that demanded it`() {
        for (policy, remain) in [(SessionPolicy.terminateOnUpdate, false), ([], true)] {
            var fixture = ResponderFixture.connected()
            _ = fixture.send(fixture.keyExchange(policy: policy))
            _ = fixture.send(ResponderFixture.finish, over: Self.session)
            _ = fixture.take(.incident(.firmwareUpdated))
            #expect(fixture.machine.isAlive(Self.session) == remain)
        }
    }

    @Test func `a lost session takes its chunks, deferral and work along`() {
        var profile = ResponderProfile.test
        profile.deferred = [.getDigests]
        var fixture = ResponderFixture.established(profile)
        _ = fixture.send(.getDigests(GetDigests()), over: Self.session)
        _ = fixture.send(.chunkSend(ResponderFixture.firstChunk), over: Self.session)
        #expect(fixture.machine.deferral != nil && !fixture.machine.transfers.isEmpty)
        _ = fixture.take(.incident(.sessionLost(Self.session)))
        #expect(fixture.machine.deferral == nil && fixture.machine.transfers.isEmpty)
        var working = ResponderFixture.established()
        _ = working.send(ResponderFixture.vendorDefined(.v1_2), over: Self.session)
        _ = working.take(.incident(.sessionLost(Self.session)))
        #expect(working.machine.work == nil)
        #expect(working.take(.vendorAnswered([0x12, 0x7E, 0, 0])) == .none)
    }

    @Test func `a reset loses everything, and every request but GET_VERSION is told so`() {
        var fixture = ResponderFixture.established()
        _ = fixture.take(.incident(.reset))
        #expect(fixture.machine.sessions.isEmpty)
        #expect(fixture.send(.getDigests(GetDigests())).bytes == [0x10, 0x7F, 0x43, 0])
        fixture.negotiate()
        #expect(fixture.send(.getDigests(GetDigests())).answer == "01")
    }

    @Test func `a vendor's message passes whole, and its answer goes back where it came from`() {
        for session in [nil, Self.session] {
            var fixture = ResponderFixture.established()
            let request = ResponderFixture.vendorDefined(.v1_2)
            #expect(
                fixture.send(request + (session == nil ? [0, 0] : []), over: session)
                    == .deliver(request, over: session))
            let effect = fixture.take(.vendorAnswered([0x12, 0x7E, 0, 0, 1]))
            #expect(effect == .respond(Responder.Response(bytes: [0x12, 0x7E, 0, 0, 1], session: session)))
            _ = fixture.send(request, over: session)
            #expect(fixture.take(.vendorAnswered([0x12])).answer == "error 05")
        }
    }
}

@Suite struct `Responder, RESPOND_IF_READY` {
    private static var profile: ResponderProfile {
        var profile = ResponderProfile.test
        profile.deferred = [.challenge, .getDigests, .vendorDefined]
        return profile
    }

    private static func ready(_ code: MessageCode, token: UInt8) -> SPDMRequest {
        .respondIfReady(RespondIfReady(code, token: token))
    }

    @Test func `the answer comes when it is asked for, once`() throws {
        var fixture = ResponderFixture.connected(Self.profile)
        let request = SPDMRequest.challenge(Challenge(slot: 0, summary: .none, nonce: ResponderFixture.nonce))
        #expect(fixture.send(request).bytes == [0x12, 0x7F, 0x42, 0, 20, 0x83, 1, 2])
        #expect(fixture.effects.last?.name == "loadIdentities")
        #expect(fixture.send(Self.ready(.challenge, token: 1)).answer == "03")
        // What asks for it is in no transcript.
        let transcript = try #require(fixture.signatureDemand).transcript
        #expect(transcript.firstRange(of: [0x12, 0xFF, 0x83, 1]) == nil)
        #expect(fixture.send(Self.ready(.challenge, token: 1)).answer == "error 04")
    }

    @Test func `another code, token or place is refused, and the answer is kept`() {
        var fixture = ResponderFixture.established(Self.profile)
        _ = fixture.send(.getDigests(GetDigests()))
        #expect(fixture.send(Self.ready(.challenge, token: 1)).answer == "error 01")
        #expect(fixture.send(Self.ready(.getDigests, token: 2)).answer == "error 01")
        #expect(fixture.send(Self.ready(.getDigests, token: 1), over: ResponderFixture.session).answer == "error 04")
        #expect(fixture.send(Self.ready(.getDigests, token: 1)).answer == "01")
    }

    @Test func `the last request that was put off counts`() {
        var fixture = ResponderFixture.established(Self.profile)
        _ = fixture.send(.getDigests(GetDigests()))
        #expect(
            fixture.send(ResponderFixture.vendorDefined(.v1_2), over: ResponderFixture.session).answer == "error 42")
        #expect(fixture.send(Self.ready(.getDigests, token: 1)).answer == "error 04")
        let effect = fixture.send(Self.ready(.vendorDefined, token: 2), over: ResponderFixture.session)
        #expect(effect == .deliver(ResponderFixture.vendorDefined(.v1_2), over: ResponderFixture.session))
    }
}

@Suite struct `Responder, chunks` {
    private static let session = ResponderFixture.session

    private static func chunk(
        _ sequence: UInt16, _ count: Int, last: Bool = false, handle: UInt8 = 9, size: UInt32 = 100
    ) -> SPDMRequest {
        .chunkSend(
            Chunk(
                isLast: last, handle: handle, sequence: sequence, messageSize: sequence == 0 ? size : 0,
                bytes: ResponderFixture.filled(0, count)))
    }

    @Test func `a request in chunks is answered as one in one piece, in the last acknowledgement`() throws {
        for session in [nil, Self.session] {
            var fixture = ResponderFixture.established()
            var whole = fixture
            let request = SPDMRequest.getMeasurements(
                GetMeasurements(
                    index: 1, proof: GetMeasurements.Proof(nonce: ResponderFixture.nonce, slot: 0)))
            // GET_MEASUREMENTS of 37 bytes is too short for chunks; KEY_EXCHANGE is not.
            #expect(fixture.sendInChunks(request, size: 42, over: session).answer == "05")
            #expect(fixture.machine.transfers.isEmpty)
            let exchange = fixture.keyExchange()
            let effect = fixture.sendInChunks(exchange, size: 60, over: session, handle: 200)
            let expected = whole.send(exchange, over: session)
            let sequence = UInt8((exchange.encoded(version: .v1_2).count - 44 + 47) / 48)
            #expect(effect.bytes == [0x12, 0x05, 0, 200, sequence, 0] + expected.bytes)
            #expect(effect.response?.session == session)
            if session == nil { #expect(fixture.opening == whole.opening) }
        }
    }

    @Test func `a refusal of the whole is in the acknowledgement too, without the mark of an early error`() {
        var fixture = ResponderFixture.connected()
        let effect = fixture.sendInChunks(fixture.keyExchange(slot: 7), size: 100)
        #expect(effect.bytes == [0x12, 0x05, 0, 1, 1, 0, 0x12, 0x7F, 0x01, 0])
        #expect(fixture.machine.transfers.isEmpty)
    }

    @Test func `a chunk that does not fit ends the message with an early error`() {
        let wrong: [SPDMRequest] = [
            Self.chunk(2, 50), Self.chunk(0, 50), Self.chunk(1, 50, handle: 8), Self.chunk(1, 51, last: true),
            Self.chunk(1, 49, last: true), Self.chunk(1, 50), Self.chunk(1, 29), Self.chunk(1, 0),
        ]
        for (place, request) in wrong.enumerated() {
            var fixture = ResponderFixture.receivingChunks()
            let effect = fixture.send(request)
            #expect(effect.bytes.prefix(3) == [0x12, 0x05, 1], "\(place)")
            #expect(effect.bytes.suffix(4) == [0x12, 0x7F, 0x01, 0], "\(place)")
            #expect(fixture.machine.transfers.isEmpty, "\(place)")
            #expect(fixture.send(fixture.keyExchange()).answer == "64", "\(place)")
        }
    }

    @Test func `a first chunk that cannot begin a message is an early error`() {
        for (request, code) in [
            (Self.chunk(1, 50), 1), (Self.chunk(0, 50, last: true), 1), (Self.chunk(0, 25), 1),
            (Self.chunk(0, 42, size: 42), 1), (Self.chunk(0, 50, size: 65537), 0x0E),
            (Self.chunk(0, 50, size: .max), 0x0E), (Self.chunk(0, 101), 1),
        ] as [(SPDMRequest, UInt8)] {
            var fixture = ResponderFixture.connected()
            let effect = fixture.send(request)
            #expect(effect.bytes.prefix(3) == [0x12, 0x05, 1])
            #expect(effect.bytes.suffix(4) == [0x12, 0x7F, code, 0])
            #expect(fixture.machine.transfers.isEmpty)
        }
    }

    @Test func `what passes in chunks in one place does not disturb another`() {
        var fixture = ResponderFixture.established()
        _ = fixture.send(Self.chunk(0, 50))
        #expect(fixture.send(.heartbeat(Heartbeat()), over: Self.session).answer == "68")
        _ = fixture.send(Self.chunk(0, 60, handle: 3), over: Self.session)
        #expect(fixture.machine.transfers.count == 2)
        #expect(fixture.send(.heartbeat(Heartbeat()), over: Self.session).answer == "error 04")
        #expect(fixture.send(Self.chunk(1, 50, last: true, handle: 3), over: Self.session).bytes[2] == 1)
        #expect(fixture.send(Self.chunk(1, 50, last: true)).bytes[2] == 0)
        #expect(fixture.machine.transfers.isEmpty)
    }

    @Test func `chunks do not carry chunks, nor GET_VERSION`() {
        for code: UInt8 in [0x84, 0x85, 0x86] {
            var fixture = ResponderFixture.connected()
            let inner = [0x12, code, 0, 0] + ResponderFixture.filled(0, 60)
            _ = fixture.send(
                .chunkSend(
                    Chunk(isLast: false, handle: 1, sequence: 0, messageSize: 64, bytes: Array(inner.prefix(40)))))
            let last = Chunk(isLast: true, handle: 1, sequence: 1, bytes: Array(inner.suffix(24)))
            let effect = fixture.send(.chunkSend(last))
            #expect(effect.answer == "05")
            #expect(effect.bytes.dropFirst(7).first == 0x7F)
            #expect(fixture.machine.negotiated != nil && fixture.machine.transfers.isEmpty)
        }
    }

    @Test func `a large response is announced and fetched in chunks`() throws {
        for session in [nil, Self.session] {
            var fixture = ResponderFixture.connected(transfer: 64)
            if session != nil {
                _ = fixture.sendAndFetch(fixture.keyExchange())
                _ = fixture.send(ResponderFixture.finish, over: session)
            }
            let announced = fixture.send(.getDigests(GetDigests()), over: session).bytes
            #expect(announced.prefix(4) == [0x12, 0x7F, 0x0F, 0])
            let fetched = fixture.fetch(handle: announced[4], over: session)
            #expect(
                fetched.message == [0x12, 0x01, 0, 5] + ResponderFixture.filled(0xC0) + ResponderFixture.filled(0xC2))
            #expect(fetched.sizes == [64, 64])
            #expect(fixture.machine.transfers.isEmpty)
            #expect(
                fixture.send(.chunkGet(ChunkGet(handle: announced[4], sequence: 3)), over: session).answer == "error 04"
            )
        }
    }

    @Test func `only the next chunk can be fetched`() {
        var fixture = ResponderFixture.holdingResponse()
        let before = fixture.machine
        for (handle, sequence) in [(1, 1), (2, 0), (0, 0)] as [(UInt8, UInt16)] {
            #expect(fixture.send(.chunkGet(ChunkGet(handle: handle, sequence: sequence))).answer == "error 01")
            #expect(fixture.machine == before)
        }
        #expect(fixture.send(.chunkGet(ChunkGet(handle: 1, sequence: 0))).answer == "06")
        #expect(fixture.send(.chunkGet(ChunkGet(handle: 1, sequence: 0))).answer == "error 01")
    }

    @Test func `a large response to a large request is announced in the acknowledgement`() {
        var fixture = ResponderFixture.connected(transfer: 64)
        let effect = fixture.sendInChunks(fixture.keyExchange(), size: 100)
        #expect(effect.bytes == [0x12, 0x05, 0, 1, 1, 0, 0x12, 0x7F, 0x0F, 0, 1])
        #expect(fixture.fetch(handle: 1).message.prefix(2) == [0x12, 0x64])
    }

    @Test func `a response that the requester cannot take at all is told with its size`() {
        var fixture = ResponderFixture(.test)
        _ = fixture.send(.getVersion(GetVersion()))
        _ = fixture.send(
            .getCapabilities(
                GetCapabilities(
                    EndpointCapabilities(
                        ctExponent: 10, flags: ResponderFixture.requesterFlags, dataTransferSize: 64,
                        maximumMessageSize: 90))))
        _ = fixture.send(ResponderFixture.algorithms)
        #expect(fixture.send(.getDigests(GetDigests())).bytes == [0x12, 0x7F, 0x0D, 0, 100, 0, 0, 0])
        #expect(fixture.machine.transfers.isEmpty)
    }

    @Test func `a vendor's answer that fits into no record comes in chunks, or not at all`() {
        for (version, answer) in [(SPDMVersion.v1_1, "error 0d"), (.v1_2, "error 0f")] {
            var fixture = ResponderFixture(.test, version: version)
            _ = fixture.send(.getVersion(GetVersion()))
            _ = fixture.send(
                .getCapabilities(
                    GetCapabilities(
                        EndpointCapabilities(
                            flags: ResponderFixture.requesterFlags, dataTransferSize: 100_000,
                            maximumMessageSize: 100_000))))
            _ = fixture.send(ResponderFixture.algorithms)
            _ = fixture.send(fixture.keyExchange())
            _ = fixture.send(ResponderFixture.finish, over: Self.session)
            _ = fixture.send(ResponderFixture.vendorDefined(version), over: Self.session)
            let response = [version.rawValue, 0x7E, 0, 0] + ResponderFixture.filled(0, 65_514)
            #expect(fixture.take(.vendorAnswered(response)).answer == answer)
            _ = fixture.send(ResponderFixture.vendorDefined(version))
            #expect(fixture.take(.vendorAnswered(response)).answer == "7e")
        }
    }

    @Test func `a request longer than this end takes at once is too large, in one piece`() {
        var profile = ResponderProfile.test
        profile.capabilities.dataTransferSize = 100
        var fixture = ResponderFixture.connected(profile)
        #expect(fixture.send(fixture.keyExchange()).answer == "error 0e")
        #expect(fixture.sendInChunks(fixture.keyExchange(), size: 100).answer == "05")
        #expect(fixture.machine.handshakeSession != nil)
    }

    @Test func `chunks are for ends that both have them`() {
        var fixture = ResponderFixture(.test)
        _ = fixture.send(.getVersion(GetVersion()))
        _ = fixture.send(
            .getCapabilities(
                GetCapabilities(
                    EndpointCapabilities(
                        flags: ResponderFixture.requesterFlags.subtracting(.chunk), dataTransferSize: 90,
                        maximumMessageSize: 90))))
        _ = fixture.send(ResponderFixture.algorithms)
        #expect(fixture.send(Self.chunk(0, 50)).bytes == [0x12, 0x7F, 0x07, 0x85])
        #expect(fixture.send(.getDigests(GetDigests())).answer == "error 0d")
        var old = ResponderFixture.connected(version: .v1_1)
        #expect(old.send(Self.chunk(0, 50)).answer == "error 07")
    }
}

extension ResponderFixture {
    /// Fetches a large response: the message, and the sizes of the chunks' messages.
    mutating func fetch(handle: UInt8, over session: SessionID? = nil) -> (message: [UInt8], sizes: [Int]) {
        var message: [UInt8] = []
        var sizes: [Int] = []
        while true {
            let bytes = send(.chunkGet(ChunkGet(handle: handle, sequence: UInt16(sizes.count))), over: session).bytes
            guard bytes.count > 12, bytes[1] == 0x06 else { return (message, sizes) }
            message += bytes.dropFirst(sizes.isEmpty ? 16 : 12)
            sizes.append(bytes.count)
            if bytes[2] == 1 { return (message, sizes) }
        }
    }

    /// Sends a request whose response is large.
    mutating func sendAndFetch(_ request: SPDMRequest) -> [UInt8] {
        let bytes = send(request).bytes
        return bytes.count == 5 && bytes[2] == 0x0F ? fetch(handle: bytes[4]).message : bytes
    }
}
