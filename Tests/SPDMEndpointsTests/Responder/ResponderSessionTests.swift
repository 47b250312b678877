import OpenSSLCrypto
import SPDM
import SPDMEndpoints
import Testing

@Suite struct `SPDMResponder, sessions` {
    private static let heartbeat = SPDMRequest.heartbeat(Heartbeat())
    private static let endSession = SPDMRequest.endSession(EndSession(clearsNegotiatedState: true))
    private static let vendorDefined: [UInt8] = [0x12, 0xFE, 0, 0, 3, 0, 2, 1, 0, 1, 0, 1]

    enum Shape: CaseIterable { case encrypted, inTheClear, authenticatedOnly }

    private static func connected(_ shape: Shape, _ version: SPDMVersion) throws -> TestRequester {
        switch shape {
        case .encrypted: try TestDevice.connected(version: version)
        case .inTheClear:
            try TestDevice.connected(version: version, flags: TestRequester.flags.union(.handshakeInTheClear)) {
                $0.capabilities.flags.insert(.handshakeInTheClear)
            }
        case .authenticatedOnly:
            try TestDevice.connected(version: version, flags: TestRequester.flags.subtracting(.encrypt))
        }
    }

    @Test(arguments: [SPDMVersion.v1_1, .v1_2, .v1_3], Shape.allCases)
    func `a session is opened, used and ended`(version: SPDMVersion, shape: Shape) throws {
        var requester = try Self.connected(shape, version)
        let session = try requester.openSession(chain: TestDevice.chain)
        #expect(requester.responder.sessions == [session.id])
        #expect(requester.responder.takeEstablishedSessions() == [session.id])
        #expect(requester.responder.takeEstablishedSessions() == [])
        #expect(try requester.exchange(Self.heartbeat, in: session) == [version.rawValue, 0x68, 0, 0])
        var request = Self.vendorDefined
        request[0] = version.rawValue
        #expect(try requester.exchange(request, in: session) == TestRequester.vendorResponse)
        #expect(requester.responder.takeEndedSessions() == [])
        #expect(try requester.exchange(Self.endSession, in: session) == [version.rawValue, 0x6C, 0, 0])
        #expect(requester.responder.takeEndedSessions() == [session.id])
        #expect(requester.responder.sessions.isEmpty)
    }

    @Test(arguments: [SPDMVersion.v1_1, .v1_2, .v1_3], [true, false])
    func `a session is opened from a pre-shared key`(version: SPDMVersion, hasContext: Bool) throws {
        var requester = try TestDevice.connected(version: version) {
            guard !hasContext else { return }
            $0.capabilities.flags.remove(.pskWithContext)
            $0.capabilities.flags.insert(.psk)
        }
        let session = try #require(try requester.openPSKSession(hint: TestDevice.hint, psk: TestDevice.psk))
        #expect(try requester.exchange(Self.heartbeat, in: session) == [version.rawValue, 0x68, 0, 0])
        #expect(requester.responder.takeEstablishedSessions() == [session.id])
    }

    @Test func `another pre-shared key, or one of another name, opens nothing`() throws {
        var requester = try TestDevice.connected()
        #expect(try requester.openPSKSession(hint: [9], psk: TestDevice.psk) == nil)
        #expect(try requester.openPSKSession(hint: TestDevice.hint, psk: [1]) == nil)
        #expect(requester.responder.sessions.isEmpty)
        #expect(try requester.openPSKSession(hint: TestDevice.hint, psk: TestDevice.psk) != nil)
    }

    @Test func `a handshake that proves nothing is over, and the next succeeds`() throws {
        var requester = try TestDevice.connected()
        for change in [
            { $0.verifyData = [UInt8](repeating: 0, count: 48)[...] },
            { $0.verifyData = $0.verifyData.dropLast() + [($0.verifyData.last ?? 0) ^ 1] },
        ] as [(inout Finish) -> Void] {
            let session = try requester.beginSession(chain: TestDevice.chain).session
            #expect(try requester.finish(session, change: change) == false)
            #expect(requester.responder.sessions.isEmpty)
            let record = try session.keys.seal([0x12, 0xE8, 0, 0].span)
            let output = requester.carry(TransportMessage(isSecured: true, bytes: record))
            #expect(output == .answer(TransportMessage(isSecured: false, bytes: [0x12, 0x7F, 0x06, 0])))
        }
        let session = try requester.openSession(chain: TestDevice.chain)
        #expect(requester.responder.takeEstablishedSessions() == [session.id])
        #expect(requester.responder.takeEndedSessions() == [])
    }

