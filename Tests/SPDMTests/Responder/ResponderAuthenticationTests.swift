import SPDM
import Testing

@Suite struct `Responder, authentication` {
    @Test func `DIGESTS tells the slots that hold a chain, by version`() {
        let digests = ResponderFixture.filled(0xC0) + ResponderFixture.filled(0xC2)
        var profile = ResponderProfile.test
        profile.supportedSlots = 0x0F
        for (version, supported) in [(SPDMVersion.v1_1, 0), (.v1_2, 0), (.v1_3, 0x0F)] as [(SPDMVersion, UInt8)] {
            var fixture = ResponderFixture.connected(profile, version: version)
            #expect(
                fixture.send(.getDigests(GetDigests())).bytes == [version.rawValue, 0x01, supported, 0x05] + digests)
        }
    }

    @Test func `with several keys DIGESTS tells of each`() throws {
        var profile = ResponderProfile.test
        profile.capabilities.flags.insert(.multiKeyOnly)
        var fixture = ResponderFixture(profile, version: .v1_3)
        _ = fixture.send(.getVersion(GetVersion()))
        _ = fixture.send(ResponderFixture.capabilities())
        var request = try #require(ResponderFixture.algorithms.algorithms)
        request.otherParameters.insert(.multiKey)
        _ = fixture.send(.negotiateAlgorithms(request))
        let bytes = fixture.send(.getDigests(GetDigests())).bytes
        #expect(bytes.suffix(8) == [7, 1, 1, 1, 0x0F, 0, 0x0F, 0])
        // The last DIGESTS is part of what KEY_EXCHANGE_RSP signs.
        _ = fixture.send(fixture.keyExchange())
        let transcript = Array(fixture.opening?.transcript.bytes ?? [])
        #expect(transcript.firstRange(of: bytes + ResponderFixture.filled(0xC0)) != nil)
    }

    @Test func `a chain comes in portions that the requester takes at once`() throws {
        var fixture = ResponderFixture.connected(transfer: 108)
        var chain: [UInt8] = []
        var remainders: [UInt16] = []
        repeat {
            let request = SPDMRequest.getCertificate(
                GetCertificate(slot: 0, offset: UInt16(chain.count), length: 0xFFFF))
            let bytes = fixture.send(request).bytes
            #expect(bytes.count <= 108)
            let decoded = try SPDMResponse.decode(bytes.span, answering: request, sizes: NegotiatedSizes())
            guard case .certificate(let certificate) = decoded.response else {
                Issue.record("another response"); return
            }
            chain += certificate.portion
            remainders.append(certificate.remainder)
        } while remainders.last != 0
        #expect(chain == ResponderFixture.chain)
        #expect(remainders == [200, 100, 0])
    }

    @Test func `a portion that is not there is refused`() {
        var fixture = ResponderFixture.connected()
        for request in [
            GetCertificate(slot: 1, offset: 0, length: 10), GetCertificate(slot: 15, offset: 0, length: 10),
            GetCertificate(slot: 0, offset: 300, length: 10), GetCertificate(slot: 0, offset: 0xFFFF, length: 0xFFFF),
            GetCertificate(slot: 0, offset: 0, length: 0),
        ] {
            #expect(fixture.send(.getCertificate(request)).answer == "error 01")
        }
    }

    private static func challenge(_ summary: MeasurementSummary = .none, slot: UInt8 = 0) -> SPDMRequest {
        .challenge(
            Challenge(slot: slot, summary: summary, nonce: ResponderFixture.nonce, context: 0x0807_0605_0403_0201))
    }

    @Test(arguments: [SPDMVersion.v1_1, .v1_2, .v1_3]) func `M1 is VCA, what authenticates, and the answer unsigned`(
        version: SPDMVersion
    ) throws {
        var fixture = ResponderFixture(version: version)
        var expected: [UInt8] = []
        for request in [
            SPDMRequest.getVersion(GetVersion()), ResponderFixture.capabilities(), ResponderFixture.algorithms,
            .getDigests(GetDigests()), .getCertificate(GetCertificate(slot: 0, offset: 0, length: 1000)),
        ] {
            expected += request.encoded(version: version) + fixture.send(request).bytes
        }
        let bytes = fixture.send(Self.challenge(.all)).bytes
        expected += Self.challenge(.all).encoded(version: version) + bytes.dropLast(ResponderFixture.signatureSize)
        let demand = try #require(fixture.signatureDemand)
        #expect(demand.transcript == expected)
        #expect(demand.context == .responderChallenge)
        #expect(bytes.suffix(ResponderFixture.signatureSize) == ResponderFixture.filled(0x51, 96)[...])
        if version >= .v1_3 { #expect(bytes.dropLast(96).suffix(8) == [1, 2, 3, 4, 5, 6, 7, 8]) }
        // Once signed, it starts anew.
        _ = fixture.send(Self.challenge())
        let again = try #require(fixture.signatureDemand)
        #expect(again.transcript.count < 400)
    }

    @Test func `what skips CHALLENGE makes M1 start anew`() throws {
        for skipping in [SPDMRequest.getMeasurements(GetMeasurements(index: 0)), .getDigests(GetDigests())] {
            var fixture = ResponderFixture.connected()
            _ = fixture.send(.getCertificate(GetCertificate(slot: 0, offset: 0, length: 1000)))
            _ = fixture.send(skipping)
            _ = fixture.send(Self.challenge())
            let transcript = try #require(fixture.signatureDemand).transcript
            #expect(transcript.firstRange(of: ResponderFixture.chain) == nil)
        }
    }

    @Test func `CHALLENGE of a slot or summary that is not there is refused`() {
        var fixture = ResponderFixture.connected()
        #expect(fixture.send(Self.challenge(slot: 1)).answer == "error 01")
        #expect(fixture.send(Self.challenge(slot: 0xFF)).answer == "error 01")
        #expect(fixture.send(Self.challenge(MeasurementSummary(rawValue: 2))).answer == "error 01")
        fixture.owner.identities.publicKeyDigest = ResponderFixture.filled(0xCF)
        fixture.negotiate()
        let answer = fixture.send(Self.challenge(slot: 0xFF)).bytes
        #expect(answer[2] == 0x0F)
        #expect(answer.dropFirst(4).prefix(48) == ResponderFixture.filled(0xCF)[...])
    }

    @Test func `what the responder cannot do is unsupported`() {
        var profile = ResponderProfile.test
        profile.capabilities.flags = [.mac, .psk]
        var fixture = ResponderFixture.connected(profile)
        let codes: [MessageCode] = [
            .getDigests, .getCertificate, .challenge, .getMeasurements, .keyExchange, .getEncapsulatedRequest,
            .deliverEncapsulatedResponse, .chunkSend,
        ]
        for request in fixture.requests where codes.contains(MessageCode(rawValue: request.bytes[1])) {
            let bytes = fixture.send(request.bytes).bytes
            #expect(bytes == [0x12, 0x7F, 0x07, request.bytes[1]], "\(request.name)")
        }
    }

    @Test func `chains asked for without end fill no memory`() {
        var fixture = ResponderFixture.connected()
        let request = SPDMRequest.getCertificate(GetCertificate(slot: 0, offset: 0, length: 300))
        var answers: Set<String> = []
        for _ in 0..<1000 { answers.insert(fixture.send(request).answer) }
        #expect(answers == ["02", "error 05"])
        #expect(fixture.send(.getDigests(GetDigests())).answer == "01")
        #expect(fixture.send(request).answer == "02")
    }
}

