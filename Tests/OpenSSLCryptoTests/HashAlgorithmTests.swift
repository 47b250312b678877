import OpenSSLCrypto
import Testing

/// One answer that the standard gives: the digests of a message.
private struct DigestVector: Sendable, CustomTestStringConvertible {
    let name: String
    let message: [UInt8]
    let digests: [HashAlgorithm: String]
    var testDescription: String { name }
}

@Suite struct `Hash algorithm` {
    /// FIPS 180-2 appendices B to D and the empty message.
    private static let vectors = [
        DigestVector(
            name: "empty message", message: [],
            digests: [
                .sha256: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                .sha384: """
                38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da
                274edebfe76f65fbd51ad2f14898b95b
                """,
                .sha512: """
                cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce
                47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e
                """,
            ]),
        DigestVector(
            name: "one block", message: Array("abc".utf8),
            digests: [
                .sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
                .sha384: """
                cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed
                8086072ba1e7cc2358baeca134c825a7
                """,
                .sha512: """
                ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a
                2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f
                """,
            ]),
        DigestVector(
            name: "two blocks of SHA-256",
            message: Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8),
            digests: [
                .sha256: "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
                .sha384: """
                3391fdddfc8dc7393707a65b1b4709397cf8b1d162af05abfe8f450de5f36bc6
                b0455a8520bc4e6f5fe95b1fe3c8452b
                """,
                .sha512: """
                204a8fc6dda82f0a0ced7beb8e08a41657c16ef468b228a8279be331a703c335
                96fd15c13b1b07f9aa1d3bea57789ca031ad85c7a71dd70354ec631238ca3445
                """,
            ]),
        DigestVector(
            name: "two blocks of SHA-512",
            message: Array(
                ("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
                    + "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu").utf8),
            digests: [
                .sha256: "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1",
                .sha384: """
                09330c33f71147e83d192fc782cd1b4753111b173b3b05d22fa08086e3b0f712
                fcc7c71a557e2db966c3e9fa91746039
                """,
                .sha512: """
                8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018
                501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909
                """,
            ]),
        DigestVector(
            name: "a million times the letter a", message: [UInt8](repeating: 0x61, count: 1_000_000),
            digests: [
                .sha256: "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
                .sha384: """
                9d0e1809716474cb086e834e310a4a1ced149e9c00f248527972cec5704c2a5b
                07b8b3dc38ecc4ebae97ddd87f3d8985
                """,
                .sha512: """
                e718483d0ce769644e2e42c7bc15b4638e1f98b13b2044285632a803afa973eb
                de0ff244877ea60a4cb0432ce577c31beb009c5c2c49aa2e4eadb217ad8cc09b
                """,
            ]),
    ]

    @Test(arguments: vectors, HashAlgorithm.allCases)
    private func `digest of a whole message is the one the standard gives`(
        vector: DigestVector, algorithm: HashAlgorithm
    ) throws {
        let expected = bytes(hex: try #require(vector.digests[algorithm]))
        #expect(try algorithm.digest(of: vector.message.span) == expected)
        #expect(expected.count == algorithm.digestByteCount)
    }

    @Test(arguments: vectors, HashAlgorithm.allCases)
    private func `digest of a message in pieces is the same`(vector: DigestVector, algorithm: HashAlgorithm)
        throws
    {
        var hash = try IncrementalHash(algorithm)
        var rest = vector.message[...]
        var size = 1
        while !rest.isEmpty {
            let piece = Array(rest.prefix(size))
            try hash.update(piece.span)
            rest = rest.dropFirst(piece.count)
            size = size * 2 + 1
        }
        let digest = try hash.finalize()
        #expect(digest == bytes(hex: try #require(vector.digests[algorithm])))
    }

    @Test func `an incremental hash knows its algorithm`() throws {
        let hash = try IncrementalHash(.sha384)
        let algorithm = hash.algorithm
        #expect(algorithm == .sha384)
    }

    @Test(arguments: HashAlgorithm.allCases) func `a copy goes on from where it was taken and leaves the first alone`(
        algorithm: HashAlgorithm
    ) throws {
        let (start, one, other): ([UInt8], [UInt8], [UInt8]) = ([1, 2, 3], [4], [5, 6])
        var hash = try IncrementalHash(algorithm)
        try hash.update(start.span)
        var copy = try hash.copy()
        let untouched = try hash.copy()
        try hash.update(one.span)
        try copy.update(other.span)
        let copyAlgorithm = copy.algorithm
        #expect(copyAlgorithm == algorithm)
        let digests = [try hash.finalize(), try copy.finalize(), try untouched.finalize()]
        #expect(try digests == [start + one, start + other, start].map { try algorithm.digest(of: $0.span) })
    }
}