    @Test func `sessions do not disturb each other, and their numbers differ`() throws {
        var requester = try TestDevice.connected { $0.sessionLimit = 3 }
        var sessions: [TestSession] = []
        for _ in 0..<3 { sessions.append(try requester.openSession(chain: TestDevice.chain)) }
        #expect(Set(sessions.map(\.id)).count == 3)
        #expect(throws: UnexpectedAnswer.self) { try requester.beginSession(chain: TestDevice.chain) }
        for round in 0..<3 {
            for session in sessions.dropFirst(round) {
                #expect(try requester.exchange(Self.heartbeat, in: session)[1] == 0x68)
            }
        }
        _ = try requester.exchange(Self.endSession, in: sessions[1])
        #expect(requester.responder.takeEndedSessions() == [sessions[1].id])
        #expect(try requester.exchange(Self.heartbeat, in: sessions[2])[1] == 0x68)
        #expect(try requester.exchange(Self.heartbeat, in: sessions[0])[1] == 0x68)
        _ = try requester.openSession(chain: TestDevice.chain)
    }

    @Test func `GET_VERSION and a reset end every session`() throws {
        for isReset in [false, true] {
            var requester = try TestDevice.connected()
            let first = try requester.openSession(chain: TestDevice.chain)
            let second = try requester.openSession(chain: TestDevice.chain)
            if isReset { requester.responder.reset() } else { try requester.connect() }
            #expect(requester.responder.takeEndedSessions() == [first.id, second.id])
            if isReset { #expect(try requester.exchange(.getDigests(GetDigests())) == [0x10, 0x7F, 0x43, 0]) }
            try requester.connect()
            _ = try requester.openSession(chain: TestDevice.chain)
        }
    }

    @Test func `silence and other firmware end sessions`() throws {
        var requester = try TestDevice.connected()
        let ending = try requester.openSession(chain: TestDevice.chain, policy: .terminateOnUpdate)
        let staying = try requester.openSession(chain: TestDevice.chain)
        requester.responder.setMeasurements(TestDevice.measurements, isFirmwareUpdated: true)
        #expect(requester.responder.takeEndedSessions() == [ending.id])
        requester.responder.advance(to: requester.time + 60)
        #expect(requester.responder.takeEndedSessions() == [])
        requester.responder.advance(to: requester.time + 61)
        #expect(requester.responder.takeEndedSessions() == [staying.id])
    }

    // MARK: Key update

    private static func update(_ operation: KeyUpdate.Operation) -> SPDMRequest {
        .keyUpdate(KeyUpdate(operation, tag: 4))
    }

    @Test func `one key or both are updated, again and again`() throws {
        var requester = try TestDevice.connected()
        let session = try requester.openSession(chain: TestDevice.chain)
        for operation in [KeyUpdate.Operation.updateKey, .updateAllKeys, .updateAllKeys, .updateKey] {
            let request = Self.update(operation).encoded(version: .v1_2)
            let record = try session.keys.seal(request.span)
            let output = requester.carry(TransportMessage(isSecured: true, bytes: record))
            guard case .answer(let answer) = output else { throw UnexpectedAnswer(output: output) }
            if operation == .updateAllKeys { try session.keys.updateKey(.response) }
            #expect(try session.keys.open(answer.bytes.span) == [0x12, 0x69, operation.rawValue, 4])
            try session.keys.updateKey(.request)
            #expect(try requester.exchange(Self.update(.verifyNewKey), in: session) == [0x12, 0x69, 3, 4])
            #expect(try requester.exchange(Self.heartbeat, in: session)[1] == 0x68)
        }
        #expect(session.keys.updateCount(.request) == 4)
        #expect(session.keys.updateCount(.response) == 2)
    }

    @Test func `a key that the requester did not change is taken back`() throws {
        var requester = try TestDevice.connected()
        let session = try requester.openSession(chain: TestDevice.chain)
        #expect(try requester.exchange(Self.update(.updateKey), in: session)[1] == 0x69)
        // Not changed here: the next record is under the old key.
        #expect(try requester.exchange(Self.update(.verifyNewKey), in: session) == [0x12, 0x7F, 0x01, 0])
        #expect(try requester.exchange(Self.update(.updateKey), in: session)[1] == 0x69)
        try session.keys.updateKey(.request)
        #expect(try requester.exchange(Self.update(.verifyNewKey), in: session)[1] == 0x69)
    }

    private static let ask = SPDMRequest.getEncapsulatedRequest(GetEncapsulatedRequest())

    private static func answerKeyUpdate(_ requester: inout TestRequester, _ session: TestSession) throws {
        #expect(try requester.exchange(ask, in: session) == [0x12, 0x6A, 1, 0, 0x12, 0xE9, 1, 1])
        let deliver = DeliverEncapsulatedResponse(requestID: 1, response: [0x12, 0x69, 1, 1]).encoded(version: .v1_2)
        let record = try session.keys.seal(deliver.span)
        let output = requester.carry(TransportMessage(isSecured: true, bytes: record))
        guard case .answer(let answer) = output else { throw UnexpectedAnswer(output: output) }
        try session.keys.updateKey(.response)
        #expect(try session.keys.open(answer.bytes.span).suffix(4) == [0x12, 0xE9, 3, 2])
        let last = SPDMRequest.deliverEncapsulatedResponse(
            DeliverEncapsulatedResponse(requestID: 2, response: [0x12, 0x69, 3, 2]))
        #expect(try requester.exchange(last, in: session) == [0x12, 0x6B, 0, 0, 2, 0, 0, 0])
    }

    @Test func `the responder's key is updated when asked for, and by itself when half spent`() throws {
        var settings = try TestDevice.settings()
        settings.recordLimit = 20
        var requester = TestRequester(SPDMResponder(settings))
        try requester.connect()
        let session = try requester.openSession(chain: TestDevice.chain)
        #expect(try requester.exchange(Self.ask, in: session) == [0x12, 0x7F, 0x04, 0])
        requester.responder.updateKey(of: session.id)
        try Self.answerKeyUpdate(&requester, session)
        for _ in 0..<9 { _ = try requester.exchange(Self.heartbeat, in: session) }
        try Self.answerKeyUpdate(&requester, session)
        #expect(session.keys.updateCount(.response) == 2)
    }

    @Test func `a session whose key is spent ends`() throws {
        var settings = try TestDevice.settings()
        settings.recordLimit = 5
        var requester = TestRequester(SPDMResponder(settings))
        try requester.connect()
        let session = try requester.openSession(chain: TestDevice.chain)
        for _ in 0..<5 { _ = try requester.exchange(Self.heartbeat, in: session) }
        #expect(throws: UnexpectedAnswer.self) { try requester.exchange(Self.heartbeat, in: session) }
        #expect(requester.responder.takeEndedSessions() == [session.id])
    }
}

@Suite struct `SPDMResponder, mutual authentication` {
    private static func deliver(_ id: UInt8, _ response: SPDMResponse, _ version: SPDMVersion) -> SPDMRequest {
        .deliverEncapsulatedResponse(
            DeliverEncapsulatedResponse(requestID: id, response: response.encoded(version: version)))
    }