@Suite struct `Responder, measurements` {
    private static let proof = GetMeasurements.Proof(nonce: ResponderFixture.nonce, slot: 0)
    private static func request(
        _ index: UInt8, signed: Bool = false, _ attributes: GetMeasurements.Attributes = []
    ) -> SPDMRequest {
        .getMeasurements(
            GetMeasurements(
                index: index, attributes: attributes, proof: signed ? proof : nil, context: 0x0807_0605_0403_0201))
    }

    private static func decode(_ bytes: [UInt8], _ request: SPDMRequest) throws -> Measurements {
        let decoded = try SPDMResponse.decode(
            bytes.span, answering: request, sizes: NegotiatedSizes(hash: 48, signature: 96))
        guard case .measurements(let message) = decoded.response else { throw Missing() }
        #expect(decoded.length == bytes.count)
        return message
    }
    private struct Missing: Error {}

    @Test func `count, one, all and one that is not there`() throws {
        var fixture = ResponderFixture.connected()
        let count = try Self.decode(fixture.send(Self.request(0)).bytes, Self.request(0))
        #expect(count.total == 2 && count.blockCount == 0 && count.record.isEmpty)
        let one = try Self.decode(fixture.send(Self.request(3)).bytes, Self.request(3))
        #expect(try one.blocks().map(\.index) == [3])
        let all = try Self.decode(fixture.send(Self.request(0xFF)).bytes, Self.request(0xFF))
        #expect(try all.blocks() == fixture.owner.blocks)
        #expect(all.total == 0)
        #expect(fixture.send(Self.request(2)).answer == "error 01")
    }

