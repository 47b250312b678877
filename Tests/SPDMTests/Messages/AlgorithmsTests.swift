import SPDM
import Testing
import WireBytes

@Suite struct `SPDM algorithms` {
    /// NEGOTIATE_ALGORITHMS with one table of type 3.
    private static let offer: [UInt8] =
        [0x12, 0xE3, 1, 0, 0x24, 0, 1, 2, 0x10, 0, 0, 0, 1, 0, 0, 0] + [UInt8](repeating: 0, count: 16) + [
            3, 0x20, 2, 0,
        ]

    private static func decode(_ bytes: [UInt8]) throws(WireError) -> SPDMRequest {
        try SPDMRequest.decode(bytes.span, sizes: NegotiatedSizes()).request
    }

    @Test(arguments: [0x23, 0x25, 0x00, 0xFF] as [UInt8]) func `a length that is not the message's is refused`(
        length: UInt8
    ) {
        var bytes = Self.offer
        bytes[4] = length
        #expect(throws: WireError(.lengthMismatch, at: 4, in: "Length")) { try Self.decode(bytes) }
    }

    @Test func `extended algorithms are skipped`() throws {
        var bytes = Self.offer
        bytes[4] = 0x30
        bytes[28] = 1
        bytes[29] = 1
        bytes[33] = 0x21
        bytes.insert(contentsOf: [UInt8](repeating: 0xEE, count: 8), at: 32)
        bytes[41] = 0x21
        bytes += [0xEE, 0xEE, 0xEE, 0xEE]
        #expect(try Self.decode(bytes) == Self.decode(Self.offer))
    }

    @Test func `a table of an unknown type is skipped`() throws {
        var bytes = Self.offer
        bytes[2] = 2
        bytes[4] = 0x28
        bytes += [9, 0x20, 0xFF, 0xFF]
        #expect(try Self.decode(bytes) == Self.decode(Self.offer))
    }

    @Test(arguments: [2, 3] as [UInt8]) func `tables out of order are refused`(type: UInt8) {
        var bytes = Self.offer
        bytes[2] = 2
        bytes[4] = 0x28
        bytes += [type, 0x20, 1, 0]
        #expect(throws: WireError(.invalidValue, at: 36, in: "AlgType")) { try Self.decode(bytes) }
    }

    @Test(arguments: [0x00, 0x10, 0x30] as [UInt8]) func `a mask of another width is refused`(count: UInt8) {
        var bytes = Self.offer
        bytes[33] = count
        #expect(throws: WireError(.invalidValue, at: 33, in: "AlgCount")) { try Self.decode(bytes) }
    }

    private static let selection = Algorithms(
        asymmetric: .ecdsaP384, hash: .sha384,
        tables: AlgorithmTables(
            exchange: .secp256r1, aead: .aes256GCM, requesterAsymmetric: .rsapss3072, keySchedule: .spdm))

    @Test func `a selection fixes the sizes of later messages`() {
        let sizes = NegotiatedSizes(selected: Self.selection, common: [.handshakeInTheClear, .encrypt])
        #expect(
            sizes
                == NegotiatedSizes(
                    hash: 48, signature: 96, requesterSignature: 384, exchange: 64, handshakeInTheClear: true))
        #expect(sizes?.encapsulated.signature == 384)
        #expect(sizes?.encapsulated.requesterSignature == 96)
    }

    @Test func `several keys of the requester say nothing about the responder's`() {
        var selection = Self.selection
        selection.otherParameters = [.opaqueFormat1, .multiKey]
        #expect(NegotiatedSizes(selected: selection, common: [])?.multiKey == false)
    }

    @Test func `a selection of two algorithms of a kind, or of an unknown one, fixes nothing`() {
        var two = Self.selection
        two.hash = [.sha256, .sha384]
        #expect(NegotiatedSizes(selected: two, common: []) == nil)
        var unknown = Self.selection
        unknown.asymmetric = BaseAsymmetricAlgorithms(rawValue: 1 << 9)
        #expect(NegotiatedSizes(selected: unknown, common: []) == nil)
        var group = Self.selection
        group.tables.exchange = ExchangeGroups(rawValue: 1 << 6)
        #expect(NegotiatedSizes(selected: group, common: []) == nil)
    }

    @Test func `every algorithm has its size`() {
        let hashes: [(BaseHashAlgorithms, Int?)] = [([], 0), (.sha256, 32), (.sha384, 48), (.sha512, 64)]
        for (hash, size) in hashes { #expect(hash.digestSize == size) }
        let signatures: [(BaseAsymmetricAlgorithms, Int?)] = [
            ([], 0), (.rsassa2048, 256), (.rsapss2048, 256), (.rsassa3072, 384), (.rsapss3072, 384), (.rsassa4096, 512),
            (.rsapss4096, 512), (.ecdsaP256, 64), (.ecdsaP384, 96), (.ecdsaP521, 132), ([.ecdsaP256, .ecdsaP384], nil),
        ]
        for (signature, size) in signatures { #expect(signature.signatureSize == size) }
        let groups: [(ExchangeGroups, Int?)] = [
            ([], 0), (.ffdhe2048, 256), (.ffdhe3072, 384), (.ffdhe4096, 512), (.secp256r1, 64), (.secp384r1, 96),
            (.secp521r1, 132), ([.ffdhe2048, .secp256r1], nil),
        ]
        for (group, size) in groups { #expect(group.exchangeSize == size) }
        let suites: [(AEADSuites, Int?)] = [
            (.aes128GCM, 16), (.aes256GCM, 32), (.chaCha20Poly1305, 32), ([], nil), ([.aes128GCM, .aes256GCM], nil),
        ]
        for (suite, size) in suites { #expect(suite.keySize == size) }
    }

    @Test func `a version entry tells its parts`() {
        let entry = VersionMessage.Entry(rawValue: 0x1234)
        #expect(entry.version == .v1_2)
        #expect(entry.update == 3)
        #expect(entry.alpha == 4)
        #expect(VersionMessage.Entry(.v1_3).rawValue == 0x1300)
    }
}
