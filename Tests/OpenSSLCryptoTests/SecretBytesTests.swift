import OpenSSLCrypto
import Testing

@Suite struct `Secret bytes` {
    private struct Refused: Error, Equatable {}

    @Test func `a copied secret holds the bytes given`() {
        let secret = OpenSSLCryptoTests.secret([1, 2, 3])
        #expect(contents(secret) == [1, 2, 3])
        let count = secret.count
        #expect(count == 3)
    }

    @Test func `a secret made in place holds what was written, the rest is zero`() {
        let secret = SecretBytes(count: 4) { bytes in bytes[1] = 0xFF }
        #expect(contents(secret) == [0, 0xFF, 0, 0])
    }

    @Test func `a secret may be empty`() {
        let secret = OpenSSLCryptoTests.secret([])
        #expect(contents(secret) == [])
    }

    @Test func `making a secret passes the error of its initializer on`() {
        #expect(throws: Refused()) {
            _ = try SecretBytes(count: 4) { bytes throws(Refused) in
                bytes[0] = 1
                throw Refused()
            }
        }
    }

    @Test func `the memory is zero when its owner ends`() {
        var seen: [[UInt8]] = []
        do {
            var secret = OpenSSLCryptoTests.secret([1, 2, 3, 4])
            secret.afterWipe = { span in seen.append(span.indices.map { span[$0] }) }
            #expect(contents(secret) == [1, 2, 3, 4])
            #expect(seen == [])
        }
        #expect(seen == [[0, 0, 0, 0]])
    }

    @Test func `equality looks at every byte and the length`() {
        let secret = OpenSSLCryptoTests.secret([1, 2, 3])
        for (other, expected) in [
            ([1, 2, 3], true), ([0, 2, 3], false), ([1, 0, 3], false), ([1, 2, 0], false), ([1, 2], false), ([], false),
            ([1, 2, 3, 4], false),
        ] as [([UInt8], Bool)] {
            let equal = secret.isEqual(to: OpenSSLCryptoTests.secret(other))
            #expect(equal == expected, "\(other)")
        }
    }
}

@Suite struct `Wiped arrays` {
    @Test(arguments: [0, 1, 33, 4096]) func `hold zeros, and a copy holds what it held`(count: Int) {
        var bytes = [UInt8](repeating: 0x5A, count: count)
        let copy = bytes
        wipe(&bytes)
        #expect(bytes == [UInt8](repeating: 0, count: count))
        #expect(copy == [UInt8](repeating: 0x5A, count: count))
    }
}

@Suite struct `Constant time comparison` {
    private func equal(_ left: [UInt8], _ right: [UInt8]) -> Bool { constantTimeEqual(left.span, right.span) }

    @Test(arguments: 0..<48) func `sees every byte`(index: Int) {
        let left = [UInt8](repeating: 0x5A, count: 48)
        var right = left
        #expect(equal(left, right))
        right[index] ^= 0x80
        #expect(!equal(left, right))
    }

    @Test func `strings of different length differ, empty ones agree`() {
        #expect(!equal([1], [1, 0]))
        #expect(equal([], []))
    }
}

@Suite struct `Secure random` {
    @Test(arguments: [0, 1, 32, 4096]) func `bytes are as many as asked for`(count: Int) throws {
        #expect(try SecureRandom.bytes(count: count).count == count)
        let secret = try SecureRandom.secret(count: count)
        let secretCount = secret.count
        #expect(secretCount == count)
    }

    @Test func `a thousand nonces are all different`() throws {
        var seen: Set<[UInt8]> = []
        for _ in 0..<1000 {
            let nonce = try SecureRandom.nonce()
            seen.insert(nonce.indices.map { nonce[$0] })
        }
        #expect(seen.count == 1000)
    }

    @Test func `a secret differs from the next`() throws {
        let first = try SecureRandom.secret(count: 32)
        let equal = first.isEqual(to: try SecureRandom.secret(count: 32))
        #expect(!equal)
    }
}