    private static func connected(
        _ mode: KeyExchangeResponse.MutualAuthentication, _ version: SPDMVersion, inTheClear: Bool
    ) throws -> TestRequester {
        try TestDevice.connected(
            version: version, flags: TestRequester.flags.union(inTheClear ? .handshakeInTheClear : [])
        ) {
            $0.mutualAuthentication = .init(mode)
            if inTheClear { $0.capabilities.flags.insert(.handshakeInTheClear) }
        }
    }

    /// Shows a chain, from the digests on.
    private static func show(
        _ chain: [UInt8], _ requester: inout TestRequester, _ session: TestSession?,
        _ mode: KeyExchangeResponse.MutualAuthentication
    ) throws -> [UInt8] {
        var id: UInt8 = 0
        let version = requester.version
        if mode == .encapsulated {
            let bytes = try requester.exchange(.getEncapsulatedRequest(GetEncapsulatedRequest()), in: session)
            #expect(bytes.dropFirst(4) == [version.rawValue, 0x81, 0, 0])
            id = bytes[2]
        }
        let digest = try TestRequester.digest(chain)
        let digests = SPDMResponse.digests(Digests(provisionedSlots: 1, digests: digest[...]))
        var bytes = try requester.exchange(deliver(id, digests, version), in: session)
        var offset = 0
        while offset < chain.count, bytes[1] == 0x6B {
            let portion = Array(chain[offset...].prefix(1000))
            offset += portion.count
            let certificate = SPDMResponse.certificate(
                CertificateMessage(slot: 0, remainder: UInt16(chain.count - offset), portion: portion))
            bytes = try requester.exchange(deliver(bytes[2], certificate, version), in: session)
        }
        return bytes
    }

