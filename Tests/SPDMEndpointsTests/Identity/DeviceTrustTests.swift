import OpenSSLCrypto
import SPDM
import SPDMEndpoints
import SPDMVectors
import Testing

@Suite struct `Device trust` {
    /// Why a chain is refused, with its root trusted.
    private func refusal(
        _ chain: TestChain, as context: ChainContext = TestChain.context, deviations: Set<CertificateDeviation> = []
    ) throws -> ChainRefusal? {
        let encodings = try chain.encodings()
        return try DeviceTrust(root: encodings, deviations: deviations).refusal(of: encodings, as: context)
    }

    @Test func `a chain as it should be is verified, and says who the device is`() throws {
        var chain = TestChain()
        chain.leaf.otherNames.append(TestChain.name("ACME:WIDGET:0042", type: "1.3.6.1.4.1.412.274.1"))
        chain.leaf.extensions = [TestChain.hardwareIdentity]
        let encodings = try chain.encodings()
        let identity = try DeviceTrust(root: encodings).verify(
            spdmChain(encodings), as: TestChain.context, at: TestChain.now)
        #expect(identity.certificates.map(\.encoding) == encodings)
        #expect(identity.leaf?.encoding == encodings[2])
        #expect(identity.rootDigest == (try digest(encodings[0])))
        #expect(identity.leafDigest == (try digest(encodings[2])))
        #expect(identity.keyDigest == (try digest(identity.subjectPublicKeyInfo)))
        #expect(identity.pciName == TestChain.pciName)
        #expect(identity.isPCINameCompared)
        #expect(identity.serialNumber == "0042")
        #expect(identity.hardwareIdentity == 2)
        #expect(identity.admitted == [])
        let info = try identity.publicKey().subjectPublicKeyInfo
        #expect(info == identity.subjectPublicKeyInfo)
    }

    @Test func `a chain without its root is verified when the root hash names a trusted one`() throws {
        let (mine, other) = (try TestChain().encodings(), try TestChain().encodings())
        let short = Array(mine.dropFirst())
        let trust = DeviceTrust(.roots([other[0], mine[0]]), pciName: TestChain.pciName)
        let identity = try trust.verify(
            spdmChain(short, root: mine[0]), as: TestChain.context, at: TestChain.now)
        #expect(identity.rootDigest == (try digest(mine[0])))
        #expect(identity.serialNumber == "01")
        let wrongRoot = trust.refusal(try spdmChain(short, root: other[0]))
        #expect(wrongRoot?.isAbout(0, .certificate(.issuer)) == true)
        let unknown = try #require(trust.refusal(try spdmChain(short, root: mine[1])))
        #expect(unknown.place == .header)
        #expect(unknown.field == .rootHash)
        #expect(unknown.expected == "that of one of 2 trusted roots")
        let pinned = DeviceTrust(.rootDigest(try digest(mine[0], .sha256), .sha256))
        let absent = pinned.refusal(try spdmChain(short, root: mine[0]))
        #expect(absent?.isAbout(0, .certificate(.root)) == true)
        #expect(absent?.seen == "issued by CN=root")
    }

