import OpenSSLCrypto
import SPDM
import SPDMEndpoints
import Testing

@Suite struct `SPDMResponder, evidence` {
    private static let nonce = Nonce(InlineArray { UInt8($0) })

    private static func measure(
        _ requester: inout TestRequester, in session: TestSession? = nil,
        _ attributes: GetMeasurements.Attributes = [], signed: Bool = true
    ) throws -> Measurements {
        let request = GetMeasurements(
            index: GetMeasurements.all, attributes: attributes,
            proof: signed ? GetMeasurements.Proof(nonce: nonce, slot: 0) : nil)
        let bytes = try requester.exchange(.getMeasurements(request), in: session)
        let decoded = try SPDMResponse.decode(
            bytes.span, answering: .getMeasurements(request), sizes: requester.sizes)
        guard case .measurements(let message) = decoded.response else {
            throw UnexpectedAnswer(output: .answer(TransportMessage(isSecured: false, bytes: bytes)))
        }
        if signed {
            let l1 =
                (requester.version >= .v1_2 ? requester.vca : [])
                + request.encoded(version: requester.version) + bytes.dropLast(message.signature.count)
            try TestRequester.verify(message.signature, .measurements, l1, TestDevice.chain, requester.version)
        }
        return message
    }

    @Test(arguments: [SPDMVersion.v1_1, .v1_2, .v1_3], [false, true])
    func `measurements are signed by the slot's key`(version: SPDMVersion, inSession: Bool) throws {
        var requester = try TestDevice.connected(version: version)
        let session = inSession ? try requester.openSession(chain: TestDevice.chain) : nil
        let blocks = try Self.measure(&requester, in: session).blocks()
        let digest = try HashAlgorithm.sha384.digest(of: [1, 2, 3].span)
        #expect(
            blocks == [
                MeasurementBlock(index: 1, kind: .firmware, isRaw: false, value: digest[...]),
                MeasurementBlock(index: 2, kind: .firmwareVersion, isRaw: true, value: [4, 5]),
            ])
    }

    @Test func `bit streams are told raw when asked for`() throws {
        var requester = try TestDevice.connected()
        let blocks = try Self.measure(&requester, .raw).blocks()
        #expect(blocks.map(\.isRaw) == [true, true])
        #expect(blocks.map { Array($0.value) } == [[1, 2, 3], [4, 5]])
    }

    @Test func `measurements that changed since they were last told are marked`() throws {
        var requester = try TestDevice.connected()
        #expect(try Self.measure(&requester).change == .unchanged)
        #expect(try Self.measure(&requester).change == .unchanged)
        var changed = TestDevice.measurements
        changed[0].value = .bitStream([9])
        requester.responder.setMeasurements(changed)
        let told = try Self.measure(&requester)
        #expect(told.change == .changed)
        #expect(try told.blocks()[0].value == HashAlgorithm.sha384.digest(of: [9].span)[...])
        #expect(try Self.measure(&requester).change == .unchanged)
    }

    @Test func `what an update will change is told when it waits and is asked for, from 1.3 on`() throws {
        var pending = TestDevice.measurements
        pending[0].value = .bitStream([9])
        for (version, seen) in [(SPDMVersion.v1_2, [1, 2, 3]), (.v1_3, [9])] as [(_, [UInt8])] {
            var requester = try TestDevice.connected(version: version)
            requester.responder.setMeasurements(TestDevice.measurements, pending: pending)
            #expect(try Self.measure(&requester, .raw).blocks()[0].value == [1, 2, 3])
            let told = try Self.measure(&requester, [.raw, .pending])
            #expect(try told.blocks()[0].value == seen[...])
            #expect(told.change == .unchanged)
            requester.responder.setMeasurements(TestDevice.measurements)
            #expect(try Self.measure(&requester, [.raw, .pending]).blocks()[0].value == [1, 2, 3])
        }
    }

    @Test(arguments: [SPDMVersion.v1_1, .v1_2, .v1_3])
    func `CHALLENGE_AUTH is signed, with the summary that was wanted`(
        version: SPDMVersion
    ) throws {
        let digest = try HashAlgorithm.sha384.digest(of: [1, 2, 3].span)
        let tcb = MeasurementBlock(index: 1, kind: .firmware, isRaw: false, value: digest[...]).encoded()
        let all = tcb + MeasurementBlock(index: 2, kind: .firmwareVersion, isRaw: true, value: [4, 5]).encoded()
        for (summary, blocks) in [(MeasurementSummary.none, nil), (.tcb, tcb), (.all, all)] as [(_, [UInt8]?)] {
            var requester = try TestDevice.connected(version: version)
            let request = Challenge(slot: 0, summary: summary, nonce: Self.nonce, context: 77)
            let bytes = try requester.exchange(.challenge(request))
            let decoded = try SPDMResponse.decode(
                bytes.span, answering: .challenge(request), sizes: requester.sizes)
            guard case .challengeAuth(let message) = decoded.response else {
                Issue.record("another response")
                return
            }
            let m1 = requester.vca + request.encoded(version: version) + bytes.dropLast(message.signature.count)
            try TestRequester.verify(message.signature, .responderChallenge, m1, TestDevice.chain, version)
            #expect(Array(message.chainHash) == (try TestRequester.digest(TestDevice.chain)))
            #expect(Array(message.measurementSummary) == (try blocks.map { try TestRequester.digest($0) } ?? []))
        }
    }

    @Test func `the chain is read in portions that the requester takes`() throws {
        var requester = try TestDevice.connected()
        let expected = try TestDevice.chain
        var chain: [UInt8] = []
        while chain.count < expected.count {
            let request = GetCertificate(slot: 0, offset: UInt16(chain.count), length: 500)
            let bytes = try requester.exchange(.getCertificate(request))
            #expect(bytes.count <= 508)
            chain += bytes.dropFirst(8)
        }
        #expect(chain == expected)
    }

    @Test func `each key type signs with its algorithms`() throws {
        for (type, asymmetric) in [
            (KeyType.p256, BaseAsymmetricAlgorithms.ecdsaP256), (.p521, .ecdsaP521), (.rsa2048, .rsapss2048),
            (.rsa2048, .rsassa2048),
        ] {
            let identity = try TestDevice.authority.issue(
                DeviceDescription(
                    DeviceInfo(manufacturer: "ACME", product: "Test", serialNumber: type.rawValue),
                    pciName: PCIDeviceName(vendor: 1, device: 1, classCode: 1, revision: 1), keyType: type),
                under: "Test Root")
            var responder = SPDMResponder(
                ResponderSettings(
                    profile: ResponderProfile(policy: .tolerant), slots: [ResponderSlot(0, identity)]))
            let algorithms = NegotiateAlgorithms(
                asymmetric: asymmetric, hash: .sha256,
                tables: AlgorithmTables(exchange: .secp256r1, aead: .aes256GCM, keySchedule: .spdm))
            let challenge = Challenge(slot: 0, summary: .none, nonce: Self.nonce)
            var bytes: [UInt8] = []
            for request in [
                SPDMRequest.getVersion(GetVersion()),
                .getCapabilities(
                    GetCapabilities(EndpointCapabilities(dataTransferSize: 4096, maximumMessageSize: 4096))),
                .negotiateAlgorithms(algorithms), .challenge(challenge),
            ] {
                let message = TransportMessage(isSecured: false, bytes: request.encoded(version: .v1_2))
                guard case .answer(let answer) = responder.receive(message, at: 0) else { continue }
                bytes = answer.bytes
            }
            #expect(bytes.count == 4 + 32 + 32 + 2 + (asymmetric.signatureSize ?? 0))
            #expect(bytes[1] == 0x03)
        }
    }
}
