import OpenSSLCrypto
import SPDM
import SPDMEndpoints
import Testing

@Suite struct `SPDMResponder and hostile requesters` {
    private static let heartbeat = SPDMRequest.heartbeat(Heartbeat())
    private static let refused = SPDMResponder.Output.answer(
        TransportMessage(isSecured: false, bytes: [0x12, 0x7F, 0x06, 0]))

    private static func secured(_ bytes: [UInt8]) -> TransportMessage {
        TransportMessage(isSecured: true, bytes: bytes)
    }

    // MARK: Records

    @Test func `a record that was changed, cut or repeated ends its session and no other`() throws {
        let changes: [(inout [UInt8]) -> Void] = [
            { $0[4] ^= 1 }, { $0[6] ^= 1 }, { $0[$0.count - 1] ^= 0x80 }, { $0.removeLast() }, { $0.removeLast(17) },
            { $0 += [0, 0, 0, 0] }, { $0 = Array($0.prefix(4)) },
        ]
        for (place, change) in changes.enumerated() {
            var requester = try TestDevice.connected()
            let session = try requester.openSession(chain: TestDevice.chain)
            let other = try requester.openSession(chain: TestDevice.chain)
            var record = try session.keys.seal([0x12, 0xE8, 0, 0].span)
            change(&record)
            #expect(requester.carry(Self.secured(record)) == Self.refused, "change \(place)")
            #expect(requester.responder.takeEndedSessions() == [session.id], "change \(place)")
            let next = try session.keys.seal([0x12, 0xE8, 0, 0].span)
            #expect(requester.carry(Self.secured(next)) == Self.refused, "change \(place)")
            #expect(try requester.exchange(Self.heartbeat, in: other)[1] == 0x68, "change \(place)")
        }
        var requester = try TestDevice.connected()
        let session = try requester.openSession(chain: TestDevice.chain)
        let record = try session.keys.seal([0x12, 0xE8, 0, 0].span)
        let first = requester.carry(Self.secured(record))
        guard case .answer(let answer) = first, answer.isSecured else { throw UnexpectedAnswer(output: first) }
        #expect(requester.carry(Self.secured(record)) == Self.refused)
        #expect(requester.responder.takeEndedSessions() == [session.id])
    }

