import OpenSSLCrypto
import Testing

/// An answer of NIST's CAVS 14.1, ECC CDH primitive (SP 800-56A), the first of each curve.
private struct AgreementVector: Sendable, CustomTestStringConvertible {
    let group: KeyExchangeGroup
    let privateKey: String
    let exchangeData: String
    let peerData: String
    let sharedSecret: String
    var testDescription: String { group.rawValue }
}

/// A private key of a curve in the form of RFC 5915.
private func privateKeyDER(_ scalar: [UInt8], _ group: KeyExchangeGroup) throws -> SecretBytes {
    let identifier: [UInt8] =
        switch group {
        case .secp256r1: [0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07]
        case .secp384r1: [0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x22]
        case .secp521r1: [0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x23]
        case .ffdhe2048, .ffdhe3072: []
        }
    let width = group.sharedSecretByteCount
    let padded = [UInt8](repeating: 0, count: max(0, width - scalar.count)) + scalar.suffix(width)
    let body =
        [0x02, 0x01, 0x01, 0x04, UInt8(width)] + padded + [0xA0, UInt8(identifier.count)] + identifier
    return secret([0x30, UInt8(body.count)] + body)
}

@Suite struct `Key exchange` {
    private static let vectors = [
        AgreementVector(
            group: .secp256r1, privateKey: "7d7dc5f71eb29ddaf80d6214632eeae03d9058af1fb6d22ed80badb62bc1a534",
            exchangeData: """
                ead218590119e8876b29146ff89ca61770c4edbbf97d38ce385ed281d8a6b230
                28af61281fd35e2fa7002523acc85a429cb06ee6648325389f59edfce1405141
                """,
            peerData: """
                700c48f77f56584c5cc632ca65640db91b6bacce3a4df6b42ce7cc838833d287
                db71e509e3fd9b060ddb20ba5c51dcc5948d46fbf640dfe0441782cab85fa4ac
                """,
            sharedSecret: "46fc62106420ff012e54a434fbdd2d25ccc5852060561e68040dd7778997bd7b"),
        AgreementVector(
            group: .secp384r1,
            privateKey: """
                3cc3122a68f0d95027ad38c067916ba0eb8c38894d22e1b15618b6818a661774
                ad463b205da88cf699ab4d43c9cf98a1
                """,
            exchangeData: """
                9803807f2f6d2fd966cdd0290bd410c0190352fbec7ff6247de1302df86f25d34fe4a97bef60cff548355c015dbb3e5f
                ba26ca69ec2f5b5d9dad20cc9da711383a9dbe34ea3fa5a2af75b46502629ad54dd8b7d73a8abb06a3a3be47d650cc99
                """,
            peerData: """
                a7c76b970c3b5fe8b05d2838ae04ab47697b9eaf52e764592efda27fe7513272734466b400091adbf2d68c58e0c50066
                ac68f19f2e1cb879aed43a9969b91a0839c4c38a49749b661efedf243451915ed0905a32b060992b468c64766fc8437a
                """,
            sharedSecret: """
                5f9d29dc5e31a163060356213669c8ce132e22f57c9a04f40ba7fcead493b457
                e5621e766c40a2e3d4d6a04b25e533f1
                """),
        AgreementVector(
            group: .secp521r1,
            privateKey: """
                017eecc07ab4b329068fba65e56a1f8890aa935e57134ae0ffcce802735151f4ea
                c6564f6ee9974c5e6887a1fefee5743ae2241bfeb95d5ce31ddcb6f9edb4d6fc47
                """,
            exchangeData: """
                00602f9d0cf9e526b29e22381c203c48a886c2b0673033366314f1ffbcba240ba4
                2f4ef38a76174635f91e6b4ed34275eb01c8467d05ca80315bf1a7bbd945f550a5
                01b7c85f26f5d4b2d7355cf6b02117659943762b6d1db5ab4f1dbc44ce7b2946eb
                6c7de342962893fd387d1b73d7a8672d1f236961170b7eb3579953ee5cdc88cd2d
                """,
            peerData: """
                00685a48e86c79f0f0875f7bc18d25eb5fc8c0b07e5da4f4370f3a949034085433
                4b1e1b87fa395464c60626124a4e70d0f785601d37c09870ebf176666877a2046d
                01ba52c56fc8776d9e8f5db4f0cc27636d0b741bbe05400697942e80b739884a83
                bde99e0f6716939e632bc8986fa18dccd443a348b6c3e522497955a4f3c302f676
                """,
            sharedSecret: """
                005fc70477c3e63bc3954bd0df3ea0d1f41ee21746ed95fc5e1fdf90930d5e1366
                72d72cc770742d1711c3c3a4c334a0ad9759436a4d3c5bf6e74b9578fac148c831
                """),
    ]
    private static let curves: [KeyExchangeGroup] = [.secp256r1, .secp384r1, .secp521r1]

