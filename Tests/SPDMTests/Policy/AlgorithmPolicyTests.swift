import SPDM
import Testing

private let sessions: CapabilityFlags = [.certificate, .keyExchange, .encrypt, .mac, .mutualAuthentication]
private let device: CapabilityFlags = [sessions, .measurements]

/// What a tolerant responder selects for a tolerant requester.
private func selection(version: SPDMVersion = .v1_2) throws -> Algorithms {
    let policy = AlgorithmPolicy.tolerant
    return try policy.selection(
        for: policy.request(version: version, requester: sessions, responder: device), version: version,
        requester: sessions, responder: device, signatures: .ecdsaP384)
}

private func refusal(
    of selected: Algorithms, by policy: AlgorithmPolicy, version: SPDMVersion = .v1_2,
    requester: CapabilityFlags = sessions, responder: CapabilityFlags = device
) -> PolicyRefusal? {
    do throws(PolicyRefusal) {
        try policy.check(selected, version: version, requester: requester, responder: responder)
        return nil
    } catch {
        return error
    }
}

@Suite struct `Algorithm policy of a requester` {
    @Test func `strict asks for nothing weak, for TDISP's cipher alone and for SPDM's key schedule`() {
        let request = AlgorithmPolicy.strict.request(version: .v1_2, requester: sessions, responder: device)
        #expect(request.hash == [.sha256, .sha384, .sha512])
        #expect(request.asymmetric.isDisjoint(with: [.rsassa2048, .rsapss2048]))
        #expect(request.asymmetric.isSuperset(of: [.ecdsaP256, .ecdsaP384, .ecdsaP521, .rsassa3072, .rsapss4096]))
        #expect(request.tables.requesterAsymmetric == request.asymmetric)
        #expect(request.tables.exchange == [.secp256r1, .secp384r1, .secp521r1, .ffdhe3072])
        #expect(request.tables.aead == .aes256GCM)
        #expect(request.tables.keySchedule == .spdm)
        #expect(request.otherParameters == .opaqueFormat1)
    }

    @Test func `tolerant asks for all that is spoken`() {
        let request = AlgorithmPolicy.tolerant.request(version: .v1_1, requester: sessions, responder: device)
        #expect(request.asymmetric.isSuperset(of: [.rsassa2048, .rsapss2048]))
        #expect(request.tables.exchange?.contains(.ffdhe2048) == true)
        #expect(request.tables.aead == [.aes128GCM, .aes256GCM, .chaCha20Poly1305])
        #expect(request.otherParameters == [])
    }

    @Test func `tables that the capabilities make no use of are left out`() {
        let request = AlgorithmPolicy.strict.request(
            version: .v1_2, requester: [.certificate], responder: [.certificate, .keyExchange, .encrypt, .mac])
        #expect(request.tables == AlgorithmTables())
        let psk = AlgorithmPolicy.strict.request(
            version: .v1_2, requester: [.psk, .encrypt, .mac], responder: [.pskWithContext, .encrypt, .mac])
        #expect(psk.tables == AlgorithmTables(aead: .aes256GCM, keySchedule: .spdm))
    }

    @Test(arguments: [SPDMVersion.v1_1, .v1_2, .v1_3]) func `what a like-minded responder selects is taken`(
        version: SPDMVersion
    ) throws {
        #expect(refusal(of: try selection(version: version), by: .tolerant, version: version) == nil)
        #expect(refusal(of: try selection(version: version), by: .strict, version: version) == nil)
    }