    @Test(arguments: HashAlgorithm.allCases) func `a root pinned by digest is believed, another is not`(
        hash: HashAlgorithm
    ) throws {
        let encodings = try TestChain().encodings()
        let pinned = try digest(encodings[0], hash)
        var context = TestChain.context
        context.hash = hash
        let chain = try spdmChain(encodings, hash: hash)
        #expect(DeviceTrust(.rootDigest(pinned, hash), pciName: TestChain.pciName).refusal(chain, as: context) == nil)
        let other = pinned.map { $0 ^ 1 }
        #expect(
            DeviceTrust(.rootDigest(other, hash)).refusal(chain, as: context)?.isAbout(0, .certificate(.root)) == true)
    }

    @Test func `a key of another type than negotiated is refused`() throws {
        var chain = TestChain()
        chain.leafKeyType = .p384
        let found = try #require(try refusal(chain))
        #expect(found.description == "certificate 2, publicKey: P-384; expected P-256")
    }

    @Test func `a leaf that signs, or whose key does not, is refused whatever is waived`() throws {
        let all = Set(CertificateDeviation.allCases)
        var authority = TestChain()
        authority.leaf.basicConstraints?.isAuthority = true
        #expect(try refusal(authority, deviations: all)?.isAbout(2, .certificate(.basicConstraints)) == true)
        var silent = TestChain()
        silent.leaf.keyUsage = [.keyAgreement, .keyEncipherment]
        #expect(try refusal(silent, deviations: all)?.isAbout(2, .certificate(.keyUsage)) == true)
    }

    @Test func `purposes that do not name the signer's role are refused unless waived, none at all are not`() throws {
        var chain = TestChain()
        chain.leaf.extendedKeyUsage = ["1.3.6.1.5.5.7.3.1", "1.3.6.1.4.1.412.274.4"]
        let found = try #require(try refusal(chain))
        #expect(found.isAbout(2, .extendedKeyUsage))
        #expect(found.seen == "1.3.6.1.5.5.7.3.1, 1.3.6.1.4.1.412.274.4")
        #expect(found.expected == "1.3.6.1.4.1.412.274.3")
        #expect(found.deviation == .noSPDMPurpose)
        #expect(try refusal(chain, deviations: [.noSPDMPurpose]) == nil)
        var requester = TestChain.context
        requester.signer = .requester
        #expect(try refusal(chain, as: requester) == nil)
        #expect(try refusal(TestChain(), as: requester)?.isAbout(2, .extendedKeyUsage) == true)
        chain.leaf.extendedKeyUsage = []
        #expect(try refusal(chain) == nil)
    }

    @Test func `a leaf that says nothing of its key's use is refused unless waived`() throws {
        var chain = TestChain()
        chain.leaf.keyUsage = []
        #expect(try refusal(chain)?.deviation == .noKeyUsage)
        #expect(try refusal(chain)?.isAbout(2, .certificate(.keyUsage)) == true)
        #expect(try refusal(chain, deviations: [.noKeyUsage]) == nil)
    }

    @Test func `two certificates of the key that never changes are refused, and one that is an alias`() throws {
        var chain = TestChain()
        chain.intermediate.extensions = [TestChain.hardwareIdentity]
        var alias = TestChain.context
        alias.signer = .responder(isAlias: true)
        #expect(try refusal(chain) == nil)
        #expect(try refusal(chain, as: alias) == nil)
        chain.leaf.extensions = [CertificateExtension(type: "1.3.6.1.4.1.412.274.2", value: [0x05, 0x00])]
        #expect(try refusal(chain)?.isAbout(2, .hardwareIdentity) == true)
        chain.intermediate.extensions = []
        #expect(try refusal(chain) == nil)
        #expect(try refusal(chain, as: alias)?.isAbout(2, .hardwareIdentity) == true)
    }

    @Test(arguments: [0, 1, 2]) func `an extension of DMTF's that cannot be read is refused where it stands`(
        place: Int
    ) throws {
        let path = [\TestChain.root, \.intermediate, \.leaf][place]
        var chain = TestChain()
        chain[keyPath: path].extensions = [CertificateExtension(type: "1.3.6.1.4.1.412.274.6", value: [0x05, 0x00])]
        #expect(try refusal(chain)?.isAbout(place, .hardwareIdentity) == true)
    }

    @Test func `device information that cannot be read is refused, and the first of several is taken`() throws {
        let type = "1.3.6.1.4.1.412.274.1"
        let good = [TestChain.name("ACME:WIDGET:1", type: type), TestChain.name("ACME:WIDGET:2", type: type)]
        for wrong in [
            TestChain.name("ACME:WIDGET", type: type), TestChain.name("ACME:WIDGET:\u{7}", type: type),
            OtherName(type: type, value: [0x05, 0x00]),
        ] {
            var chain = TestChain()
            chain.leaf.otherNames += [good[0], wrong]
            #expect(try refusal(chain)?.isAbout(2, .deviceInfo) == true)
        }
        var chain = TestChain()
        chain.leaf.otherNames += good
        let encodings = try chain.encodings()
        let identity = try DeviceTrust(root: encodings).verify(
            spdmChain(encodings), as: TestChain.context, at: TestChain.now)
        #expect(identity.deviceInfo == DeviceInfo("ACME:WIDGET:1"))
    }

    @Test func `a leaf about another function is refused by the first part that differs`() throws {
        let parts = [
            ("Vendor", "8086", "1af4"), ("Device", "1042", "1041"), ("CC", "010000", "020000"), ("REV", "02", "01"),
            ("SSVID", "8086", "1af4"), ("SSID", "1101", "1100"),
        ]
        for (part, seen, expected) in parts {
            var chain = TestChain()
            let text = TestChain.pciName.description.replacing("\(part)=\(expected)", with: "\(part)=\(seen)")
            chain.leaf.otherNames = [TestChain.name(text)]
            let found = try #require(try refusal(chain, deviations: Set(CertificateDeviation.allCases)))
            #expect(found.isAbout(2, .pciName(part: part)))
            #expect(found.seen == seen)
            #expect(found.expected == expected)
        }
        var bridge = TestChain()
        bridge.leaf.otherNames = [TestChain.name("Vendor=1af4:Device=1041:CC=020000:REV=01")]
        #expect(try refusal(bridge)?.description == "certificate 2, PCI name SSVID: none; expected 1af4")
    }

    @Test func `of several functions that a leaf names one must be the function, and all must be names`() throws {
        var chain = TestChain()
        let other = TestChain.name("Vendor=1af4:Device=1041:CC=020000:REV=07:SSVID=1af4:SSID=1100")
        chain.leaf.otherNames = [TestChain.name("Vendor=0001:Device=0001:CC=000001:REV=01"), other]
        #expect(try refusal(chain)?.field == .pciName(part: "REV"))
        chain.leaf.otherNames.append(TestChain.name(TestChain.pciName.description))
        #expect(try refusal(chain) == nil)
        chain.leaf.otherNames.append(TestChain.name("Vendor"))
        let found = try #require(try refusal(chain, deviations: [.noPCIName]))
        #expect(found.isAbout(2, .pciName(part: nil)))
        #expect(found.seen == "Vendor")
        chain.leaf.otherNames = [OtherName(type: "2.23.147", value: [0x04, 0x01, 0x41])]
        #expect(try refusal(chain)?.seen == "no text")
        chain.leaf.otherNames = [TestChain.name("\u{1B}[2J\n\u{202E}")]
        #expect(try refusal(chain)?.seen == #"\u{1B}[2J\n\u{202E}"#)
    }

    @Test func `a leaf without a function is refused unless waived, and one that nobody can compare is only read`()
        throws
    {
        var chain = TestChain()
        chain.leaf.otherNames = []
        #expect(try refusal(chain)?.deviation == .noPCIName)
        let encodings = try chain.encodings()
        let waived = DeviceTrust(root: encodings, deviations: [.noPCIName])
        let identity = try waived.verify(spdmChain(encodings), as: TestChain.context, at: TestChain.now)
        #expect(identity.admitted == [.noPCIName])
        #expect(identity.pciName == nil)
        let named = try TestChain().encodings()
        let read = try DeviceTrust(.roots([named[0]])).verify(
            spdmChain(named), as: TestChain.context, at: TestChain.now)
        #expect(read.pciName == TestChain.pciName)
        #expect(read.isPCINameCompared == false)
        #expect(read.admitted == [])
    }

    @Test func `each deviation has a name of its own that stays, and an explanation`() {
        #expect(
            CertificateDeviation.allCases.map(\.rawValue) == [
                "no-pci-name", "no-spdm-purpose", "no-key-usage", "no-basic-constraints",
            ])
        #expect(Set(CertificateDeviation.allCases.map(\.explanation)).count == 4)
    }

    @Test func `only from SPDM 1.3 on must a leaf say that it is no authority`() throws {
        var chain = TestChain()
        chain.leaf.basicConstraints = nil
        let encodings = try chain.encodings()
        var context = TestChain.context
        #expect(try DeviceTrust(root: encodings).refusal(of: encodings, as: context) == nil)
        context.version = .v1_3
        let found = try #require(try DeviceTrust(root: encodings).refusal(of: encodings, as: context))
        #expect(found.isAbout(2, .certificate(.basicConstraints)))
        #expect(found.deviation == .noBasicConstraints)
        let waived = DeviceTrust(root: encodings, deviations: [.noBasicConstraints])
        #expect(try waived.refusal(of: encodings, as: context) == nil)
    }

    @Test func `a chain's own root admits that chain and no other, and none of more certificates than 16`() throws {
        let encodings = try TestChain().encodings()
        let chain = try spdmChain(encodings)
        let own = DeviceTrust(.roots([]), pciName: TestChain.pciName).trustingOwnRoot(of: chain, .sha384)
        #expect(own == DeviceTrust(root: encodings))
        #expect(own.refusal(chain) == nil)
        #expect(try own.refusal(of: TestChain().encodings()) != nil)
        let long = try spdmChain(Array(repeating: encodings[0], count: 17))
        for unreadable in [[], Array(chain.dropLast()), long] {
            #expect(own.trustingOwnRoot(of: unreadable, .sha384).anchor == .roots([]))
        }
    }

    @Test func `a provisioned key stands for itself, and a chain must be about it`() throws {
        let encodings = try TestChain().encodings()
        let key = try Certificate(encodings[2]).subjectPublicKeyInfo
        let other = try PrivateKey(generating: .p256).publicKey().subjectPublicKeyInfo
        var trust = DeviceTrust(root: encodings)
        #expect(throws: ChainRefusal.self) { _ = try trust.provisionedIdentity(as: TestChain.context) }
        trust.provisionedKey = key
        #expect(try trust.refusal(of: encodings) == nil)
        let identity = try trust.provisionedIdentity(as: TestChain.context)
        #expect(identity.subjectPublicKeyInfo == key)
        #expect(identity.leaf == nil)
        #expect(identity.serialNumber.isEmpty)
        trust.provisionedKey = other
        #expect(try trust.refusal(of: encodings)?.isAbout(2, .certificate(.publicKey)) == true)
        var context = TestChain.context
        context.signature = .ecdsaP384
        let type = #expect(throws: ChainRefusal.self) { _ = try trust.provisionedIdentity(as: context) }
        #expect(type?.description == "provisioned key, publicKey: P-256; expected P-384")
        trust.provisionedKey = [0x30, 0x00]
        let malformed = #expect(throws: ChainRefusal.self) { _ = try trust.provisionedIdentity(as: context) }
        #expect(malformed?.place == .provisionedKey)
    }
}

