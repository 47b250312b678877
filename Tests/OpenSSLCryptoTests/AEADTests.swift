import OpenSSLCrypto
import Testing

/// One published answer of a cipher.
private struct SealVector: Sendable, CustomTestStringConvertible {
    let name: String
    let algorithm: AEADAlgorithm
    let key: String
    let nonce: String
    let associated: String
    let plaintext: String
    let sealed: String
    var testDescription: String { name }
}

private func nonce(_ bytes: [UInt8]) -> AEADKey.Nonce { AEADKey.Nonce { bytes[$0] } }

private func key(_ algorithm: AEADAlgorithm, _ bytes: [UInt8]) throws -> AEADKey {
    try AEADKey(algorithm, key: secret(bytes))
}

extension AEADKey {
    fileprivate mutating func sealed(
        _ plaintext: [UInt8], nonce: Nonce, authenticating associated: [UInt8]
    ) throws -> [UInt8] {
        try seal(plaintext.span, nonce: nonce, authenticating: associated.span)
    }

    fileprivate mutating func opened(
        _ sealed: [UInt8], nonce: Nonce, authenticating associated: [UInt8]
    ) throws -> [UInt8]? {
        guard let plaintext = try open(sealed.span, nonce: nonce, authenticating: associated.span) else { return nil }
        return contents(plaintext)
    }
}

@Suite struct `AEAD key` {
    /// GCM: NIST CAVS, gcmEncryptExtIV128 and 256 with 96-bit nonces; ChaCha20-Poly1305: RFC 8439 2.8.2.
    private static let vectors = [
        SealVector(
            name: "AES-128-GCM, associated data only", algorithm: .aes128GCM,
            key: "77be63708971c4e240d1cb79e8d77feb", nonce: "e0e00f19fed7ba0136a797f3",
            associated: "7a43ec1d9c0a5a78a0b16533a6213cab", plaintext: "", sealed: "209fcc8d3675ed938e9c7166709dd946"),
        SealVector(
            name: "AES-128-GCM", algorithm: .aes128GCM, key: "fe47fcce5fc32665d2ae399e4eec72ba",
            nonce: "5adb9609dbaeb58cbd6e7275", associated: "88319d6e1d3ffa5f987199166c8a9b56c2aeba5a",
            plaintext: """
                7c0e88c88899a779228465074797cd4c2e1498d259b54390b85e3eef1c02df60
                e743f1b840382c4bccaf3bafb4ca8429bea063
                """,
            sealed: """
                98f4826f05a265e6dd2be82db241c0fbbbf9ffb1c173aa83964b7cf539304373
                6365253ddbc5db8778371495da76d269e5db3e 291ef1982e4defedaa2249f898556b47
                """),
        SealVector(
            name: "AES-256-GCM", algorithm: .aes256GCM,
            key: "24501ad384e473963d476edcfe08205237acfd49b5b8f33857f8114e863fec7f",
            nonce: "9ff18563b978ec281b3f2794", associated: "adb5ec720ccf9898500028bf34afccbcaca126ef",
            plaintext: """
                27f348f9cdc0c5bd5e66b1ccb63ad920ff2219d14e8d631b3872265cf117ee86
                757accb158bd9abb3868fdc0d0b074b5f01b2c
                """,
            sealed: """
                eb7cb754c824e8d96f7c6d9b76c7d26fb874ffbf1d65c6f64a698d839b0b0614
                5dae82057ad55994cf59ad7f67c0fa5e85fab8 bc95c532fecc594c36d1550286a7a3f0
                """),
        SealVector(
            name: "ChaCha20-Poly1305", algorithm: .chaCha20Poly1305,
            key: "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f",
            nonce: "070000004041424344454647", associated: "50515253c0c1c2c3c4c5c6c7",
            plaintext: """
                4c616469657320616e642047656e746c656d656e206f662074686520636c6173
                73206f66202739393a204966204920636f756c64206f6666657220796f75206f
                6e6c79206f6e652074697020666f7220746865206675747572652c2073756e73
                637265656e20776f756c642062652069742e
                """,
            sealed: """
                d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6
                3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36
                92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc
                3ff4def08e4b7a9de576d26586cec64b6116 1ae10b594f09e26a7e902ecbd0600691
                """),
    ]

    @Test(arguments: vectors) private func `sealing gives the published bytes, opening the plaintext`(
        vector: SealVector
    ) throws {
        var key = try key(vector.algorithm, bytes(hex: vector.key))
        let nonce = nonce(bytes(hex: vector.nonce))
        let associated = bytes(hex: vector.associated)
        let sealed = try key.sealed(bytes(hex: vector.plaintext), nonce: nonce, authenticating: associated)
        #expect(sealed == bytes(hex: vector.sealed))
        let opened = try key.opened(sealed, nonce: nonce, authenticating: associated)
        #expect(opened == bytes(hex: vector.plaintext))
    }

