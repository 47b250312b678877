internal import OpenSSLCrypto
internal import SPDM
internal import SPDMEndpoints

/// The input is a ``TrustCase``. Who is believed has only certificates that those made who are trusted, and what is
/// refused is said on one line.
func fuzzDeviceTrust(_ input: [UInt8]) throws(BrokenInvariant) {
    let trustCase = try TrustCase(input)
    switch try trustCase.verdict() {
    case .failure(let refusal):
        try requireOneLine(refusal.description)
        try require(refusal.description.utf8.count < 2048, "a refusal of \(refusal.description.utf8.count) bytes")
    case .success(let identity):
        let certificates = identity.certificates
        try require(certificates.allSatisfy { trustCase.chain.knows($0.encoding) }, "a certificate that nobody made")
        try require(certificates.count <= DeviceTrust.maximumCertificateCount, "too many certificates")
        try require(trustCase.admitsDeviations || identity.admitted.isEmpty, "\(identity.admitted) are admitted")
        try require((try? identity.publicKey().type) == trustCase.context.signature.keyType, "a key of another type")
        for text in [identity.serialNumber, identity.deviceInfo?.description, identity.pciName?.description] {
            if let text { try requireOneLine(text) }
        }
    }
}

/// A chain, and who judges it by which rules.
///
/// The first byte says the rules: bits 1:0 the key of the leaf, 2 SPDM 1.3, 3 the chain of a requester, 4 an alias
/// certificate, 5 deviations are admitted, 6 the root is trusted by its digest, 7 the PCI function is known. The rest is
/// the ``Script`` of a ``HostileChain``.
struct TrustCase {
    let chain: HostileChain
    private let bits: UInt8

    init(_ input: [UInt8]) throws(BrokenInvariant) {
        var script = Script(input)
        let bits = script.byte() ?? 0
        var chain = try HostileChain()
        while let step = script.step() { try chain.take(step, &script) }
        self.chain = chain
        self.bits = bits
    }

    var admitsDeviations: Bool { bits & 0x20 != 0 }

    var context: ChainContext {
        let kinds: [(HashAlgorithm, SignatureAlgorithm)] = [
            (.sha256, .ecdsaP256), (.sha384, .ecdsaP384), (.sha512, .rsapss3072), (.sha384, .rsassa3072),
        ]
        let (hash, signature) = kinds[Int(bits & 3)]
        return ChainContext(
            version: bits & 4 != 0 ? .v1_3 : .v1_2, hash: hash, signature: signature,
            signer: bits & 8 != 0 ? .requester : .responder(isAlias: bits & 16 != 0))
    }

    /// What comes of it.
    func verdict() throws(BrokenInvariant) -> Result<VerifiedIdentity, ChainRefusal> {
        let trust = try trust
        let bytes = chain.bytes(hash: context.hash)
        do throws(ChainRefusal) {
            return .success(try trust.verify(bytes, as: context, at: RecordedCertificates.time))
        } catch {
            return .failure(error)
        }
    }

    private var trust: DeviceTrust {
        get throws(BrokenInvariant) {
            let own = try HostileAuthority.shared.get().root.encoding
            let roots = try RecordedCertificates.all.get().filter(RecordedCertificates.isRoot) + [own]
            var anchor = TrustAnchor.roots(roots)
            if bits & 0x40 != 0, let digest = try? HashAlgorithm.sha384.digest(of: own.span) {
                anchor = .rootDigest(digest, .sha384)
            }
            let name = PCIDeviceName(vendor: 0x1AF4, device: 0x1041, classCode: 0x02_0000, revision: 1)
            return DeviceTrust(
                anchor, pciName: bits & 0x80 != 0 ? name : nil,
                deviations: admitsDeviations ? Set(CertificateDeviation.allCases) : [])
        }
    }
}