    @Test func `each kind that is missing, double, unknown or not allowed is refused by its name`() throws {
        func expect(_ subject: PolicyRefusal.Subject, _ seen: String, _ change: (inout Algorithms) -> Void) throws {
            var selected = try selection()
            change(&selected)
            let found = refusal(of: selected, by: .strict)
            #expect(found?.subject == subject, "\(seen)")
            #expect(found?.seen == seen)
            #expect(found?.policy == "strict")
        }
        try expect(.hash, "none") { $0.hash = [] }
        try expect(.hash, "SHA-256, SHA-384") { $0.hash = [.sha256, .sha384] }
        try expect(.hash, "0x8") { $0.hash = BaseHashAlgorithms(rawValue: 8) }
        try expect(.signature, "none") { $0.asymmetric = [] }
        try expect(.signature, "RSASSA-2048") { $0.asymmetric = .rsassa2048 }
        try expect(.signature, "ECDSA-P384, 0x200") { $0.asymmetric = [.ecdsaP384, .init(rawValue: 0x200)] }
        try expect(.requesterSignature, "RSAPSS-2048") { $0.tables.requesterAsymmetric = .rsapss2048 }
        try expect(.requesterSignature, "none") { $0.tables.requesterAsymmetric = nil }
        try expect(.exchangeGroup, "none") { $0.tables.exchange = nil }
        try expect(.exchangeGroup, "ffdhe2048") { $0.tables.exchange = .ffdhe2048 }
        try expect(.cipherSuite, "AES-128-GCM") { $0.tables.aead = .aes128GCM }
        try expect(.cipherSuite, "AES-256-GCM, ChaCha20-Poly1305") { $0.tables.aead = [.aes256GCM, .chaCha20Poly1305] }
        try expect(.keySchedule, "none") { $0.tables.keySchedule = [] }
        try expect(.measurementSpecification, "none") { $0.measurementSpecification = [] }
        try expect(.measurementHash, "none") { $0.measurementHash = [] }
        try expect(.measurementHash, "SHA-256, SHA-384") { $0.measurementHash = [.sha256, .sha384] }
        try expect(.opaqueFormat, "opaque data format 0") { $0.otherParameters = .opaqueFormat0 }
        try expect(.opaqueFormat, "none") { $0.otherParameters = [] }
    }

    @Test func `several keys beside the format of opaque data are no matter of this policy`() throws {
        var selected = try selection(version: .v1_3)
        selected.otherParameters = [.opaqueFormat1, .multiKey]
        #expect(refusal(of: selected, by: .strict, version: .v1_3) == nil)
    }

    @Test func `what no capability makes necessary may be left unselected, but not be wrong`() throws {
        let bare = Algorithms(
            measurementSpecification: [], otherParameters: [], asymmetric: .ecdsaP384, hash: .sha384)
        let certificate: CapabilityFlags = [.certificate]
        #expect(refusal(of: bare, by: .strict, requester: certificate, responder: certificate) == nil)
        var wrong = bare
        wrong.tables.aead = .aes128GCM
        #expect(
            refusal(of: wrong, by: .strict, requester: certificate, responder: certificate)?.subject == .cipherSuite)
    }

    @Test func `the best version that both speak is taken, drafts and unknown ones are not`() throws {
        func message(_ entries: UInt16...) -> VersionMessage { VersionMessage(entries.map { .init(rawValue: $0) }) }
        let strict = AlgorithmPolicy.strict
        #expect(try strict.version(from: message(0x1000, 0x1100, 0x1200, 0x1300, 0x1400)) == .v1_3)
        #expect(try strict.version(from: message(0x1301, 0x1200)) == .v1_2)
        #expect(try AlgorithmPolicy.tolerant.version(from: message(0x1000, 0x1100)) == .v1_1)
        let refused = #expect(throws: PolicyRefusal.self) { _ = try strict.version(from: message(0x1000, 0x1100)) }
        #expect(refused?.description == "policy strict, version: 1.0, 1.1; allowed: 1.3, 1.2")
        #expect(throws: PolicyRefusal.self) { _ = try strict.version(from: message()) }
    }

    @Test func `sessions that would not be encrypted, or not even authenticated, are refused`() throws {
        let (strict, tolerant) = (AlgorithmPolicy.strict, AlgorithmPolicy.tolerant)
        #expect(try strict.isEncrypted(requester: sessions, responder: device))
        #expect(try !tolerant.isEncrypted(requester: sessions, responder: [.keyExchange, .mac]))
        let macOnly = #expect(throws: PolicyRefusal.self) {
            _ = try strict.isEncrypted(requester: sessions, responder: [.keyExchange, .mac])
        }
        #expect(
            macOnly?.description
                == "policy strict, protection: authenticated only; allowed: encrypted and authenticated")
        for policy in [strict, tolerant] {
            let nothing = #expect(throws: PolicyRefusal.self) {
                _ = try policy.isEncrypted(requester: sessions, responder: [.keyExchange, .encrypt])
            }
            #expect(nothing?.seen == "not authenticated")
        }
    }
}

