import OpenSSLCrypto
import Testing

/// One answer of RFC 4231: the codes of a message under a key.
private struct CodeVector: Sendable, CustomTestStringConvertible {
    let name: String
    let key: [UInt8]
    let message: [UInt8]
    let codes: [HashAlgorithm: String]
    var testDescription: String { name }
}

@Suite struct `HMAC code` {
    /// RFC 4231 section 4, test cases 1 to 4, 6 and 7.
    private static let vectors = [
        CodeVector(
            name: "case 1", key: [UInt8](repeating: 0x0B, count: 20),
            message: Array("Hi There".utf8),
            codes: [
                .sha256: "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
                .sha384: """
                afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59c
                faea9ea9076ede7f4af152e8b2fa9cb6
                """,
                .sha512: """
                87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde
                daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854
                """,
            ]),
        CodeVector(
            name: "case 2, key shorter than the code", key: Array("Jefe".utf8),
            message: Array("what do ya want for nothing?".utf8),
            codes: [
                .sha256: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
                .sha384: """
                af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e
                8e2240ca5e69e2c78b3239ecfab21649
                """,
                .sha512: """
                164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554
                9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737
                """,
            ]),
        CodeVector(
            name: "case 3, key and data of a block", key: [UInt8](repeating: 0xAA, count: 20),
            message: [UInt8](repeating: 0xDD, count: 50),
            codes: [
                .sha256: "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
                .sha384: """
                88062608d3e6ad8a0aa2ace014c8a86f0aa635d947ac9febe83ef4e55966144b
                2a5ab39dc13814b94e3ab6e101a34f27
                """,
                .sha512: """
                fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39
                bf3e848279a722c806b485a47e67c807b946a337bee8942674278859e13292fb
                """,
            ]),
        CodeVector(
            name: "case 4", key: Array(0x01...0x19),
            message: [UInt8](repeating: 0xCD, count: 50),
            codes: [
                .sha256: "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
                .sha384: """
                3e8a69b7783c25851933ab6290af6ca77a9981480850009cc5577c6e1f573b4e
                6801dd23c4a7d679ccf8a386c674cffb
                """,
                .sha512: """
                b0ba465637458c6990e5a8c5f61d4af7e576d97ff94b872de76f8050361ee3db
                a91ca5c11aa25eb4d679275cc5788063a5f19741120c4f2de2adebeb10a298dd
                """,
            ]),
        CodeVector(
            name: "case 6, key longer than a block", key: [UInt8](repeating: 0xAA, count: 131),
            message: Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            codes: [
                .sha256: "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
                .sha384: """
                4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c6
                0c2ef6ab4030fe8296248df163f44952
                """,
                .sha512: """
                80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352
                6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598
                """,
            ]),
        CodeVector(
            name: "case 7, key and data longer than a block", key: [UInt8](repeating: 0xAA, count: 131),
            message: Array(
                ("This is a test using a larger than block-size key and a larger than block-size data. "
                    + "The key needs to be hashed before being used by the HMAC algorithm.").utf8),
            codes: [
                .sha256: "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
                .sha384: """
                6617178e941f020d351e2f254e8fd32c602420feb0b8fb9adccebb82461e99c5
                a678cc31e799176d3860e6110c46523e
                """,
                .sha512: """
                e37b6a775dc87dbaa4dfa9f96e5e3ffddebd71f8867289865df5a32d20cdc944
                b6022cac3c4982b10d5eeb55c3e4de15134676fb6de0446065c97440fa8c6a58
                """,
            ]),
    ]

    private func code(for message: [UInt8], key: [UInt8], using algorithm: HashAlgorithm = .sha256) throws -> [UInt8] {
        try HMAC.code(for: message.span, key: SecretBytes(copying: key.span), using: algorithm)
    }

    private func isValid(_ code: [UInt8], for message: [UInt8], key: [UInt8]) throws -> Bool {
        try HMAC.isValid(code.span, for: message.span, key: SecretBytes(copying: key.span), using: .sha256)
    }

    @Test(arguments: vectors, HashAlgorithm.allCases)
    private func `code of a standard message is the one the standard gives`(
        vector: CodeVector, algorithm: HashAlgorithm
    ) throws {
        let expected = bytes(hex: try #require(vector.codes[algorithm]))
        #expect(try code(for: vector.message, key: vector.key, using: algorithm) == expected)
    }

    @Test(arguments: vectors) private func `the right code is accepted`(vector: CodeVector) throws {
        let code = bytes(hex: try #require(vector.codes[.sha256]))
        #expect(try isValid(code, for: vector.message, key: vector.key))
    }

    @Test(arguments: 0..<32) func `a code with one bit changed is refused`(index: Int) throws {
        var changed = try code(for: [1, 2, 3], key: [4])
        changed[index] ^= 0x01
        #expect(try !isValid(changed, for: [1, 2, 3], key: [4]))
    }

    @Test func `a code cut short is refused`() throws {
        let short = try code(for: [1, 2, 3], key: [4]).dropLast()
        #expect(try !isValid(Array(short), for: [1, 2, 3], key: [4]))
    }

    @Test func `another key or message gives another code`() throws {
        let first = try code(for: [1], key: [1])
        #expect(try code(for: [1], key: [2]) != first)
        #expect(try code(for: [2], key: [1]) != first)
    }

    @Test func `an empty message under an empty key has its code`() throws {
        let expected = bytes(hex: "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")
        #expect(try code(for: [], key: []) == expected)
    }

    @Test func `a hash that does not exist fails with the reason OpenSSL gives`() throws {
        let failure = try #require(failureOfUnknownHash())
        #expect(failure.operation == "HMAC-NO-SUCH-HASH")
        #expect(failure.reasons.contains { $0.hasPrefix("error:") && $0.contains("unsupported") })
        #expect(failure.description.hasPrefix("HMAC-NO-SUCH-HASH failed: error:"))
    }

    @Test func `a failure leaves no reason behind for the next one`() throws {
        let first = try #require(failureOfUnknownHash())
        #expect(failureOfUnknownHash() == first)
    }

    @Test func `an error without a reason says so`() {
        #expect(
            CryptoError(operation: "HMAC-SHA256", reasons: []).description
                == "HMAC-SHA256 failed: OpenSSL gave no reason")
    }

    private func failureOfUnknownHash() -> CryptoError? {
        let message: [UInt8] = [1]
        do throws(CryptoError) {
            let key = SecretBytes(copying: message.span)
            _ = try HMAC.code(for: message.span, key: key, digestName: "NO-SUCH-HASH", byteCount: 32)
            return nil
        } catch {
            return error
        }
    }
}