@Suite struct `Device trust and sample devices` {
    private static let now: Int64 = 1_735_689_600
    private static let looseness: Set<CertificateDeviation> = [.noPCIName, .noSPDMPurpose]

    private func context(_ run: RecordedRun) throws -> ChainContext {
        let algorithms: [String: SignatureAlgorithm] = [
            "ECDSA_P256": .ecdsaP256, "ECDSA_P384": .ecdsaP384, "RSAPSS3072": .rsapss3072,
        ]
        return ChainContext(
            version: try run.version, hash: try run.hash,
            signature: try #require(algorithms[try run.text("asym")]))
    }

    @Test(arguments: RecordedRun.names.filter { !$0.hasPrefix("psk") })
    func `a recorded chain is admitted with the deviations that DMTF's samples have, and not without`(
        name: String
    ) throws {
        let run = try RecordedRun(name)
        let (chain, context) = (try run.bytes("chain"), try context(run))
        let pinned = Array(chain[4..<(4 + context.hash.digestByteCount)])
        var trust = DeviceTrust(.rootDigest(pinned, context.hash), deviations: Self.looseness)
        let identity = try trust.verify(chain, as: context, at: Self.now)
        #expect(identity.certificates.count == 3)
        #expect(identity.admitted == [.noPCIName, .noSPDMPurpose])
        #expect(identity.deviceInfo == DeviceInfo("ACME:WIDGET:1234567890"))
        for deviation in Self.looseness {
            trust.deviations = Self.looseness.subtracting([deviation])
            #expect(trust.refusal(chain, as: context, at: Self.now)?.deviation == deviation)
        }
        trust.deviations = Self.looseness
        #expect(trust.refusal(chain, as: context, at: 0)?.field == .certificate(.notBefore))
    }

    @Test func `the requester's recorded chain is admitted as a requester's`() throws {
        let run = try RecordedRun("mut-wencap-enc-v1.2")
        let chain = try run.bytes("requester_chain")
        let context = ChainContext(
            version: .v1_2, hash: try run.hash, signature: .rsapss3072, signer: .requester)
        let pinned = Array(chain[4..<(4 + context.hash.digestByteCount)])
        let trust = DeviceTrust(.rootDigest(pinned, context.hash), deviations: Self.looseness)
        let identity = try trust.verify(chain, as: context, at: Self.now)
        #expect(identity.admitted == [.noSPDMPurpose])
    }
}
