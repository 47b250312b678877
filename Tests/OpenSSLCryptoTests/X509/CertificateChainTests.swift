import OpenSSLCrypto
import Testing

@Suite struct `Sample certificate chain` {
    /// 2025-01-01 00:00 UTC, within the validity of all.
    private static let now: Int64 = 1_735_689_600

    private func refusal(
        _ chain: [[UInt8]], trusting anchor: TrustAnchor, at time: Int64 = now
    ) -> CertificateError? {
        do throws(CertificateError) {
            _ = try CertificateChain(verifying: chain, trusting: anchor, at: time)
            return nil
        } catch {
            return error
        }
    }

    private func root(_ name: String) throws -> [UInt8] { try vector("libspdm/\(name)/ca.cert.der") }

    @Test(arguments: ["ecp256", "ecp384", "rsa3072"]) func `is verified against its root and against its digest`(
        name: String
    ) throws {
        let (chain, root) = (try sampleChain(name), try root(name))
        #expect(chain.count == 3)
        #expect(chain[0] == root)
        let anchored = try CertificateChain(verifying: chain, trusting: .roots([root]), at: Self.now)
        #expect(anchored.certificates.map(\.encoding) == chain)
        #expect(anchored.leaf.encoding == chain[2])
        for algorithm in HashAlgorithm.allCases {
            let digest = try algorithm.digest(of: root.span)
            #expect(refusal(chain, trusting: .rootDigest(digest, algorithm)) == nil)
        }
    }

    @Test func `is verified when the root is trusted and left out`() throws {
        let chain = try sampleChain("ecp384")
        let anchor = TrustAnchor.roots([try root("ecp256"), try root("ecp384")])
        let verified = try CertificateChain(verifying: Array(chain.dropFirst()), trusting: anchor, at: Self.now)
        #expect(verified.certificates.count == 2)
    }

    @Test func `under another root, or none, is refused at the root`() throws {
        let chain = try sampleChain("ecp384")
        for roots in [[], [try root("ecp256")]] {
            let failure = try #require(refusal(chain, trusting: .roots(roots)))
            #expect(failure.place == .chain(0))
            #expect(failure.field == .root)
        }
        let withoutRoot = try #require(
            refusal(Array(chain.dropFirst()), trusting: .roots([try root("ecp256")])))
        #expect(withoutRoot.place == .chain(0))
        #expect(withoutRoot.field == .issuer)
    }

    @Test func `under another digest, or a short one, is refused at the root`() throws {
        let chain = try sampleChain("ecp384")
        let root = chain[0]
        let digest = try HashAlgorithm.sha256.digest(of: root.span)
        for pinned in [digest.map { $0 ^ 1 }, Array(digest.dropLast()), []] {
            let failure = refusal(chain, trusting: .rootDigest(pinned, .sha256))
            #expect(failure == CertificateError(.chain(0), .root, "its SHA256 digest is not the pinned one"))
        }
    }

    @Test func `is refused before and after each validity, naming the certificate`() throws {
        let chain = try sampleChain("ecp384")
        let certificates = try chain.map { try Certificate($0) }
        let anchor = TrustAnchor.roots([chain[0]])
        // The intermediate expires a few seconds after the root, the leaf months later; the leaf begins last.
        let expired = try #require(refusal(chain, trusting: anchor, at: certificates[0].notAfter + 1))
        #expect(expired == CertificateError(.chain(0), .notAfter, "certificate has expired"))
        let early = try #require(refusal(chain, trusting: anchor, at: certificates[2].notBefore - 1))
        #expect(early == CertificateError(.chain(2), .notBefore, "certificate is not yet valid"))
        #expect(refusal(chain, trusting: anchor, at: certificates[2].notBefore) == nil)
        #expect(refusal(chain, trusting: anchor, at: certificates[0].notAfter - 1) == nil)
        #expect(refusal(chain, trusting: anchor, at: 0)?.field == .notBefore)
    }

    @Test func `in another order is refused at the first that does not follow`() throws {
        let chain = try sampleChain("ecp384")
        let anchor = TrustAnchor.roots([chain[0]])
        for (order, index) in [([0, 2, 1], 1), ([1, 0, 2], 1), ([0, 2], 1), ([0, 1, 1, 2], 2)] {
            let failure = try #require(refusal(order.map { chain[$0] }, trusting: anchor))
            #expect(failure.place == .chain(index), "\(order)")
            #expect(failure.field == .issuer, "\(order)")
        }
        let reversed = try #require(refusal(chain.reversed(), trusting: anchor))
        #expect(reversed.place == .chain(1))
    }

    @Test func `with a root that stands there twice is refused`() throws {
        let chain = try sampleChain("ecp384")
        #expect(refusal([chain[0]] + chain, trusting: .roots([chain[0]]))?.field == .issuer)
    }

    @Test func `with any byte of any certificate changed is refused, and that certificate or its issuer named`() throws
    {
        let chain = try sampleChain("ecp256")
        let anchor = TrustAnchor.roots([chain[0]])
        for (place, certificate) in chain.enumerated() {
            for index in certificate.indices {
                var changed = chain
                changed[place][index] ^= 0x01
                let failure = refusal(changed, trusting: anchor)
                #expect(failure != nil, "byte \(index) of certificate \(place)")
            }
        }
    }

    @Test func `with a changed signature is refused as signature`() throws {
        for place in [1, 2] {
            var chain = try sampleChain("ecp384")
            chain[place][chain[place].count - 1] ^= 0x01
            let failure = try #require(refusal(chain, trusting: .roots([chain[0]])))
            #expect(failure.place == .chain(place))
            #expect(failure.field == .signature)
        }
    }

    @Test func `that is empty, or holds what is no certificate, is refused with its place`() throws {
        let chain = try sampleChain("ecp384")
        let anchor = TrustAnchor.roots([chain[0]])
        #expect(refusal([], trusting: anchor)?.field == .encoding)
        for (place, noise) in [(0, []), (1, [0x30]), (2, [UInt8](repeating: 0, count: 65_536))] as [(Int, [UInt8])] {
            var changed = chain
            changed[place] = noise
            let failure = refusal(changed, trusting: anchor)
            #expect(failure?.place == .chain(place))
            #expect(failure?.field == .encoding)
        }
        let noRoot = refusal(chain, trusting: .roots([[1, 2, 3]]))
        #expect(noRoot?.place == .trustedRoot)
        #expect(noRoot?.field == .encoding)
    }

    @Test func `splits where its certificates end, and nowhere else`() throws {
        let bytes = try vector("libspdm/rsa3072/bundle_responder.certchain.der")
        let parts = try CertificateChain.split(bytes.span)
        #expect(parts.count == 3)
        #expect(Array(parts.joined()) == bytes)
        #expect(try CertificateChain.split(bytes.span, limit: 3) == parts)
        let many = #expect(throws: CertificateError.self) { _ = try CertificateChain.split(bytes.span, limit: 2) }
        #expect(many == CertificateError(.chain(2), .count, "more than 2 certificates"))
        let nothing: [UInt8] = []
        #expect(try CertificateChain.split(nothing.span) == [])
        for count in [1, parts[0].count - 1, parts[0].count + 1, bytes.count - 1] {
            let short = Array(bytes.prefix(count))
            let failure = #expect(throws: CertificateError.self) { _ = try CertificateChain.split(short.span) }
            let place = count < parts[0].count ? 0 : count < parts[0].count + parts[1].count ? 1 : 2
            #expect(failure?.place == .chain(place))
            #expect(failure?.field == .encoding)
        }
    }
}