    @Test(arguments: vectors) private func `a curve's public data and shared secret are those NIST gives`(
        vector: AgreementVector
    ) throws {
        let pair = try EphemeralKeyPair(
            vector.group, privateKeyDER: privateKeyDER(bytes(hex: vector.privateKey), vector.group))
        let exchangeData = pair.exchangeData
        #expect(exchangeData == bytes(hex: vector.exchangeData))
        let secret = try pair.sharedSecret(with: bytes(hex: vector.peerData).span)
        #expect(contents(secret) == bytes(hex: vector.sharedSecret))
    }

    @Test(arguments: curves) func `Wycheproof's points are agreed with, or refused when invalid`(
        group: KeyExchangeGroup
    ) throws {
        for line in try vectorLines("wycheproof/ecdh_\(group.rawValue)_ecpoint") {
            let pair = try EphemeralKeyPair(group, privateKeyDER: privateKeyDER(line.bytes(2), group))
            // Exchange data has no byte that marks an uncompressed point; other points have another length.
            let peer = Array(line.bytes(3).dropFirst())
            let secret = try? contents(pair.sharedSecret(with: peer.span))
            if line.isValid {
                #expect(secret == line.bytes(4), "case \(line.name)")
            } else {
                #expect(secret == nil, "case \(line.name)")
            }
        }
    }

    @Test func `FFDHE secrets are those OpenSSL's own tests give, with leading zeros`() throws {
        let lines = try vectorLines("openssl-ffdhe")
        #expect(lines.contains { $0.bytes(3).starts(with: [0, 0]) })
        for line in lines {
            let group = try #require(KeyExchangeGroup(rawValue: String(line.name)))
            let pair = try EphemeralKeyPair(group, privateKeyDER: secret(line.bytes(1)))
            let other = try EphemeralKeyPair(group, privateKeyDER: secret(line.bytes(2)))
            let (data, otherData) = (pair.exchangeData, other.exchangeData)
            let mine = contents(try pair.sharedSecret(with: otherData.span))
            #expect(mine == line.bytes(3))
            #expect(mine.count == group.sharedSecretByteCount)
            let theirs = contents(try other.sharedSecret(with: data.span))
            #expect(theirs == line.bytes(3))
        }
    }

    @Test(arguments: KeyExchangeGroup.allCases) func `two fresh ends agree, and differ from the next two`(
        group: KeyExchangeGroup
    ) throws {
        let one = try EphemeralKeyPair(group)
        let other = try EphemeralKeyPair(group)
        let third = try EphemeralKeyPair(group)
        let (oneData, otherData, thirdData) = (one.exchangeData, other.exchangeData, third.exchangeData)
        #expect(Set([oneData, otherData, thirdData]).count == 3)
        #expect([oneData, otherData].allSatisfy { $0.count == group.exchangeByteCount })
        let mine = contents(try one.sharedSecret(with: otherData.span))
        let theirs = contents(try other.sharedSecret(with: oneData.span))
        #expect(mine == theirs)
        #expect(mine.count == group.sharedSecretByteCount)
        let different = contents(try third.sharedSecret(with: otherData.span))
        #expect(different != mine)
    }

    @Test(arguments: KeyExchangeGroup.allCases, [-1_000, -1, 1]) func `data of another length is refused`(
        group: KeyExchangeGroup, difference: Int
    ) throws {
        let peer = try EphemeralKeyPair(group).exchangeData
        let changed = difference < 0 ? Array(peer.dropLast(-difference)) : peer + [0]
        let failure = #expect(throws: CryptoError.self) {
            _ = try EphemeralKeyPair(group).sharedSecret(with: changed.span)
        }
        #expect(failure?.reasons == ["exchange data of \(changed.count) bytes"])
    }

    @Test(arguments: curves) func `a point off the curve is refused, whichever coordinate moved`(
        group: KeyExchangeGroup
    ) throws {
        let peer = try EphemeralKeyPair(group).exchangeData
        for index in [group.sharedSecretByteCount - 1, group.exchangeByteCount - 1] {
            var moved = peer
            moved[index] ^= 0x01
            #expect(throws: CryptoError.self) { _ = try EphemeralKeyPair(group).sharedSecret(with: moved.span) }
        }
    }

    @Test(arguments: KeyExchangeGroup.allCases) func `nothing but zeros, ones or a one is refused`(
        group: KeyExchangeGroup
    ) throws {
        let zeros = [UInt8](repeating: 0, count: group.exchangeByteCount)
        for data in [zeros, zeros.map(~), zeros.dropLast() + [1]] {
            #expect(throws: CryptoError.self) { _ = try EphemeralKeyPair(group).sharedSecret(with: data.span) }
        }
    }
}
