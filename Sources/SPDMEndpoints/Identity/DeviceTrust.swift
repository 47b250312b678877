public import OpenSSLCrypto
internal import SPDM
internal import WireBytes

/// Whom an end believes: roots, what it knows of the peer beforehand, and the rules that it waives.
public struct DeviceTrust: Hashable, Sendable {
    /// The most certificates in a chain.
    public static let maximumCertificateCount = 16

    /// What a chain must end in.
    public var anchor: TrustAnchor
    /// What configuration space says the device is; nil when nobody can look. A PCI name is then read, not compared.
    public var pciName: PCIDeviceName?
    /// Rules that are waived.
    public var deviations: Set<CertificateDeviation>
    /// The peer's key as it was provisioned, as `SubjectPublicKeyInfo` in DER. A chain must then be about this key.
    public var provisionedKey: [UInt8]?

    /// Creates a trust.
    public init(
        _ anchor: TrustAnchor, pciName: PCIDeviceName? = nil, deviations: Set<CertificateDeviation> = [],
        provisionedKey: [UInt8]? = nil
    ) {
        self.anchor = anchor
        self.pciName = pciName
        self.deviations = deviations
        self.provisionedKey = provisionedKey
    }

    /// Verifies the chain of a slot, as DIGESTS counts and CERTIFICATE carries it (``SPDMCertificateChain``), at `time`,
    /// in seconds since 1970-01-01 UTC.
    ///
    /// First bounds and the header; then the path to a trusted root (RFC 5280 6); then what DMTF asks of a leaf
    /// (DSP0274, 10.8.2) and the PCI-SIG of a device (PCIe 6.1, 6.31.3). Throws ``ChainRefusal`` for the first that fails.
    public func verify(
        _ chain: [UInt8], as context: ChainContext, at time: Int64
    ) throws(ChainRefusal) -> VerifiedIdentity {
        let (rootHash, encodings) = try Self.parts(chain, context.hash)
        let (root, anchor) = try root(of: encodings, rootHash, context.hash)
        let verified: CertificateChain
        do throws(CertificateError) {
            verified = try CertificateChain(verifying: encodings, trusting: anchor, at: time)
        } catch {
            throw ChainRefusal(error)
        }
        var check = LeafCheck(verified, context, self)
        try check.run()
        return VerifiedIdentity(
            certificates: verified.certificates, subjectPublicKeyInfo: verified.leaf.subjectPublicKeyInfo,
            keyDigest: try Self.digest(verified.leaf.subjectPublicKeyInfo), rootDigest: try Self.digest(root),
            leafDigest: try Self.digest(verified.leaf.encoding), pciName: check.pciName,
            isPCINameCompared: check.isPCINameCompared, deviceInfo: check.deviceInfo,
            hardwareIdentity: check.hardwareIdentity,
            admitted: CertificateDeviation.allCases.filter(check.admitted.contains))
    }

    /// This trust with the first certificate of a chain as its only root, so that the chain vouches for itself: the rules
    /// for certificates are checked, and who is behind them is for somebody else to decide. No root where the chain cannot
    /// be read.
    public func trustingOwnRoot(of chain: [UInt8], _ hash: HashAlgorithm) -> DeviceTrust {
        var trust = self
        let certificates = (try? Self.parts(chain, hash))?.certificates ?? []
        trust.anchor = .roots(Array(certificates.prefix(1)))
        return trust
    }

    /// The peer by the key that it was provisioned with, where no certificate passes (PUB_KEY_ID_CAP, slot 0xFF).
    ///
    /// Throws ``ChainRefusal`` when none is, or it is not of the type that the negotiated algorithm needs.
    public func provisionedIdentity(as context: ChainContext) throws(ChainRefusal) -> VerifiedIdentity {
        guard let key = provisionedKey else {
            throw ChainRefusal(.provisionedKey, .certificate(.publicKey), seen: "none")
        }
        try Self.checkType(of: key, context, .provisionedKey)
        return VerifiedIdentity(
            certificates: [], subjectPublicKeyInfo: key, keyDigest: try Self.digest(key), rootDigest: [],
            leafDigest: [], pciName: nil, isPCINameCompared: false, deviceInfo: nil, hardwareIdentity: nil,
            admitted: [])
    }

    /// The root hash, and the certificates one by one. A chain cannot be longer than its 16-bit Length says.
    private static func parts(
        _ chain: [UInt8], _ hash: HashAlgorithm
    ) throws(ChainRefusal) -> (rootHash: [UInt8], certificates: [[UInt8]]) {
        let layout: SPDMCertificateChain
        do throws(WireError) {
            layout = try SPDMCertificateChain.decode(chain.span, hashSize: hash.digestByteCount)
        } catch {
            throw ChainRefusal(.header, .length, seen: "\(chain.count) bytes: \(error)")
        }
        do throws(CertificateError) {
            let encodings = try CertificateChain.split(
                chain.span.extracting(layout.certificates), limit: maximumCertificateCount)
            return (Array(chain[layout.rootHash]), encodings)
        } catch {
            throw ChainRefusal(error)
        }
    }

    /// The root of a chain, and what its path is to be checked against. The root may be left out of the chain; then the
    /// root hash says which of the trusted ones it is.
    private func root(
        of encodings: [[UInt8]], _ rootHash: [UInt8], _ hash: HashAlgorithm
    ) throws(ChainRefusal) -> ([UInt8], TrustAnchor) {
        guard let encoding = encodings.first else {
            throw ChainRefusal(.certificate(0), .certificate(.encoding), seen: "there is none")
        }
        let first: Certificate
        do throws(CertificateError) {
            first = try Certificate(encoding)
        } catch {
            throw ChainRefusal(error)
        }
        if first.subject == first.issuer {
            let digest = try Self.digest(encoding, hash)
            guard constantTimeEqual(digest.span, rootHash.span) else {
                throw ChainRefusal(
                    .header, .rootHash, seen: hexadecimal(rootHash), expected: "\(hexadecimal(digest)), of the root")
            }
            return (encoding, anchor)
        }
        guard case .roots(let roots) = anchor else {
            throw ChainRefusal(
                .certificate(0), .certificate(.root), seen: "issued by \(first.issuer)", expected: "the pinned root")
        }
        for root in roots where try Self.digest(root, hash) == rootHash { return (root, .roots([root])) }
        throw ChainRefusal(
            .header, .rootHash, seen: hexadecimal(rootHash), expected: "that of one of \(roots.count) trusted roots")
    }

    static func checkType(
        of key: [UInt8], _ context: ChainContext, _ place: ChainRefusal.Place
    ) throws(ChainRefusal) {
        let type: KeyType
        do throws(CryptoError) {
            type = try PublicKey(subjectPublicKeyInfo: key.span).type
        } catch {
            throw ChainRefusal(error, place, .publicKey)
        }
        guard type == context.signature.keyType else {
            throw ChainRefusal(
                place, .certificate(.publicKey), seen: type.rawValue, expected: context.signature.keyType.rawValue)
        }
    }

    private static func digest(
        _ bytes: [UInt8], _ hash: HashAlgorithm = .sha384
    ) throws(ChainRefusal) -> [UInt8] {
        do throws(CryptoError) {
            return try hash.digest(of: bytes.span)
        } catch {
            throw ChainRefusal(error, .header, .other)
        }
    }
}
