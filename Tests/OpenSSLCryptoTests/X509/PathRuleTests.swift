import OpenSSLCrypto
import Testing

/// A chain that is made for a test: a root, an authority below it, and a leaf, each changed as the test wants.
private struct IssuedChain {
    static let now: Int64 = 1_800_000_000

    var root = template("root", authority: true)
    var intermediate = template("intermediate", authority: true)
    var leaf = template("leaf", authority: false)
    /// The type of every key but the leaf's.
    var authorityKey = KeyType.p256
    /// Whether another key than the intermediate's signs the leaf.
    var leafIsForged = false
    var hash = HashAlgorithm.sha256

    static func template(_ name: String, authority: Bool) -> CertificateTemplate {
        CertificateTemplate(
            commonName: name, serialNumber: 1, notBefore: now - 1_000, notAfter: now + 1_000,
            basicConstraints: BasicConstraints(isAuthority: authority))
    }

    func encodings() throws -> [[UInt8]] {
        let rootKey = try PrivateKey(generating: authorityKey)
        let key = try PrivateKey(generating: authorityKey)
        let root = try Certificate(root.selfSigned(by: rootKey, hash: hash))
        let intermediate = try Certificate(
            intermediate.issued(to: key.publicKey(), by: rootKey, issuer: root, hash: hash))
        let leafKey = try PrivateKey(generating: .p256).publicKey()
        let encoding =
            leafIsForged
            ? try leaf.issued(to: leafKey, by: PrivateKey(generating: authorityKey), issuer: intermediate, hash: hash)
            : try leaf.issued(to: leafKey, by: key, issuer: intermediate, hash: hash)
        return [root.encoding, intermediate.encoding, encoding]
    }

    func failure() throws -> CertificateError? {
        let encodings = try encodings()
        do throws(CertificateError) {
            _ = try CertificateChain(verifying: encodings, trusting: .roots([encodings[0]]), at: Self.now)
            return nil
        } catch {
            return error
        }
    }
}

@Suite struct `Path rules` {
    @Test(arguments: [KeyType.p256, .p384, .p521, .rsa2048]) func `a chain as it should be is verified`(
        type: KeyType
    ) throws {
        var chain = IssuedChain()
        chain.authorityKey = type
        chain.root.keyUsage = [.keyCertSign]
        chain.root.basicConstraints?.pathLength = 1
        chain.intermediate.basicConstraints?.pathLength = 0
        chain.leaf.keyUsage = [.digitalSignature]
        #expect(try chain.failure() == nil)
    }

    @Test(arguments: [0, 1]) func `one that signed and is no authority is refused`(place: Int) throws {
        var chain = IssuedChain()
        if place == 0 { chain.root.basicConstraints?.isAuthority = false }
        if place == 1 { chain.intermediate.basicConstraints?.isAuthority = false }
        let failure = try #require(try chain.failure())
        #expect(failure.place == .chain(place))
        #expect(failure.field == .basicConstraints)
    }

    @Test func `a path longer than its root allows is refused`() throws {
        var chain = IssuedChain()
        chain.root.basicConstraints?.pathLength = 0
        let failure = try #require(try chain.failure())
        #expect(failure.place == .chain(0))
        #expect(failure.field == .basicConstraints)
    }

    @Test func `one that signed with a key not for that is refused`() throws {
        var chain = IssuedChain()
        chain.intermediate.keyUsage = [.digitalSignature]
        let failure = try #require(try chain.failure())
        #expect(failure.place == .chain(1))
        #expect(failure.field == .keyUsage)
    }

    @Test func `a leaf that another key signed in the issuer's name is refused`() throws {
        var chain = IssuedChain()
        chain.leafIsForged = true
        let failure = try #require(try chain.failure())
        #expect(failure.place == .chain(2))
        #expect(failure.field == .signature)
    }

    @Test func `a critical extension that nobody understands is refused where it stands`() throws {
        var chain = IssuedChain()
        chain.leaf.extensions = [CertificateExtension(type: "1.2.3.4", isCritical: true, value: [0x05, 0x00])]
        let failure = try #require(try chain.failure())
        #expect(failure.place == .chain(2))
        #expect(failure.field == .extensions)
        chain.leaf.extensions = [CertificateExtension(type: "1.2.3.4", value: [0x05, 0x00])]
        #expect(try chain.failure() == nil)
    }

    @Test(arguments: [0, 1, 2]) func `one outside its validity is refused where it stands`(place: Int) throws {
        var expired = IssuedChain()
        var early = IssuedChain()
        let path = [\IssuedChain.root, \.intermediate, \.leaf][place]
        expired[keyPath: path].notAfter = IssuedChain.now - 1
        early[keyPath: path].notBefore = IssuedChain.now + 1
        let (late, soon) = (try #require(try expired.failure()), try #require(try early.failure()))
        #expect(late == CertificateError(.chain(place), .notAfter, "certificate has expired"))
        #expect(soon == CertificateError(.chain(place), .notBefore, "certificate is not yet valid"))
    }

    @Test func `a trusted root outside the chain is named when it is the one that expired`() throws {
        var chain = IssuedChain()
        chain.root.notAfter = IssuedChain.now - 1
        let encodings = try chain.encodings()
        let failure = #expect(throws: CertificateError.self) {
            _ = try CertificateChain(
                verifying: Array(encodings.dropFirst()), trusting: .roots([encodings[0]]), at: IssuedChain.now)
        }
        #expect(failure?.description == "trusted root, notAfter: certificate has expired")
    }

    @Test func `a root of the same name that nobody trusts is refused`() throws {
        let (mine, other) = (try IssuedChain().encodings(), try IssuedChain().encodings())
        let failure = #expect(throws: CertificateError.self) {
            _ = try CertificateChain(verifying: other, trusting: .roots([mine[0]]), at: IssuedChain.now)
        }
        #expect(failure?.place == .chain(0))
    }
}