    @Test func `a record of no session is refused in the clear and ends none`() throws {
        var requester = try TestDevice.connected()
        let session = try requester.openSession(chain: TestDevice.chain)
        for record in [[], [1], [1, 2, 3, 4], [UInt8](repeating: 0, count: 100), [UInt8](repeating: 0xFF, count: 100)] {
            #expect(requester.carry(Self.secured(record)) == Self.refused)
        }
        #expect(requester.responder.takeEndedSessions() == [])
        #expect(try requester.exchange(Self.heartbeat, in: session)[1] == 0x68)
        var old = try TestDevice.connected(version: .v1_1)
        #expect(
            old.carry(Self.secured([1, 2, 3, 4]))
                == .answer(TransportMessage(isSecured: false, bytes: [0x11, 0x7F, 0x02, 0])))
    }

    @Test func `a record under the handshake's keys after FINISH does not open`() throws {
        var requester = try TestDevice.connected()
        let (session, _) = try requester.beginSession(chain: TestDevice.chain)
        // The handshake's keys, one record on, sealed before the change and sent after it.
        let early = try session.keys.seal([0x12, 0xE8, 0, 0].span)
        #expect(throws: (any Error).self) { try requester.finish(session) }
        #expect(requester.carry(Self.secured(early)) == Self.refused)
        #expect(requester.responder.sessions.isEmpty)
    }

    // MARK: Requests

    private static func requests(_ version: SPDMVersion) -> [[UInt8]] {
        let nonce = Nonce(InlineArray(repeating: 1))
        let opaque = OpaqueData([SecuredMessageVersions.supported(ResponderProfile.knownSecuredVersions).element])
            .encoded(version: version)[...]
        let requests: [SPDMRequest] = [
            .getCapabilities(GetCapabilities(EndpointCapabilities(dataTransferSize: 64, maximumMessageSize: 64))),
            .negotiateAlgorithms(NegotiateAlgorithms(asymmetric: .ecdsaP384, hash: .sha384)),
            .getDigests(GetDigests()), .getCertificate(GetCertificate(slot: 0, offset: 0, length: 0xFFFF)),
            .challenge(Challenge(slot: 0, summary: .all, nonce: nonce)),
            .getMeasurements(
                GetMeasurements(index: 0xFF, proof: GetMeasurements.Proof(nonce: nonce, slot: 0))),
            .keyExchange(
                KeyExchange(
                    summary: .all, slot: 0, requesterSessionID: 5, random: nonce,
                    exchange: [UInt8](repeating: 0x31, count: 96)[...], opaque: opaque)),
            .pskExchange(
                PSKExchange(
                    summary: .all, requesterSessionID: 5, hint: TestDevice.hint[...],
                    context: [UInt8](repeating: 3, count: 48)[...], opaque: opaque)),
            .finish(Finish(verifyData: [UInt8](repeating: 1, count: 48)[...])),
            .pskFinish(PSKFinish(verifyData: [UInt8](repeating: 1, count: 48))),
            .keyUpdate(KeyUpdate(.verifyNewKey, tag: 0)), .getEncapsulatedRequest(GetEncapsulatedRequest()),
            .deliverEncapsulatedResponse(
                DeliverEncapsulatedResponse(requestID: 0, response: [version.rawValue, 1, 0, 1])),
            .chunkSend(
                Chunk(
                    isLast: false, handle: 1, sequence: 0, messageSize: 99, bytes: [UInt8](repeating: 0, count: 60))),
            .chunkGet(ChunkGet(handle: 0, sequence: 0)), .respondIfReady(RespondIfReady(.challenge, token: 0)),
        ]
        return requests.map { $0.encoded(version: version) }
            + [[version.rawValue, 0xFE, 0, 0, 3, 0, 2, 1, 0, 3, 0, 1, 0xAA, 0xBB]]
    }

    /// Every request cut at every length, and with each of its bytes changed.
    private static func variants(_ version: SPDMVersion) -> [[UInt8]] {
        requests(version).flatMap { request in
            (0..<request.count).map { Array(request.prefix($0)) }
                + request.indices.map { place in
                    var changed = request
                    changed[place] ^= place < 4 ? 0x01 : 0xFF
                    return changed
                }
        }
    }

    @Test(arguments: [SPDMVersion.v1_1, .v1_2, .v1_3])
    func `whatever comes in the clear leaves sessions alone, and a good handshake succeeds after it`(
        version: SPDMVersion
    ) throws {
        var requester = try TestDevice.connected(version: version)
        let session = try requester.openSession(chain: TestDevice.chain)
        for variant in Self.variants(version) {
            let output = requester.carry(TransportMessage(isSecured: false, bytes: variant))
            guard case .answer(let answer) = output, !answer.isSecured else { throw UnexpectedAnswer(output: output) }
        }
        #expect(requester.responder.takeEndedSessions() == [])
        #expect(try requester.exchange(Self.heartbeat, in: session)[1] == 0x68)
        try requester.connect()
        _ = try requester.openSession(chain: TestDevice.chain)
    }

    @Test(arguments: [SPDMVersion.v1_1, .v1_2, .v1_3])
    func `whatever comes in a session is answered in it, and it goes on`(version: SPDMVersion) throws {
        var requester = try TestDevice.connected(version: version)
        let session = try requester.openSession(chain: TestDevice.chain)
        for variant in Self.variants(version) where variant.count < 2 || variant[1] & 0xFE != 0xE8 {
            _ = try requester.exchange(variant, in: session)
        }
        // What may be under way are chunks, which only GET_VERSION or a wrong chunk ends.
        _ = try requester.exchange(.chunkSend(Chunk(isLast: true, handle: 77, sequence: 9, bytes: [])), in: session)
        #expect(try requester.exchange(Self.heartbeat, in: session)[1] == 0x68)
        #expect(requester.responder.takeEndedSessions() == [])
    }

    @Test func `random bytes are answered with errors`() throws {
        var requester = try TestDevice.connected()
        let session = try requester.openSession(chain: TestDevice.chain)
        var seed: UInt64 = 0x9E37_79B9_7F4A_7C15
        func random() -> UInt8 {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: seed >> 33)
        }
        for round in 0..<3000 {
            var bytes = (0..<Int(random())).map { _ in random() }
            if round.isMultiple(of: 2), bytes.count > 1 { bytes[0] = 0x12; bytes[1] |= 0x80 }
            if bytes.prefix(2) == [0x10, 0x84] { continue }
            let output = requester.carry(TransportMessage(isSecured: round.isMultiple(of: 3), bytes: bytes))
            guard case .answer = output else { throw UnexpectedAnswer(output: output) }
        }
        #expect(requester.responder.takeEndedSessions() == [])
        #expect(requester.responder.sessions == [session.id])
        #expect(try requester.exchange(Self.heartbeat, in: session)[1] == 0x68)
    }

    @Test func `a public value that is none of the group is refused, and the next handshake succeeds`() throws {
        var requester = try TestDevice.connected()
        for value in [
            [UInt8](repeating: 0, count: 96), [UInt8](repeating: 0xFF, count: 96), [UInt8](repeating: 0x31, count: 96),
        ] {
            let request = KeyExchange(
                summary: .none, slot: 0, requesterSessionID: 5, random: Nonce(InlineArray(repeating: 1)),
                exchange: value[...], opaque: [])
            #expect(try requester.exchange(.keyExchange(request)) == [0x12, 0x7F, 0x01, 0])
        }
        _ = try requester.openSession(chain: TestDevice.chain)
    }

    @Test func `handshakes begun without end leave one half open`() throws {
        var requester = try TestDevice.connected { $0.sessionLimit = 1 }
        var begun: [TestSession] = []
        for _ in 0..<20 { begun.append(try requester.beginSession(chain: TestDevice.chain).session) }
        let last = try #require(begun.last)
        for session in begun.dropLast() {
            let record = try session.keys.seal([0x12, 0xE5, 0, 0].span)
            #expect(requester.carry(Self.secured(record)) == Self.refused)
        }
        #expect(try requester.finish(last))
        #expect(requester.responder.sessions == [last.id])
    }

    @Test func `a device's late answer goes nowhere`() throws {
        var requester = try TestDevice.connected()
        let session = try requester.openSession(chain: TestDevice.chain)
        let request: [UInt8] = [0x12, 0xFE, 0, 0, 3, 0, 2, 1, 0, 1, 0, 1]
        let record = try session.keys.seal(request.span)
        let output = requester.responder.receive(Self.secured(record), at: requester.time)
        #expect(output == .vendorRequest(request, session.id))
        #expect(try requester.exchange(Self.heartbeat, in: session)[1] == 0x68)
        #expect(requester.responder.answer(vendorResponse: TestRequester.vendorResponse) == .nothing)
        #expect(
            requester.carry(TransportMessage(isSecured: false, bytes: request))
                == .answer(TransportMessage(isSecured: false, bytes: TestRequester.vendorResponse)))
    }
}
