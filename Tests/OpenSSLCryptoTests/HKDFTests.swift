import OpenSSLCrypto
import Testing

/// One answer of RFC 5869 appendix A.
private struct DerivationVector: Sendable, CustomTestStringConvertible {
    let name: String
    let inputKey: [UInt8]
    let salt: [UInt8]
    let info: [UInt8]
    let pseudorandomKey: String
    let output: String
    var testDescription: String { name }
}

@Suite struct `HKDF derivation` {
    private static let vectors = [
        DerivationVector(
            name: "A.1", inputKey: [UInt8](repeating: 0x0B, count: 22), salt: Array(0x00...0x0C),
            info: Array(0xF0...0xF9),
            pseudorandomKey: "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
            output: """
                3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf
                34007208d5b887185865
                """),
        DerivationVector(
            name: "A.2, longer inputs", inputKey: Array(0x00...0x4F), salt: Array(0x60...0xAF),
            info: Array(0xB0...0xFF),
            pseudorandomKey: "06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244",
            output: """
                b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c
                59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71
                cc30c58179ec3e87c14c01d5c1f3434f1d87
                """),
        DerivationVector(
            name: "A.3, no salt and no info", inputKey: [UInt8](repeating: 0x0B, count: 22), salt: [], info: [],
            pseudorandomKey: "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
            output: """
                8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d
                9d201395faa4b61a96c8
                """),
    ]

    @Test(arguments: vectors) private func `both steps give what the standard gives`(vector: DerivationVector) throws {
        let key = try HKDF.extract(
            salt: secret(vector.salt), inputKeyMaterial: secret(vector.inputKey), using: .sha256)
        #expect(contents(key) == bytes(hex: vector.pseudorandomKey))
        let expected = bytes(hex: vector.output)
        let output = try HKDF.expand(key, info: vector.info.span, count: expected.count, using: .sha256)
        #expect(contents(output) == expected)
    }

    @Test(arguments: HashAlgorithm.allCases) func `Wycheproof's answers are given, and its overlong outputs refused`(
        algorithm: HashAlgorithm
    ) throws {
        for line in try vectorLines("wycheproof/hkdf_\(algorithm.rawValue.lowercased())") {
            let key = try HKDF.extract(
                salt: secret(line.bytes(3)), inputKeyMaterial: secret(line.bytes(2)), using: algorithm)
            let info = line.bytes(4)
            let count = try #require(Int(line.fields[5]))
            if line.isValid {
                let output = try HKDF.expand(key, info: info.span, count: count, using: algorithm)
                #expect(contents(output) == line.bytes(6), "case \(line.name)")
            } else {
                #expect(throws: CryptoError.self, "case \(line.name)") {
                    _ = try HKDF.expand(key, info: info.span, count: count, using: algorithm)
                }
            }
        }
    }

    @Test(arguments: HashAlgorithm.allCases) func `a key as long as a digest comes out of the first step`(
        algorithm: HashAlgorithm
    ) throws {
        let key = try HKDF.extract(salt: secret([1]), inputKeyMaterial: secret([2]), using: algorithm)
        let count = key.count
        #expect(count == algorithm.digestByteCount)
    }

    @Test func `an empty key is refused with the step named`() throws {
        let none: [UInt8] = []
        let extracting = #expect(throws: CryptoError.self) {
            _ = try HKDF.extract(salt: secret([1]), inputKeyMaterial: secret([]), using: .sha256)
        }
        #expect(extracting?.description == "HKDF-Extract-SHA256 failed: an empty key")
        let expanding = #expect(throws: CryptoError.self) {
            _ = try HKDF.expand(secret([]), info: none.span, count: 16, using: .sha384)
        }
        #expect(expanding?.description == "HKDF-Expand-SHA384 failed: an empty key")
    }
}
