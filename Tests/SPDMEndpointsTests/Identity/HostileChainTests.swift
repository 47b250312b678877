import OpenSSLCrypto
import SPDM
import SPDMEndpoints
import Testing

@Suite struct `Hostile certificate chains` {
    @Test(arguments: [0 as UInt8, 0xFF, 0x30]) func `64 KiB of one byte are refused by their length`(byte: UInt8) throws
    {
        let trust = DeviceTrust(root: try TestChain().encodings())
        for count in [0, 1, 3, 4, 51, 52, 53, 65_535, 65_536] {
            let found = try #require(trust.refusal([UInt8](repeating: byte, count: count)))
            // 65,535 bytes of FF tell their own length truly.
            let isTrue = byte == 0xFF && count == 65_535
            #expect(found.place == (isTrue ? .certificate(0) : .header), "\(count) bytes")
            #expect(found.field == (isTrue ? .certificate(.encoding) : .length), "\(count) bytes")
        }
    }

    @Test func `nothing, zeros or noise behind a right header are refused as certificate 0`() throws {
        let trust = DeviceTrust(root: try TestChain().encodings())
        var noise: [UInt8] = []
        var state: UInt64 = 1
        for _ in 0..<65_000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            noise.append(UInt8(truncatingIfNeeded: state >> 56))
        }
        for content in [[], [UInt8](repeating: 0, count: 65_000), noise, [0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF]] {
            let found = try #require(try trust.refusal(of: [content]))
            #expect(found.isAbout(0, .certificate(.encoding)), "\(found)")
        }
    }

    @Test func `a chain cut short anywhere, or with a byte behind it, is refused`() throws {
        let encodings = try TestChain().encodings()
        let trust = DeviceTrust(root: encodings)
        let whole = Array(encodings.joined())
        let ends = [encodings[0].count, encodings[0].count + encodings[1].count]
        for count in 0..<whole.count {
            let pinned = try digest(encodings[0])
            let chain = try SPDMCertificateChain.encode(rootHash: pinned, certificates: Array(whole.prefix(count)))
            let found = try #require(trust.refusal(chain))
            let place = ends.filter { $0 < count }.count
            // What ends between certificates is a chain, of which the last has to be a leaf.
            let field: CertificateError.Field =
                count == ends[0] ? .issuer : count == ends[1] ? .basicConstraints : .encoding
            #expect(found.isAbout(place, .certificate(field)), "\(count) bytes: \(found)")
        }
        #expect(try trust.refusal(of: encodings + [[0]])?.isAbout(3, .certificate(.encoding)) == true)
    }

    @Test func `seventeen certificates are refused, however valid`() throws {
        let encodings = try TestChain().encodings()
        let many = [[UInt8]](repeating: encodings[0], count: 17)
        let found = try #require(try DeviceTrust(root: encodings).refusal(of: many))
        #expect(found.isAbout(16, .certificate(.count)))
        #expect(found.seen == "more than 16 certificates")
        let sixteen = try #require(try DeviceTrust(root: encodings).refusal(of: many.dropLast()))
        #expect(sixteen.field == .certificate(.issuer))
    }

    @Test func `a wrong length or root hash in the header is refused there`() throws {
        let encodings = try TestChain().encodings()
        let trust = DeviceTrust(root: encodings)
        let chain = try spdmChain(encodings)
        for byte in [0, 1] {
            var changed = chain
            changed[byte] ^= 1
            let found = try #require(trust.refusal(changed))
            #expect(found.place == .header)
            #expect(found.field == .length)
        }
        for byte in [4, 51] {
            var changed = chain
            changed[byte] ^= 1
            let found = try #require(trust.refusal(changed))
            #expect(found.place == .header)
            #expect(found.field == .rootHash)
        }
        var otherHash = TestChain.context
        otherHash.hash = .sha256
        #expect(trust.refusal(chain, as: otherHash)?.isAbout(0, .certificate(.encoding)) == true)
    }

    @Test func `certificates in another order, twice or left out are refused where the order breaks`() throws {
        let encodings = try TestChain().encodings()
        let trust = DeviceTrust(root: encodings)
        for (order, place) in [([0, 2, 1], 1), ([0, 2], 1), ([0, 1, 1, 2], 2), ([0, 0, 1, 2], 0)] {
            let found = try #require(try trust.refusal(of: order.map { encodings[$0] }))
            #expect(found.isAbout(place, .certificate(.issuer)), "\(order): \(found)")
        }
        let reversed = try #require(try trust.refusal(of: encodings.reversed()))
        #expect(reversed.place == .header)
        #expect(reversed.field == .rootHash)
    }

    @Test func `two authorities that sign each other lead to no root`() throws {
        let encodings = try TestChain().encodings()
        let firstKey = try PrivateKey(generating: .p256)
        let secondKey = try PrivateKey(generating: .p256)
        var first = TestChain().root
        first.commonName = "first"
        var second = first
        second.commonName = "second"
        let stub = try Certificate(first.selfSigned(by: firstKey, hash: .sha256))
        let two = try Certificate(second.issued(to: secondKey.publicKey(), by: firstKey, issuer: stub, hash: .sha256))
        let one = try Certificate(first.issued(to: firstKey.publicKey(), by: secondKey, issuer: two, hash: .sha256))
        let leaf = try TestChain().leaf.issued(
            to: PrivateKey(generating: .p256).publicKey(), by: secondKey, issuer: two, hash: .sha256)
        let trust = DeviceTrust(root: encodings)
        let cycle = [one.encoding, two.encoding, one.encoding, two.encoding, leaf]
        let named = try #require(trust.refusal(try spdmChain(cycle, root: encodings[0])))
        #expect(named.field == .certificate(.issuer))
        let own = try #require(try trust.refusal(of: cycle))
        #expect(own.place == .header)
        #expect(own.field == .rootHash)
    }

    @Test(arguments: [0, 1, 2]) func `one that expired, or is not valid yet, is refused where it stands`(place: Int)
        throws
    {
        let path = [\TestChain.root, \.intermediate, \.leaf][place]
        var (expired, early) = (TestChain(), TestChain())
        expired[keyPath: path].notAfter = TestChain.now - 1
        early[keyPath: path].notBefore = TestChain.now + 1
        let (late, soon) = (try expired.encodings(), try early.encodings())
        #expect(try DeviceTrust(root: late).refusal(of: late)?.isAbout(place, .certificate(.notAfter)) == true)
        #expect(try DeviceTrust(root: soon).refusal(of: soon)?.isAbout(place, .certificate(.notBefore)) == true)
    }

    @Test func `a leaf that another key signed in the issuer's name is refused as signature`() throws {
        let (mine, other) = (try TestChain().encodings(), try TestChain().encodings())
        let named = try #require(try DeviceTrust(root: mine).refusal(of: [mine[0], mine[1], other[2]]))
        #expect(named.isAbout(2, .certificate(.issuer)), "\(named)")
        let subject = try PrivateKey(generating: .p256).publicKey()
        let forged = try TestChain().leaf.issued(
            to: subject, by: PrivateKey(generating: .p256), issuer: Certificate(mine[1]), hash: .sha256)
        let found = try #require(try DeviceTrust(root: mine).refusal(of: [mine[0], mine[1], forged]))
        #expect(found.isAbout(2, .certificate(.signature)), "\(found)")
    }

    @Test func `a certificate behind the leaf makes the leaf an authority that it is not`() throws {
        let encodings = try TestChain().encodings()
        let key = try PrivateKey(generating: .p256)
        var extra = TestChain().leaf
        extra.commonName = "extra"
        let behind = try extra.issued(
            to: key.publicKey(), by: key, issuer: Certificate(encodings[2]), hash: .sha256)
        let found = try DeviceTrust(root: encodings).refusal(of: encodings + [behind])
        #expect(found?.isAbout(2, .certificate(.basicConstraints)) == true)
        #expect(
            try DeviceTrust(root: encodings).refusal(of: encodings + [encodings[0]])?
                .isAbout(3, .certificate(.issuer)) == true)
    }

    @Test func `a leaf that signed itself is refused, trusted or not`() throws {
        let encodings = try TestChain().encodings()
        let own = try TestChain().leaf.selfSigned(by: PrivateKey(generating: .p256), hash: .sha256)
        #expect(try DeviceTrust(root: encodings).refusal(of: [own])?.isAbout(0, .certificate(.root)) == true)
        let pinned = try #require(try DeviceTrust(root: [own]).refusal(of: [own]))
        #expect(pinned.isAbout(0, .certificate(.issuer)))
        #expect(pinned.seen == "itself")
        #expect(
            try DeviceTrust(root: encodings).refusal(of: [encodings[0]])?
                .isAbout(0, .certificate(.issuer)) == true)
    }

    @Test func `a path longer than an authority allows is refused at that authority`() throws {
        var chain = TestChain()
        chain.root.basicConstraints?.pathLength = 0
        let encodings = try chain.encodings()
        let found = try DeviceTrust(root: encodings).refusal(of: encodings)
        #expect(found?.isAbout(0, .certificate(.basicConstraints)) == true)
    }
}
