import OpenSSLCrypto
import Testing

/// A file of Wycheproof's and what it is about.
private struct SignatureFile: Sendable, CustomTestStringConvertible {
    let name: String
    let algorithm: SignatureAlgorithm
    let hash: HashAlgorithm
    var testDescription: String { name }
}

@Suite struct `Signature` {
    private static let files = [
        SignatureFile(name: "ecdsa_secp256r1_sha256_p1363", algorithm: .ecdsaP256, hash: .sha256),
        SignatureFile(name: "ecdsa_secp384r1_sha384_p1363", algorithm: .ecdsaP384, hash: .sha384),
        SignatureFile(name: "ecdsa_secp521r1_sha512_p1363", algorithm: .ecdsaP521, hash: .sha512),
        SignatureFile(name: "rsa_signature_2048_sha256", algorithm: .rsassa2048, hash: .sha256),
        SignatureFile(name: "rsa_signature_3072_sha384", algorithm: .rsassa3072, hash: .sha384),
        SignatureFile(name: "rsa_signature_4096_sha512", algorithm: .rsassa4096, hash: .sha512),
        SignatureFile(name: "rsa_pss_2048_sha256_mgf1_32", algorithm: .rsapss2048, hash: .sha256),
        SignatureFile(name: "rsa_pss_3072_sha256_mgf1_32", algorithm: .rsapss3072, hash: .sha256),
        SignatureFile(name: "rsa_pss_4096_sha512_mgf1_64", algorithm: .rsapss4096, hash: .sha512),
    ]