@Suite struct `Algorithm policy of a responder` {
    @Test func `of each kind the first of its own that is offered is selected`() throws {
        let selected = try selection()
        #expect(selected.hash == .sha384)
        #expect(selected.asymmetric == .ecdsaP384)
        #expect(selected.tables.exchange == .secp384r1)
        #expect(selected.tables.aead == .aes256GCM)
        #expect(selected.tables.requesterAsymmetric == .ecdsaP384)
        #expect(selected.tables.keySchedule == .spdm)
        #expect(selected.measurementSpecification == .dmtf)
        #expect(selected.measurementHash == .sha384)
        #expect(selected.otherParameters == .opaqueFormat1)
    }

    @Test func `what is not offered, or its keys cannot sign, is not selected`() throws {
        var offer = AlgorithmPolicy.tolerant.request(version: .v1_2, requester: sessions, responder: device)
        offer.hash = [.sha256, .init(rawValue: 8)]
        offer.tables.exchange = [.secp256r1, .secp521r1]
        offer.tables.aead = [.aes128GCM, .chaCha20Poly1305]
        let selected = try AlgorithmPolicy.tolerant.selection(
            for: offer, version: .v1_2, requester: sessions, responder: device, signatures: [.rsassa3072, .rsapss3072])
        #expect(selected.hash == .sha256)
        #expect(selected.asymmetric == .rsapss3072)
        #expect(selected.tables.exchange == .secp256r1)
        #expect(selected.tables.aead == .chaCha20Poly1305)
        #expect(selected.measurementHash == .sha256)
    }

    @Test func `an offer without something necessary is refused by its name`() throws {
        func expect(_ subject: PolicyRefusal.Subject, _ change: (inout NegotiateAlgorithms) -> Void) {
            var offer = AlgorithmPolicy.strict.request(version: .v1_2, requester: sessions, responder: device)
            change(&offer)
            let refused = #expect(throws: PolicyRefusal.self) {
                _ = try AlgorithmPolicy.strict.selection(
                    for: offer, version: .v1_2, requester: sessions, responder: device, signatures: .ecdsaP384)
            }
            #expect(refused?.subject == subject)
        }
        expect(.hash) { $0.hash = .init(rawValue: 8) }
        expect(.signature) { $0.asymmetric = .ecdsaP256 }
        expect(.exchangeGroup) { $0.tables.exchange = .ffdhe2048 }
        expect(.cipherSuite) { $0.tables.aead = .aes128GCM }
        expect(.requesterSignature) { $0.tables.requesterAsymmetric = nil }
        expect(.keySchedule) { $0.tables.keySchedule = [] }
        expect(.opaqueFormat) { $0.otherParameters = .opaqueFormat0 }
    }

    @Test func `a table that was not asked is not answered, and one that nobody needs may stay empty`() throws {
        var offer = NegotiateAlgorithms(asymmetric: .ecdsaP384, hash: .sha384)
        offer.tables.aead = .aes128GCM
        offer.measurementSpecifications = []
        let selected = try AlgorithmPolicy.strict.selection(
            for: offer, version: .v1_2, requester: [.certificate], responder: device, signatures: .ecdsaP384)
        #expect(selected.tables == AlgorithmTables(aead: []))
        #expect(selected.measurementSpecification == [])
        #expect(selected.measurementHash == [])
    }
}