    @Test(arguments: [("aes_gcm", 16), ("aes_gcm", 32), ("chacha20_poly1305", 32)])
    func `Wycheproof's messages open and seal alike, its invalid ones stay closed`(
        file: String, keyByteCount: Int
    ) throws {
        let algorithm: AEADAlgorithm =
            file != "aes_gcm" ? .chaCha20Poly1305 : keyByteCount == 16 ? .aes128GCM : .aes256GCM
        let lines = try vectorLines("wycheproof/\(file)").filter { $0.bytes(2).count == keyByteCount }
        try #require(!lines.isEmpty)
        for line in lines {
            var key = try key(algorithm, line.bytes(2))
            let (nonce, associated, plaintext) = (nonce(line.bytes(3)), line.bytes(4), line.bytes(5))
            let opened = try key.opened(line.bytes(6), nonce: nonce, authenticating: associated)
            #expect(opened == (line.isValid ? plaintext : nil), "case \(line.name)")
            let sealed = try key.sealed(plaintext, nonce: nonce, authenticating: associated)
            #expect((sealed == line.bytes(6)) == line.isValid, "case \(line.name)")
        }
    }

    @Test(arguments: AEADAlgorithm.allCases) func `a message with any byte changed stays closed`(
        algorithm: AEADAlgorithm
    ) throws {
        var key = try key(algorithm, Array(0..<UInt8(algorithm.keyByteCount)))
        let (nonce, associated, plaintext) = (nonce(Array(1...12)), Array(20..<UInt8(26)), Array(40..<UInt8(90)))
        let sealed = try key.sealed(plaintext, nonce: nonce, authenticating: associated)
        #expect(sealed.count == plaintext.count + AEADAlgorithm.tagByteCount)
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 0x80
            let opened = try key.opened(changed, nonce: nonce, authenticating: associated)
            #expect(opened == nil, "byte \(index)")
        }
        for index in associated.indices {
            var changed = associated
            changed[index] ^= 0x01
            let opened = try key.opened(sealed, nonce: nonce, authenticating: changed)
            #expect(opened == nil, "associated byte \(index)")
        }
        for index in nonce.indices {
            var changed = nonce
            changed[index] ^= 0x01
            let opened = try key.opened(sealed, nonce: changed, authenticating: associated)
            #expect(opened == nil, "nonce byte \(index)")
        }
        let opened = try key.opened(sealed, nonce: nonce, authenticating: associated)
        #expect(opened == plaintext, "and refusals leave the key as it was")
    }

    @Test(arguments: AEADAlgorithm.allCases) func `a message cut short at any byte, or longer, stays closed`(
        algorithm: AEADAlgorithm
    ) throws {
        var key = try key(algorithm, [UInt8](repeating: 7, count: algorithm.keyByteCount))
        let (nonce, plaintext) = (nonce(Array(1...12)), Array("a message".utf8))
        let sealed = try key.sealed(plaintext, nonce: nonce, authenticating: [])
        for count in sealed.indices {
            let opened = try key.opened(Array(sealed.prefix(count)), nonce: nonce, authenticating: [])
            #expect(opened == nil, "\(count) bytes")
        }
        let opened = try key.opened(sealed + [0], nonce: nonce, authenticating: [])
        #expect(opened == nil)
    }

    @Test(arguments: AEADAlgorithm.allCases) func `another key does not open it`(algorithm: AEADAlgorithm) throws {
        let bytes = [UInt8](repeating: 7, count: algorithm.keyByteCount)
        var one = try key(algorithm, bytes)
        var other = try key(algorithm, bytes.dropLast() + [8])
        let sealed = try one.sealed(bytes, nonce: nonce(Array(1...12)), authenticating: [])
        let opened = try other.opened(sealed, nonce: nonce(Array(1...12)), authenticating: [])
        #expect(opened == nil)
    }

    @Test(arguments: AEADAlgorithm.allCases) func `an empty message has its tag, and opens to nothing`(
        algorithm: AEADAlgorithm
    ) throws {
        var key = try key(algorithm, [UInt8](repeating: 7, count: algorithm.keyByteCount))
        let sealed = try key.sealed([], nonce: nonce(Array(1...12)), authenticating: [])
        #expect(sealed.count == AEADAlgorithm.tagByteCount)
        let opened = try key.opened(sealed, nonce: nonce(Array(1...12)), authenticating: [])
        #expect(opened == [])
    }

    @Test(arguments: AEADAlgorithm.allCases, [-1, 1]) func `a key of another length is refused`(
        algorithm: AEADAlgorithm, difference: Int
    ) {
        let count = algorithm.keyByteCount + difference
        let failure = #expect(throws: CryptoError.self) {
            _ = try key(algorithm, [UInt8](repeating: 7, count: count))
        }
        #expect(failure?.description == "\(algorithm.rawValue) failed: a key of \(count) bytes")
    }
}
