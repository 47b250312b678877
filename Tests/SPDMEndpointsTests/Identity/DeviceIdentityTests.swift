import OpenSSLCrypto
import SPDM
import SPDMEndpoints
import Testing

@Suite struct `Device identity` {
    private static let now: Int64 = 1_800_000_000
    private static let info = DeviceInfo(manufacturer: "Example", product: "Accelerator", serialNumber: "ACC-0001")
    private static func device(_ type: KeyType = .p384) -> DeviceDescription {
        DeviceDescription(info, pciName: TestChain.pciName, keyType: type)
    }

    private static let algorithms: [KeyType: SignatureAlgorithm] = [
        .p256: .ecdsaP256, .p384: .ecdsaP384, .p521: .ecdsaP521, .rsa3072: .rsapss3072,
    ]

    @Test(arguments: [KeyType.p256, .p384, .p521, .rsa3072]) func `an issued device is trusted, with nothing waived`(
        type: KeyType
    ) throws {
        let authority = IdentityAuthority()
        let identity = try authority.issue(Self.device(type), under: "Example Device CA")
        let trust = DeviceTrust(.roots([try authority.root("Example Device CA")]), pciName: TestChain.pciName)
        for (hash, version) in zip(HashAlgorithm.allCases, [SPDMVersion.v1_1, .v1_2, .v1_3]) {
            let context = ChainContext(
                version: version, hash: hash, signature: try #require(Self.algorithms[type]))
            let verified = try trust.verify(try identity.chain(rootHash: hash), as: context, at: Self.now)
            #expect(verified.deviceInfo == Self.info)
            #expect(verified.serialNumber == "ACC-0001")
            #expect(verified.pciName == TestChain.pciName)
            #expect(verified.hardwareIdentity == 2)
            #expect(verified.admitted == [])
            #expect(trust.refusal(try identity.chain(rootHash: hash), as: context, at: 253_402_300_798) == nil)
        }
    }

    @Test func `the leaf's form is what DMTF's library asks for, byte for byte where it compares bytes`() throws {
        let leaf = try Certificate(
            try #require(IdentityAuthority().issue(Self.device(), under: "root").certificates.last))
        #expect(leaf.version == 3)
        #expect(leaf.subject == "CN=ACC-0001")
        #expect(leaf.keyUsage == .digitalSignature)
        #expect(leaf.extendedKeyUsage == ["1.3.6.1.4.1.412.274.3"])
        #expect(leaf.otherNames.map(\.type) == ["1.3.6.1.4.1.412.274.1", "2.23.147"])
        #expect(leaf.otherNames.map(\.text) == [Self.info.description, TestChain.pciName.description])
        #expect(leaf.extensions.first { $0.type == "2.5.29.19" }?.value == [0x30, 0x00])
        #expect(leaf.extensions.last == TestChain.hardwareIdentity)
        #expect(leaf.extensions.last?.leadingIdentifiers == ["1.3.6.1.4.1.412.274.2"])
        #expect((1...8).contains(leaf.serialNumber.count))
    }

    @Test func `devices under one name share root and intermediate, and nothing else; names share nothing`() throws {
        let authority = IdentityAuthority()
        let one = try authority.issue(Self.device(), under: "one")
        let two = try authority.issue(Self.device(), under: "one")
        let other = try authority.issue(Self.device(), under: "other")
        #expect(one.certificates.prefix(2) == two.certificates.prefix(2))
        #expect(one.certificates[0] == (try authority.root("one")))
        #expect(one.certificates[2] != two.certificates[2])
        #expect(Set(one.certificates).isDisjoint(with: other.certificates))
        let again = try IdentityAuthority().issue(Self.device(), under: "one")
        #expect(Set(one.certificates).isDisjoint(with: again.certificates))
        #expect(throws: CryptoError.self) { _ = try authority.root(String(repeating: "x", count: 65)) }
    }

    @Test func `certificates are valid as long as the authority says`() throws {
        let authority = IdentityAuthority(validity: 1_000...2_000)
        let identity = try authority.issue(Self.device(), under: "short")
        let trust = DeviceTrust(.roots([try authority.root("short")]), pciName: TestChain.pciName)
        let chain = try identity.chain(rootHash: .sha384)
        let context = ChainContext(version: .v1_2, hash: .sha384, signature: .ecdsaP384)
        #expect(trust.refusal(chain, as: context, at: 1_000) == nil)
        #expect(trust.refusal(chain, as: context, at: 1_999) == nil)
        #expect(trust.refusal(chain, as: context, at: 999)?.field == .certificate(.notBefore))
        #expect(trust.refusal(chain, as: context, at: 2_001)?.field == .certificate(.notAfter))
    }

    @Test func `its key signs what its leaf verifies`() throws {
        let identity = try IdentityAuthority().issue(Self.device(.p256), under: "root")
        #expect(identity.signatures == .ecdsaP256)
        let leaf = try Certificate(identity.certificates[2])
        var chance = OpenSSLChance()
        for version in [SPDMVersion.v1_1, .v1_2] {
            let hash = try digest(leaf.encoding, .sha256)
            let input = SigningContext.keyExchange.input(hash: hash, version: version)
            let signature = try chance.sign(input, with: identity.key, hash: .sha256, using: .ecdsaP256)
            let key = try PublicKey(subjectPublicKeyInfo: leaf.subjectPublicKeyInfo.span)
            #expect(try key.isValid(signature.span, for: input, hash: .sha256, using: .ecdsaP256) == true)
            let other = SigningContext.keyExchange.input(hash: hash.map { $0 ^ 1 }, version: version)
            #expect(try key.isValid(signature.span, for: other, hash: .sha256, using: .ecdsaP256) == false)
        }
    }

    @Test func `certificates that are none, too many or another key's make no identity`() throws {
        let certificates = try IdentityAuthority().issue(Self.device(.p256), under: "root").certificates
        func failure(_ certificates: [[UInt8]]) throws -> DeviceIdentityError? {
            let key = try PrivateKey(generating: .p256)
            do throws(DeviceIdentityError) {
                _ = try DeviceIdentity(certificates: certificates, key: key)
                return nil
            } catch {
                return error
            }
        }
        #expect(try failure([]) == .size(certificates: 0, bytes: 0))
        #expect(try failure(certificates) == .otherKey("CN=ACC-0001"))
        let many = [[UInt8]](repeating: certificates[0], count: 17)
        #expect(try failure(many) == .size(certificates: 17, bytes: 17 * certificates[0].count))
        #expect(try failure([[UInt8](repeating: 0, count: 65_468)]) == .size(certificates: 1, bytes: 65_468))
        guard case .certificate? = try failure([[1, 2, 3]]) else {
            Issue.record("no certificate")
            return
        }
        let root = certificates[0]
        let noKey = SecretBytes(copying: root.span)
        #expect(throws: DeviceIdentityError.self) {
            _ = try DeviceIdentity(chain: Array(certificates.joined()), privateKey: noKey)
        }
    }
}