    @Test(arguments: files) private func `Wycheproof's valid signatures are valid, its invalid ones are not`(
        file: SignatureFile
    ) throws {
        for line in try vectorLines("wycheproof/\(file.name)") where line.isValid || line.isInvalid {
            let (message, signature) = (line.bytes(3), line.bytes(4))
            let key = try PublicKey(subjectPublicKeyInfo: line.bytes(2).span)
            guard key.type == file.algorithm.keyType else {
                #expect(throws: CryptoError.self, "case \(line.name)") {
                    _ = try key.isValid(
                        signature.span, forMessage: message.span, hash: file.hash, using: file.algorithm)
                }
                continue
            }
            let isValid = try key.isValid(
                signature.span, forMessage: message.span, hash: file.hash, using: file.algorithm)
            #expect(isValid == line.isValid, "case \(line.name)")
        }
    }

    @Test(arguments: KeyType.allCases) func `what is signed verifies, and with one bit changed does not`(
        type: KeyType
    ) throws {
        let privateKey = try PrivateKey(generating: type)
        let key = try privateKey.publicKey()
        let types = [privateKey.type, key.type]
        #expect(types == [type, type])
        let message = Array("a transcript".utf8)
        for algorithm in SignatureAlgorithm.allCases where algorithm.keyType == type {
            for hash in HashAlgorithm.allCases {
                let digest = try hash.digest(of: message.span)
                let ofMessage = try privateKey.signature(ofMessage: message.span, hash: hash, using: algorithm)
                let ofDigest = try privateKey.signature(ofDigest: digest.span, hash: hash, using: algorithm)
                #expect(
                    [ofMessage.count, ofDigest.count] == [algorithm.signatureByteCount, algorithm.signatureByteCount])
                #expect(try key.isValid(ofMessage.span, forDigest: digest.span, hash: hash, using: algorithm))
                #expect(try key.isValid(ofDigest.span, forMessage: message.span, hash: hash, using: algorithm))
                for index in [0, 1, ofMessage.count / 2 - 1, ofMessage.count / 2, ofMessage.count - 1] {
                    var changed = ofMessage
                    changed[index] ^= 0x01
                    let isValid = try key.isValid(changed.span, forDigest: digest.span, hash: hash, using: algorithm)
                    #expect(!isValid, "byte \(index)")
                }
                for index in digest.indices {
                    var other = digest
                    other[index] ^= 0x80
                    let isValid = try key.isValid(ofMessage.span, forDigest: other.span, hash: hash, using: algorithm)
                    // ECDSA takes as many leading bytes of the digest as its curve has.
                    let isSeen = type != .p256 && type != .p384 || index < algorithm.signatureByteCount / 2
                    #expect(isValid == !isSeen, "digest byte \(index)")
                }
            }
        }
    }

    @Test(arguments: [SignatureAlgorithm.ecdsaP256, .ecdsaP384, .ecdsaP521, .rsassa2048, .rsapss2048])
    func `a signature of another length is not valid`(algorithm: SignatureAlgorithm) throws {
        let privateKey = try PrivateKey(generating: algorithm.keyType)
        let key = try privateKey.publicKey()
        let message: [UInt8] = [1]
        let signature = try privateKey.signature(ofMessage: message.span, hash: .sha256, using: algorithm)
        for changed in [[], Array(signature.dropLast()), signature + [0], [0] + signature] {
            #expect(try !key.isValid(changed.span, forMessage: message.span, hash: .sha256, using: algorithm))
        }
    }

    @Test(arguments: [SignatureAlgorithm.ecdsaP256, .ecdsaP384, .ecdsaP521])
    func `R and S keep their width when they begin with zeros`(algorithm: SignatureAlgorithm) throws {
        let privateKey = try PrivateKey(generating: algorithm.keyType)
        let key = try privateKey.publicKey()
        var found = 0
        // One in 256 begins with a zero byte on P-256 and P-384, half of them on P-521.
        for number in 0..<UInt16(2_000) where found < 3 {
            let message = [UInt8(number >> 8), UInt8(truncatingIfNeeded: number)]
            let signature = try privateKey.signature(ofMessage: message.span, hash: .sha256, using: algorithm)
            #expect(signature.count == algorithm.signatureByteCount)
            guard signature[0] == 0 || signature[signature.count / 2] == 0 else { continue }
            found += 1
            #expect(try key.isValid(signature.span, forMessage: message.span, hash: .sha256, using: algorithm))
        }
        #expect(found == 3)
    }

    @Test func `PKCS #1 and PSS do not accept each other's signatures`() throws {
        let privateKey = try PrivateKey(generating: .rsa2048)
        let key = try privateKey.publicKey()
        let message: [UInt8] = [1]
        for (one, other) in [
            (SignatureAlgorithm.rsassa2048, SignatureAlgorithm.rsapss2048), (.rsapss2048, .rsassa2048),
        ] {
            let signature = try privateKey.signature(ofMessage: message.span, hash: .sha256, using: one)
            #expect(try key.isValid(signature.span, forMessage: message.span, hash: .sha256, using: one))
            #expect(try !key.isValid(signature.span, forMessage: message.span, hash: .sha256, using: other))
            #expect(try !key.isValid(signature.span, forMessage: message.span, hash: .sha384, using: one))
        }
    }

    @Test func `a key of another type is refused with its name`() throws {
        let privateKey = try PrivateKey(generating: .p256)
        let message: [UInt8] = [1]
        let signing = #expect(throws: CryptoError.self) {
            _ = try privateKey.signature(ofMessage: message.span, hash: .sha256, using: .ecdsaP384)
        }
        #expect(signing?.description == "ECDSA-P384 signing failed: a key of P-256")
        let verifying = #expect(throws: CryptoError.self) {
            _ = try privateKey.publicKey().isValid(
                message.span, forMessage: message.span, hash: .sha256, using: .rsapss2048)
        }
        #expect(verifying?.description == "RSAPSS-2048 verification failed: a key of P-256")
    }

    @Test(arguments: [0, 31, 33, 48]) func `a digest of another length is refused`(count: Int) throws {
        let privateKey = try PrivateKey(generating: .p256)
        let digest = [UInt8](repeating: 1, count: count)
        let failure = #expect(throws: CryptoError.self) {
            _ = try privateKey.signature(ofDigest: digest.span, hash: .sha256, using: .ecdsaP256)
        }
        #expect(failure?.reasons == ["a digest of \(count) bytes"])
    }
}

@Suite struct `Signing keys` {
    @Test(arguments: [KeyType.p256, .p384, .p521, .rsa2048]) func `the public half of a key reads back`(
        type: KeyType
    ) throws {
        let privateKey = try PrivateKey(generating: type)
        let encoding = try privateKey.publicKey().subjectPublicKeyInfo
        let read = try PublicKey(subjectPublicKeyInfo: encoding.span)
        let (readType, readEncoding) = (read.type, read.subjectPublicKeyInfo)
        #expect(readType == type)
        #expect(readEncoding == encoding)
    }