    @Test(arguments: [SPDMVersion.v1_1, .v1_2, .v1_3], [1, 2, 4] as [UInt8])
    func `the requester shows who it is, in each of the three ways`(version: SPDMVersion, mode: UInt8) throws {
        for inTheClear in [false, true] {
            let mode = KeyExchangeResponse.MutualAuthentication(rawValue: mode)
            var requester = try Self.connected(mode, version, inTheClear: inTheClear)
            let identity = try TestDevice.requester.get()
            let (session, response) = try requester.beginSession(chain: TestDevice.chain)
            #expect(response.mutualAuthentication == mode)
            if mode != .provisioned {
                let chain = try identity.chain(rootHash: .sha384)
                let end = try Self.show(chain, &requester, inTheClear ? nil : session, mode)
                #expect(end.prefix(4) == [version.rawValue, 0x6B, 0, 0])
            }
            #expect(try requester.finish(session, signer: identity))
            #expect(try requester.exchange(.heartbeat(Heartbeat()), in: session)[1] == 0x68)
            let shown = requester.responder.requester(of: session.id)
            #expect(shown?.leaf?.encoding == identity.certificates.last)
            #expect(shown?.serialNumber == "requester")
        }
    }

    @Test func `another's signature, a changed one, or none establishes nothing`() throws {
        let other = try TestDevice.issue("other")
        let own = try TestDevice.requester.get()
        let changes: [(DeviceIdentity?, (inout Finish) -> Void)] = [
            (other, { _ in }), (own, { $0.signature = $0.signature.dropLast() + [($0.signature.last ?? 0) ^ 1] }),
            (nil, { _ in }),
        ]
        for (signer, change) in changes {
            var requester = try Self.connected(.encapsulated, .v1_2, inTheClear: false)
            let session = try requester.beginSession(chain: TestDevice.chain).session
            _ = try Self.show(try own.chain(rootHash: .sha384), &requester, session, .encapsulated)
            #expect(try requester.finish(session, signer: signer, change: change) == false)
            #expect(requester.responder.sessions.isEmpty)
            #expect(requester.responder.requester(of: session.id) == nil)
            #expect(requester.responder.takeRequesterRefusal() == (signer == nil ? nil : .signature))
        }
    }

    @Test func `a chain that leads elsewhere loses the handshake`() throws {
        let stranger = try IdentityAuthority().issue(
            DeviceDescription(
                DeviceInfo(manufacturer: "A", product: "B", serialNumber: "C"),
                pciName: PCIDeviceName(vendor: 1, device: 1, classCode: 1, revision: 1)), under: "Elsewhere")
        let good = try TestDevice.requester.get().chain(rootHash: .sha384)
        let chains: [([UInt8], ChainRefusal.Place)] = [
            (try stranger.chain(rootHash: .sha384), .certificate(0)),
            (Array(good.dropLast()) + [good[good.count - 1] ^ 1], .certificate(2)), ([0], .header),
        ]
        for (chain, place) in chains {
            var requester = try Self.connected(.encapsulated, .v1_2, inTheClear: false)
            let session = try requester.beginSession(chain: TestDevice.chain).session
            let end = try Self.show(chain, &requester, session, .encapsulated)
            #expect(end == [0x12, 0x7F, 0x05, 0])
            let record = try session.keys.seal([0x12, 0xE5, 0, 0].span)
            #expect(
                requester.carry(TransportMessage(isSecured: true, bytes: record))
                    == .answer(TransportMessage(isSecured: false, bytes: [0x12, 0x7F, 0x06, 0])))
            guard case .untrusted(let refusal)? = requester.responder.takeRequesterRefusal() else {
                Issue.record("no reason for \(place)")
                continue
            }
            #expect(refusal.place == place)
            #expect(requester.responder.takeRequesterRefusal() == nil)
        }
    }
}
