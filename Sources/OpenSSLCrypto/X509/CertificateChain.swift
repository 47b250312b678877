internal import COpenSSL

/// What a chain must end in to be believed.
public enum TrustAnchor: Hashable, Sendable {
    /// The chain begins with the root, whose DER has this digest.
    case rootDigest([UInt8], HashAlgorithm)
    /// The chain begins with one of these roots in DER, or with a certificate that one of them signed.
    case roots([[UInt8]])
}

/// A chain of certificates, the root first and the leaf last, each signed by the one before; verified.
public struct CertificateChain: Hashable, Sendable {
    /// The certificates, root first.
    public let certificates: [Certificate]
    /// The last certificate, whose key the other end signs with.
    public let leaf: Certificate

    /// Splits certificates that stand behind each other in DER, as SPDM carries them (DSP0274, certificate chain format).
    ///
    /// Throws ``CertificateError`` that names the first one whose bytes are not a certificate, or that is one more than
    /// `limit`.
    public static func split(_ bytes: Span<UInt8>, limit: Int = .max) throws(CertificateError) -> [[UInt8]] {
        var found: [[UInt8]] = []
        var rest = bytes
        while !rest.isEmpty {
            guard found.count < limit else {
                throw CertificateError(.chain(found.count), .count, "more than \(limit) certificates")
            }
            var restCount = 0
            let decoded = unsafe decodeDER(rest, rest: &restCount) { unsafe d2i_X509(nil, $0, $1) }
            guard let decoded = unsafe decoded else {
                let error = CryptoError(takingQueueFor: "certificate decoding")
                throw CertificateError(.chain(found.count), .encoding, error.reasons.last ?? "no certificate")
            }
            unsafe X509_free(decoded)
            let count = rest.count - restCount
            found.append((0..<count).map { rest[$0] })
            rest = rest.extracting(droppingFirst: count)
        }
        return found
    }

    /// Verifies certificates in DER, root first, as they are to be believed at `time`, in seconds since 1970-01-01 UTC.
    ///
    /// Path rules are those of RFC 5280 6 as OpenSSL checks them, at its security level 2 (112 bits); in addition every
    /// certificate but the leaf must call itself an authority in its basic constraints, and every one must be signed by
    /// the one before it. No revocation list is looked at, and no purpose of the leaf: that is its reader's to judge.
    /// Throws ``CertificateError`` for the first that fails.
    public init(
        verifying encodings: [[UInt8]], trusting anchor: TrustAnchor, at time: Int64
    ) throws(CertificateError) {
        var certificates: [Certificate] = []
        for (index, encoding) in encodings.enumerated() {
            certificates.append(try Certificate(encoding, at: .chain(index)))
        }
        guard let root = certificates.first, let leaf = certificates.last else {
            throw CertificateError(.chain(0), .encoding, "there is none")
        }
        try Self.checkOrder(certificates)
        let roots = try Self.trustedRoots(anchor, first: root)
        try PathVerifier(chain: encodings, roots: roots).verify(at: time)
        self.certificates = certificates
        self.leaf = leaf
    }

    /// What OpenSSL would put right, let pass or not tell apart: it finds the issuer wherever it stands, takes some old
    /// certificates without basic constraints for authorities, and has one verdict for both fields of one that is none.
    private static func checkOrder(_ certificates: [Certificate]) throws(CertificateError) {
        for (index, (issuer, certificate)) in zip(certificates, certificates.dropFirst()).enumerated() {
            guard certificate.issuer == issuer.subject else {
                throw CertificateError(
                    .chain(index + 1), .issuer, "\(certificate.issuer), but the one before is \(issuer.subject)")
            }
            guard issuer.basicConstraints?.isAuthority == true else {
                throw CertificateError(.chain(index), .basicConstraints, "not an authority, but it signed the next")
            }
            guard issuer.keyUsage?.contains(.keyCertSign) != false else {
                throw CertificateError(.chain(index), .keyUsage, "its key is not for certificates, but signed the next")
            }
        }
    }

    private static func trustedRoots(
        _ anchor: TrustAnchor, first: Certificate
    ) throws(CertificateError) -> [[UInt8]] {
        switch anchor {
        case .roots(let roots): return roots
        case .rootDigest(let pinned, let algorithm):
            let digest: [UInt8]
            do throws(CryptoError) {
                digest = try algorithm.digest(of: first.encoding.span)
            } catch {
                throw CertificateError(.chain(0), .other, error.description)
            }
            guard constantTimeEqual(digest.span, pinned.span) else {
                throw CertificateError(.chain(0), .root, "its \(algorithm.rawValue) digest is not the pinned one")
            }
            return [first.encoding]
        }
    }
}