    @Test func `a private key in DER signs what its public key verifies`() throws {
        // RFC 6979 A.2.5, in the form of RFC 5915.
        let der = bytes(
            hex: """
                30310201010420c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721a00a06082a8648ce3d030107
                """)
        let privateKey = try PrivateKey(der: secret(der))
        let publicKey = bytes(
            hex: """
                3059301306072a8648ce3d020106082a8648ce3d030107034200
                0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6
                7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299
                """)
        let derived = try privateKey.publicKey().subjectPublicKeyInfo
        #expect(derived == publicKey)
        let message = Array("sample".utf8)
        let key = try PublicKey(subjectPublicKeyInfo: publicKey.span)
        let signature = try privateKey.signature(ofMessage: message.span, hash: .sha256, using: .ecdsaP256)
        #expect(try key.isValid(signature.span, forMessage: message.span, hash: .sha256, using: .ecdsaP256))
        let published = bytes(
            hex: """
                efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716
                f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8
                """)
        #expect(try key.isValid(published.span, forMessage: message.span, hash: .sha256, using: .ecdsaP256))
        for changed in [Array(der.dropLast()), der + [0], []] {
            #expect(throws: CryptoError.self) { _ = try PrivateKey(der: secret(changed)) }
        }
    }

    @Test func `a private key is read from a file in DER, or from the first block in PEM that is one`() throws {
        let base64 = "MDECAQEEIMmvqdhFunUWa1whV2ex1pNOUMPbNuibEnuKYisSD2choAoGCCqGSM49AwEH"
        let pem = "-----BEGIN EC PRIVATE KEY-----\n\(base64)\n-----END EC PRIVATE KEY-----\n"
        let parameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
        let der = bytes(
            hex: """
                30310201010420c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721a00a06082a8648ce3d030107
                """)
        let expected = try PrivateKey(der: secret(der)).publicKey().subjectPublicKeyInfo
        for file in [der, Array(pem.utf8), Array((parameters + pem).utf8)] {
            let read = try PrivateKey(pemOrDER: secret(file)).publicKey().subjectPublicKeyInfo
            #expect(read == expected)
        }
        let encrypted = pem.replacing("EC PRIVATE", with: "ENCRYPTED PRIVATE")
        let damaged = pem.replacing(base64, with: base64.dropLast(4))
        for text in ["", "0", "no key", parameters, encrypted, damaged] {
            #expect(throws: CryptoError.self, "\(text)") { _ = try PrivateKey(pemOrDER: secret(Array(text.utf8))) }
        }
    }

    @Test func `a public key cut short at any byte, or with one behind it, is refused`() throws {
        let encoding = try PrivateKey(generating: .p384).publicKey().subjectPublicKeyInfo
        for count in encoding.indices {
            let short = Array(encoding.prefix(count))
            #expect(throws: CryptoError.self, "\(count) bytes") {
                _ = try PublicKey(subjectPublicKeyInfo: short.span)
            }
        }
        let long = encoding + [0]
        let failure = #expect(throws: CryptoError.self) { _ = try PublicKey(subjectPublicKeyInfo: long.span) }
        #expect(failure?.reasons == ["1 bytes behind it"])
    }

    @Test func `a point off the curve is no public key`() throws {
        var encoding = try PrivateKey(generating: .p256).publicKey().subjectPublicKeyInfo
        encoding[encoding.count - 1] ^= 1
        let changed = encoding
        #expect(throws: CryptoError.self) { _ = try PublicKey(subjectPublicKeyInfo: changed.span) }
    }

    @Test func `a curve as wide as P-256 that is not P-256 is refused`() throws {
        // The generator of secp256k1.
        let encoding = bytes(
            hex: """
                3056301006072a8648ce3d020106052b8104000a034200
                0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798
                483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8
                """)
        let failure = #expect(throws: CryptoError.self) { _ = try PublicKey(subjectPublicKeyInfo: encoding.span) }
        #expect(failure?.reasons == ["a key of a type that is not supported"])
    }
}
