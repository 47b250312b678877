import SPDM
import Testing

@Suite struct `Responder, negotiation` {
    private static func capable(
        _ flags: CapabilityFlags, _ version: SPDMVersion, transfer: UInt32 = 1024, maximum: UInt32 = 4096,
        exponent: UInt8 = 10
    ) -> Responder.Effect {
        var fixture = ResponderFixture(version: version)
        _ = fixture.send(.getVersion(GetVersion()))
        return fixture.send(
            .getCapabilities(
                GetCapabilities(
                    EndpointCapabilities(
                        ctExponent: exponent, flags: flags, dataTransferSize: transfer,
                        maximumMessageSize: maximum))))
    }

    @Test func `VERSION tells the versions in order`() {
        var fixture = ResponderFixture()
        #expect(
            fixture.send(.getVersion(GetVersion())).bytes == [0x10, 0x04, 0, 0, 0, 3, 0, 0x11, 0, 0x12, 0, 0x13])
    }

    @Test func `GET_VERSION of another version is a mismatch and resets nothing`() {
        var fixture = ResponderFixture.established()
        #expect(fixture.send([0x12, 0x84, 0, 0]).answer == "error 41")
        #expect(fixture.machine.sessions == [ResponderFixture.session])
    }

    @Test func `GET_VERSION ends every session`() {
        var fixture = ResponderFixture.established()
        #expect(fixture.send(.getVersion(GetVersion())).answer == "04")
        #expect(fixture.machine.sessions.isEmpty)
        #expect(!fixture.machine.isAlive(ResponderFixture.session))
    }

    @Test(arguments: [0x10, 0x14, 0x20] as [UInt8]) func `a version that is not spoken is a mismatch`(version: UInt8) {
        var fixture = ResponderFixture()
        _ = fixture.send(.getVersion(GetVersion()))
        fixture.version = SPDMVersion(rawValue: version)
        let effect = fixture.send(ResponderFixture.capabilities())
        #expect(effect.bytes == [0x10, 0x7F, 0x41, 0])
    }

    @Test func `CAPABILITIES leaves out what the version does not have`() throws {
        var profile = ResponderProfile.test
        profile.capabilities.flags.formUnion([.chunk, .multiKeySelectable])
        let expected: [(SPDMVersion, CapabilityFlags)] = [
            (.v1_1, []), (.v1_2, .chunk), (.v1_3, [.chunk, .multiKeySelectable]),
        ]
        for (version, extra) in expected {
            var fixture = ResponderFixture(profile, version: version)
            _ = fixture.send(.getVersion(GetVersion()))
            let bytes = fixture.send(ResponderFixture.capabilities()).bytes
            #expect(bytes.count == (version >= .v1_2 ? 20 : 12))
            let request = SPDMRequest.getCapabilities(GetCapabilities(EndpointCapabilities()))
            let decoded = try SPDMResponse.decode(bytes.span, answering: request, sizes: NegotiatedSizes())
            guard case .capabilities(let response) = decoded.response else { Issue.record("another response"); return }
            #expect(response.responder.flags.intersection([.chunk, .multiKeySelectable]) == extra)
        }
    }

    private static let contradictions: [(CapabilityFlags, [SPDMVersion])] = [
        ([.psk, .pskWithContext, .mac], [.v1_1, .v1_2, .v1_3]),
        ([.keyExchange], [.v1_1, .v1_2, .v1_3]),
        ([.mac], [.v1_1, .v1_2, .v1_3]),
        ([.encrypt], [.v1_2]), ([.heartbeat], [.v1_2]), ([.keyUpdate], [.v1_2]), ([.handshakeInTheClear], [.v1_2]),
        ([.psk, .mac, .handshakeInTheClear], [.v1_2]),
        ([.certificate, .publicKeyID, .challenge], [.v1_2]),
        ([.certificate], [.v1_2]), ([.publicKeyID], [.v1_2]),
        ([.challenge], [.v1_2]), ([.mutualAuthentication], [.v1_2]),
        ([.certificate, .challenge, .mutualAuthentication], [.v1_1]),
        ([.event], [.v1_3]), ([.endpointInfo], [.v1_3]), ([.endpointInfo, .endpointInfoUnsigned], [.v1_3]),
        ([.certificate, .challenge, .multiKeyOnly, .multiKeySelectable], [.v1_3]),
        ([.publicKeyID, .challenge, .multiKeyOnly], [.v1_3]),
    ]

    @Test func `capabilities that contradict each other are refused`() {
        for (flags, versions) in Self.contradictions {
            for version in versions {
                let effect = Self.capable(flags.union(version >= .v1_2 ? .chunk : []), version)
                #expect(effect.answer == "error 01", "\(flags) in \(version)")
            }
        }
    }

    @Test func `capabilities that agree are answered`() {
        let agreeing: [(CapabilityFlags, SPDMVersion)] = [
            ([], .v1_1), ([.certificate, .challenge], .v1_1), ([.psk, .mac], .v1_1),
            ([.certificate, .challenge, .mutualAuthentication, .encapsulated], .v1_1),
            ([.certificate, .keyExchange, .mac, .mutualAuthentication, .chunk], .v1_2),
            ([.certificate, .endpointInfo, .chunk], .v1_3),
            ([.certificate, .challenge, .multiKeyOnly, .chunk], .v1_3),
        ]
        for (flags, version) in agreeing {
            #expect(Self.capable(flags, version).answer == "61", "\(flags) in \(version)")
        }
    }

    @Test func `sizes and times out of bounds are refused`() {
        #expect(Self.capable(.chunk, .v1_2, transfer: 41).answer == "error 01")
        #expect(Self.capable(.chunk, .v1_2, transfer: 42).answer == "61")
        #expect(Self.capable(.chunk, .v1_2, transfer: 1024, maximum: 1023).answer == "error 01")
        #expect(Self.capable([], .v1_2, transfer: 1024, maximum: 1025).answer == "error 01")
        #expect(Self.capable([], .v1_2, transfer: 1024, maximum: 1024).answer == "61")
        #expect(Self.capable(.chunk, .v1_2, exponent: 32).answer == "error 01")
        #expect(Self.capable(.chunk, .v1_2, exponent: 31).answer == "61")
    }

    private static func algorithms(
        _ change: (inout NegotiateAlgorithms) -> Void, version: SPDMVersion = .v1_2,
        _ profile: ResponderProfile = .test, _ flags: CapabilityFlags = ResponderFixture.requesterFlags
    ) -> ResponderFixture? {
        guard case .negotiateAlgorithms(var request) = ResponderFixture.algorithms else { return nil }
        change(&request)
        var fixture = ResponderFixture(profile, version: version)
        _ = fixture.send(.getVersion(GetVersion()))
        _ = fixture.send(ResponderFixture.capabilities(flags))
        fixture.lastAnswer = fixture.send(.negotiateAlgorithms(request)).answer
        return fixture
    }

    @Test func `nothing in common where something is needed is an invalid request`() {
        let changes: [(inout NegotiateAlgorithms) -> Void] = [
            { $0.hash = [] }, { $0.hash = BaseHashAlgorithms(rawValue: 1 << 5) }, { $0.asymmetric = .ecdsaP256 },
            { $0.tables.exchange = nil }, { $0.tables.exchange = .ffdhe4096 }, { $0.tables.exchange = [] },
            { $0.tables.aead = nil }, { $0.tables.aead = [] }, { $0.tables.keySchedule = nil },
            { $0.tables.keySchedule = [] }, { $0.tables.requesterAsymmetric = [] },
            { $0.tables.requesterAsymmetric = nil }, { $0.otherParameters = .opaqueFormat0 },
            { $0.otherParameters = [] },
        ]
        for (place, change) in changes.enumerated() {
            let fixture = Self.algorithms(change)
            #expect(fixture?.lastAnswer == "error 01", "change \(place)")
            #expect(fixture?.machine.negotiated == nil, "change \(place)")
        }
    }

    @Test func `the selection is this end's preference, of known bits only`() throws {
        let fixture = try #require(
            Self.algorithms {
                $0.hash = BaseHashAlgorithms(rawValue: .max)
                $0.asymmetric = BaseAsymmetricAlgorithms(rawValue: .max)
                $0.measurementSpecifications = MeasurementSpecifications(rawValue: 0xFF)
                $0.otherParameters = OtherParameters(rawValue: 0xFF)
            })
        let selected = try #require(fixture.machine.negotiated).algorithms
        #expect(selected.hash == .sha384)
        #expect(selected.asymmetric == .ecdsaP384)
        #expect(selected.measurementSpecification == .dmtf)
        #expect(selected.otherParameters == .opaqueFormat1)
        #expect(selected.tables.aead == .aes256GCM)
    }

    @Test func `without a measurement specification there is no measurement hash`() throws {
        let fixture = try #require(Self.algorithms { $0.measurementSpecifications = [] })
        let selected = try #require(fixture.machine.negotiated).algorithms
        #expect(selected.measurementSpecification == [])
        #expect(selected.measurementHash == [])
        var probe = fixture
        #expect(probe.send(.getMeasurements(GetMeasurements(index: 1))).answer == "error 04")
        #expect(
            probe.send(.challenge(Challenge(slot: 0, summary: .all, nonce: ResponderFixture.nonce))).answer
                == "error 01")
    }

    @Test func `several keys are the requester's choice where the responder leaves one`() {
        for (flag, wanted, answer) in [
            (CapabilityFlags.multiKeySelectable, true, "63"), (.multiKeySelectable, false, "63"),
            (.multiKeyOnly, true, "63"), (.multiKeyOnly, false, "error 01"), ([], true, "error 01"), ([], false, "63"),
        ] {
            var profile = ResponderProfile.test
            profile.capabilities.flags.formUnion(flag)
            let fixture = Self.algorithms(
                { if wanted { $0.otherParameters.insert(.multiKey) } }, version: .v1_3, profile)
            #expect(fixture?.lastAnswer == answer)
            if answer == "63" { #expect(fixture?.machine.negotiated?.sizes.multiKey == wanted) }
        }
    }
}