    @Test func `raw and pending are asked of the device where the version has them`() {
        for (version, demand) in [
            (SPDMVersion.v1_1, (false, false)), (.v1_2, (true, false)), (.v1_3, (true, true)),
        ] {
            var fixture = ResponderFixture.connected(version: version)
            fixture.stop = "measure"
            guard case .measure(let asked) = fixture.send(Self.request(1, [.raw, .pending])) else {
                Issue.record("another response")
                return
            }
            #expect(asked.isRaw == demand.0 && asked.isPending == demand.1)
        }
    }

    @Test(arguments: [SPDMVersion.v1_1, .v1_2, .v1_3], [false, true])
    func `L1 is VCA and all that was asked since it was last signed`(version: SPDMVersion, inSession: Bool) throws {
        var fixture = inSession ? ResponderFixture.established(version: version) : .connected(version: version)
        let session = inSession ? ResponderFixture.session : nil
        let vca = fixture.vca
        for _ in 0..<2 {
            var expected = version >= .v1_2 ? vca : []
            for request in [Self.request(0), Self.request(1)] {
                expected += request.encoded(version: version) + fixture.send(request, over: session).bytes
            }
            let last = fixture.send(Self.request(0xFF, signed: true), over: session).bytes
            expected += Self.request(0xFF, signed: true).encoded(version: version) + last.dropLast(96)
            #expect(try #require(fixture.signatureDemand).transcript == expected)
            let message = try Self.decode(last, Self.request(0xFF, signed: true))
            #expect(message.change == (version >= .v1_2 ? .unchanged : .notDetected))
            #expect(message.context == (version >= .v1_3 ? 0x0807_0605_0403_0201 : 0))
        }
    }

    @Test func `any other request, and a refused one, makes L1 start anew where it came`() throws {
        let session = ResponderFixture.session
        for (over, other, restarts) in [
            (nil, SPDMRequest.getDigests(GetDigests()), true), (nil, Self.request(99), true),
            (session, .heartbeat(Heartbeat()), true),
        ] as [(SessionID?, SPDMRequest, Bool)] {
            var fixture = ResponderFixture.established()
            _ = fixture.send(Self.request(0), over: over)
            _ = fixture.send(other, over: over)
            _ = fixture.send(Self.request(0xFF, signed: true), over: over)
            let transcript = try #require(fixture.signatureDemand).transcript
            let first = Self.request(0).encoded(version: .v1_2)
            #expect((transcript.firstRange(of: first) == nil) == restarts)
        }
    }

    @Test func `L1 of a session and that beside it do not mix`() throws {
        var fixture = ResponderFixture.established()
        _ = fixture.send(Self.request(0))
        _ = fixture.send(Self.request(1), over: ResponderFixture.session)
        _ = fixture.send(Self.request(0xFF, signed: true))
        let transcript = try #require(fixture.signatureDemand).transcript
        #expect(transcript.firstRange(of: Self.request(0).encoded(version: .v1_2)) != nil)
        #expect(transcript.firstRange(of: Self.request(1).encoded(version: .v1_2)) == nil)
    }

    @Test func `a signature that cannot be made is refused`() {
        var profile = ResponderProfile.test
        profile.capabilities.flags.subtract(.measurements)
        profile.capabilities.flags.insert(.measurementsUnsigned)
        var fixture = ResponderFixture.connected(profile)
        #expect(fixture.send(Self.request(1, signed: true)).answer == "error 01")
        #expect(fixture.send(Self.request(1)).answer == "60")
        var other = ResponderFixture.connected()
        let wrong = GetMeasurements(index: 1, proof: GetMeasurements.Proof(nonce: ResponderFixture.nonce, slot: 1))
        #expect(other.send(.getMeasurements(wrong)).answer == "error 01")
    }

    @Test func `measurements asked for without end fill no memory`() {
        var fixture = ResponderFixture.connected()
        var answers: [String] = []
        for _ in 0..<2000 { answers.append(fixture.send(Self.request(0xFF)).answer) }
        #expect(Set(answers) == ["60", "error 05"])
        #expect(answers.count { $0 == "error 05" } < 10)
    }
}
